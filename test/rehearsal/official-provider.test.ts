import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { projectFolder } from "../../rehearsal/home.ts";
import { startOf } from "../../rehearsal/lock.ts";
import { scratch, until } from "./workbench.ts";

/** Starts a shell script as the provider, the way an engine does: with a pipe on stdin that it never writes to. */
function startProvider(folder: string, script: string) {
  const provider = join(folder, "provider");
  if (script) writeFileSync(provider, `#!/bin/sh\n${script}\n`);
  if (script) chmodSync(provider, 0o755);
  const child = spawn(process.execPath, [
    join(projectFolder, "rehearsal/official-provider.ts"),
    provider,
    "127.0.0.1:1",
  ]);
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, said, ended };
}

const shows = 'echo "$1"; echo "$HTTPS_PROXY"; echo "$SSL_CERT_FILE"; echo $$';

it("the official provider is started on a closed network, with what the engine says to it", async () => {
  using bench = scratch();
  const { said, ended } = startProvider(bench.folder, `${shows}; cp "$SSL_CERT_FILE" "$(dirname "$0")"; exit 3`);
  expect(await ended).toBe(3);
  const [address, proxy, authority] = said.out.split("\n");
  expect([address, proxy]).toEqual(["127.0.0.1:1", expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]);
  expect(new X509Certificate(readFileSync(join(bench.folder, "authority.pem"))).ca).toBe(true);
  expect(existsSync(dirname(authority!))).toBe(false);
});

it.each([
  ["the engine is gone", (child: ReturnType<typeof spawn>) => child.stdin!.destroy()],
  ["it is told to end", (child: ReturnType<typeof spawn>) => child.kill("SIGTERM")],
])("it ends when %s, and leaves nothing", async (_, end) => {
  using bench = scratch();
  const { child, said, ended } = startProvider(bench.folder, `${shows}; exec sleep 100`);
  await until("the provider runs", () => said.out.split("\n").length > 4);
  const [, , authority, pid] = said.out.split("\n");
  expect(startOf(Number(pid))).toBeDefined();
  end(child);
  await ended;
  expect(startOf(Number(pid))).toBeUndefined();
  expect(existsSync(dirname(authority!))).toBe(false);
});

it("a provider that is not there is named", async () => {
  using bench = scratch();
  const { said, ended } = startProvider(bench.folder, "");
  expect(await ended).toBe(1);
  expect(said.err).toContain(join(bench.folder, "provider"));
});
