import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runEngine } from "../../rehearsal/engine.ts";
import type { Home } from "../../rehearsal/home.ts";

let home: Home;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-engine-"));
  home = { folder, engine: folder, cluster: join(folder, "cluster"), stack: "ch" } as Home;
});
afterEach(() => rmSync(home.folder, { recursive: true, force: true }));

/** An engine that says these events and fails. */
const failing = (...events: object[]) => {
  const lines = events.map((event) => JSON.stringify(event)).join("\n");
  const script = `for each; do case $each in --event-log=*) log=\${each#*=};; esac; done\ncat > "$log" <<'END'\n${lines}\nEND\nexit 255`;
  writeFileSync(join(home.engine, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return runEngine(home, {}, ["destroy"], () => {});
};
const error = (urn: string, message: string) => ({ diagnosticEvent: { urn, message, severity: "error" } });
const backend = "urn:pulumi:ch::freehold::freehold:index:Freehold$kubernetes:x.io/v1:Backend::Backend-mistral";

it("says which resource an error is about, and what was warned of last while it was waited for", async () => {
  const warning = (message: string) => ({
    diagnosticEvent: { urn: backend, message, severity: "warning", ephemeral: true },
  });
  const { errors } = await failing(
    warning("still there"),
    warning("finalizers might be preventing deletion (x.io/finalizer)"),
    error(backend, "<{%fg 1%}>timed out waiting for the condition<{%reset%}>"),
  );
  expect(errors[0]).toBe(
    "kubernetes:x.io/v1:Backend Backend-mistral: timed out waiting for the condition\nfinalizers might be preventing deletion (x.io/finalizer)",
  );
});

it("leaves what the program says as it is", async () => {
  const { errors } = await failing(
    error("urn:pulumi:ch::freehold::pulumi:pulumi:Stack::freehold-ch", "The country file has a fault."),
    error("", "update failed"),
  );
  expect(errors.slice(0, 2)).toEqual(["The country file has a fault.", "update failed"]);
});

it("says that the control plane has ended, where that is why nothing more came of it", async () => {
  const { errors } = await failing(error(backend, "connection refused"));
  expect(errors).toEqual([
    "kubernetes:x.io/v1:Backend Backend-mistral: connection refused",
    "The control plane of this rehearsal does not stand any more.\n  found    etcd ended\n  said     nothing",
  ]);
});
