import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Door } from "../../rehearsal/door.ts";
import type { Kept } from "../../test/engine/attacks/judge.ts";
import type { Cell } from "../../test/engine/cell.ts";
import { keptBy } from "../../test/engine/kept.ts";
import { type Balance, balance } from "./balance.ts";
import type { Had, Kind, Load } from "./clients.ts";

/** A door with what stands behind it, and the country file that its ledger is found by. */
export type Ground = { door: Door; cell: Cell; countryFile: string };

/** Streams at a slow pace, and short questions beside them. */
export function kinds(model: string, streams: number, seconds: number, shortsEachSecond: number): Kind[] {
  const said = (content: string) => [{ role: "user", content }];
  const orders = { rehearsal_tokens: seconds * 2, rehearsal_token_ms: 500 };
  const slow = {
    model,
    messages: said("Tell a long story."),
    stream: true,
    max_tokens: seconds * 2,
    vllm_xargs: orders,
  };
  const short = { model, messages: said("Good morning."), max_tokens: 5 };
  return [
    { name: "stream", count: streams, everyMs: 5000 / streams, body: slow },
    { name: "short", count: (seconds + 5) * shortsEachSecond, everyMs: 1000 / shortsEachSecond, body: short },
  ];
}

/** Sends a crowd of one tenant's clients to a door, does something meanwhile, and says what each of them had. */
export async function crowd(
  { door, cell }: Ground,
  tenant: string,
  kinds: Kind[],
  meanwhile: () => Promise<void> = async () => {},
): Promise<Had[]> {
  const addresses = await cell.addresses("envoy-gateway-system", "envoy");
  const { key, baseUrl } = door.tenants[tenant]!;
  const load: Load = {
    proxies: addresses.map((address) => `https://${address}:10443`),
    host: new URL(baseUrl).hostname,
    key,
    root: readFileSync(door.root, "utf8"),
    kinds,
    patienceMs: 120_000,
  };
  const folder = mkdtempSync(join(tmpdir(), "freehold-crowd-"));
  const file = join(folder, "load.json");
  writeFileSync(file, JSON.stringify(load), { mode: 0o600 });
  try {
    const asked = cell.inside([process.execPath, join(import.meta.dirname, "clients.ts"), file]);
    const [text] = await Promise.all([asked, meanwhile()]);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Had);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const settleMs = 30_000;

/** What the clients had beside the ledger and the model servers' count, when the ledger has come to rest. */
export async function balanced({ door, cell, countryFile }: Ground, had: Had[]): Promise<Balance> {
  const giveUp = Date.now() + settleMs;
  for (;;) {
    const kept = await keptBy(door, countryFile).catch((): Kept[] => []);
    const found = balance(had, kept, await cell.served());
    if (found.unrecorded + found.cutUnrecorded + found.silent === 0 || Date.now() > giveUp) return found;
    await sleep(1000);
  }
}
