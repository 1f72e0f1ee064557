import { createHash } from "node:crypto";
import { join } from "node:path";
import { run } from "../child.ts";
import { type Door, openDoor } from "../door.ts";
import { childEnv, projectFolder } from "../home.ts";
import { type Rehearsed, type RehearseOptions, rehearse } from "../rehearse.ts";
import type { Toolchain } from "../toolchain.ts";
import { MoveStopped } from "./move-stopped.ts";

/** One side of a move as it stands in a rehearsal, with its door open. */
export type Side = Rehearsed & { door: Door };

/** Brings a side to where its file says, and opens its door. */
export async function standWithDoor(options: RehearseOptions): Promise<Side> {
  const rehearsed = await stand(options);
  const { home, country, toolchain } = rehearsed;
  const door = await openDoor(home, country, toolchain as Required<Toolchain>, options.signal);
  return { ...rehearsed, door };
}

/** Brings a side to where its file says. Throws what the engine said where it does not get there. */
export async function stand(options: RehearseOptions): Promise<Rehearsed> {
  const rehearsed = await rehearse(options);
  options.signal?.throwIfAborted();
  if (!rehearsed.engine.ok)
    throw new MoveStopped(`The update of ${options.stack} did not finish.`, ...rehearsed.engine.errors);
  return rehearsed;
}

/** The sum of an output of a side's stack, secrets included: two that are equal say the same, and show nothing of it. */
export async function sumOfOutput({ home, env }: Rehearsed, output: "keys" | "addresses"): Promise<string> {
  const { code, stdout, stderr } = await run(
    join(home.engine, "pulumi"),
    ["stack", "output", output, "--json", "--show-secrets", `--stack=${home.stack}`, "--non-interactive"],
    { cwd: projectFolder, env: childEnv(env) },
  );
  if (code !== 0) throw new Error(`The output ${output} of ${home.stack} cannot be read.\n${stderr.trim()}`);
  return createHash("sha256")
    .update(JSON.stringify(sorted(JSON.parse(stdout))))
    .digest("hex")
    .slice(0, 12);
}

/** The key seed of a side, as its stack holds it. */
export async function keySeedOf({ home, env }: Rehearsed): Promise<string> {
  const { code, stdout, stderr } = await run(
    join(home.engine, "pulumi"),
    [
      "config",
      "get",
      "freehold:keySeed",
      `--stack=${home.stack}`,
      `--config-file=${home.stackFile}`,
      "--non-interactive",
    ],
    { cwd: projectFolder, env: childEnv(env) },
  );
  if (code !== 0) throw new Error(`The key seed of ${home.stack} cannot be read.\n${stderr.trim()}`);
  return stdout.trim();
}

/** As `jq -S` has it: two stacks may say the same in another order. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
