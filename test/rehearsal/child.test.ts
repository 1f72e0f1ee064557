import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../rehearsal/child.ts";
import { startOf } from "../../rehearsal/lock.ts";
import { scratch, start, until } from "./workbench.ts";

test("a child's exit code and words come back, and its lines as they are written", async () => {
  const lines: string[] = [];
  const ended = await run("sh", ["-c", "echo out; echo one >&2; echo two >&2; exit 3"], {
    onLine: (line) => lines.push(line),
  });
  expect(ended).toEqual({ code: 3, stdout: "out\n", stderr: "one\ntwo\n" });
  expect(lines).toEqual(["one", "two"]);
});

test("arguments reach the child as they are, without a shell reading them", async () => {
  const { stdout } = await run("printf", ["%s|", "a b", "$HOME", "`id`", "'"]);
  expect(stdout).toBe("a b|$HOME|`id`|'|");
});

test("a command that does not exist is an error, not an exit code", async () => {
  await expect(run("no-such-command-anywhere", [])).rejects.toThrow("no-such-command-anywhere: no such command");
});

test("an aborted signal interrupts the child", async () => {
  const stop = new AbortController();
  const begun = Date.now();
  setTimeout(() => stop.abort(), 100);
  const ended = await run("sleep", ["30"], { signal: stop.signal });
  expect(ended.code).toBe(130);
  expect(Date.now() - begun).toBeLessThan(5_000);
});

test("what a command leaves running on purpose is left in peace when the command ends", async () => {
  using bench = scratch();
  const file = join(bench.folder, "pid");
  await run("sh", ["-c", `sleep 60 >/dev/null 2>&1 & echo $! > ${file}`]);
  const pid = Number(readFileSync(file, "utf8"));
  await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    expect(startOf(pid)).toBeTypeOf("string");
  } finally {
    process.kill(pid, "SIGKILL");
  }
});

test("a child and its own children end when the process that runs them is killed", async () => {
  using bench = scratch();
  const file = join(bench.folder, "pids");
  const { child, ended } = start(`
    import { run } from "root:rehearsal/child.ts";
    await run("sh", ["-c", "sleep 60 & echo $$ $! > ${file}.new; mv ${file}.new ${file}; wait"]);`);
  await until("the grandchild runs", () => existsSync(file));
  const pids = readFileSync(file, "utf8").trim().split(" ").map(Number);
  expect(pids.map((pid) => typeof startOf(pid))).toEqual(["string", "string"]);
  child.kill("SIGKILL");
  await ended;
  await until("both are gone", () => pids.every((pid) => startOf(pid) === undefined));
});
