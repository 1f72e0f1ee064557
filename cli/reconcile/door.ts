import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addon } from "../../catalogue/index.ts";
import type { Country } from "../../components/country.ts";
import type { Counted, Recorded } from "../../components/ledger/programs/reconcile.ts";
import { enginesOf } from "../../components/monitoring/expressions.ts";
import { platformNames } from "../../components/platform.ts";
import type { Sample } from "../../rehearsal/door/exposition.ts";
import { logOf } from "../../rehearsal/door.ts";
import type { Home } from "../../rehearsal/home.ts";
import { Failure } from "../failure.ts";
import { samplesOf } from "../top/door.ts";

const patienceMs = 30_000;

/** When a door opened. */
export function openedAt({ folder }: Pick<Home, "folder">): Date {
  return statSync(join(folder, "door", "plan.json")).mtime;
}

/** Waits until nothing runs and every record is written: what is on its way is counted on one side only. */
export async function settled(home: Home, country: Pick<Country, "modelServers">): Promise<void> {
  const busy = new Set(["freehold_ledger_lag_bytes", ...enginesOf(country).map(({ running }) => running)]);
  for (const giveUp = Date.now() + patienceMs; ; await sleep(500)) {
    const samples = (await samplesOf(home)).filter(({ name }) => busy.has(name));
    if (samples.length > 0 && samples.every(({ value }) => value === 0)) return;
    if (Date.now() > giveUp) {
      const found = samples.filter(({ value }) => value !== 0).map(({ name, labels }) => `${name} of ${labels.pod}`);
      throw new Failure(
        `The door of ${home.stack} does not come to rest.\n  found    ${found.join(", ") || "no recorder, and no model server"}\n  remedy   look again when nobody asks`,
      );
    }
  }
}

/** What the counters of an open door tell. Those of pods that ended are lost, whosever they were. */
export async function countedByDoor(
  home: Home,
  country: Pick<Country, "modelServers">,
  recorded: readonly Recorded[],
): Promise<{ gateway: Counted[]; engines: Counted[] }> {
  const samples = await samplesOf(home);
  const lostOf = (namespace: string, container: string) => endedSince(home, openedAt(home), namespace, container);
  const lostProxies = lostOf(addon("envoy-gateway").namespace, "ai-gateway-extproc");
  const lostEngines = lostOf(platformNames.models, "vllm");
  const none = { in: 0, out: 0 };
  const pairs = new Map(recorded.map(({ tenant, model }) => [`${tenant} ${model}`, { tenant, name: model }]));
  const servers = new Set(recorded.map(({ server }) => server).filter((server) => server !== null));
  return {
    gateway: [
      ...[...pairs.values()].map((pair) => ({ ...pair, tokens: none, lost: lostProxies })),
      ...samples.flatMap(ofGateway),
    ],
    engines: [
      ...[...servers].map((name) => ({ name, tokens: none, lost: lostEngines })),
      ...enginesOf(country).flatMap(({ tokensIn, tokensOut }) =>
        samples.flatMap(({ name, labels, value }): Counted[] => {
          if (name !== tokensIn && name !== tokensOut) return [];
          const tokens = name === tokensIn ? { in: value, out: 0 } : { in: 0, out: value };
          return [{ name: labels.server ?? "", tokens, lost: 0 }];
        }),
      ),
    ],
  };
}

function ofGateway({ name, labels, value }: Sample): Counted[] {
  if (name !== "gen_ai_client_token_usage_sum") return [];
  const { tenant, gen_ai_original_model: model = "", gen_ai_token_type: type } = labels;
  if (type !== "input" && type !== "output") return [];
  return [{ tenant, name: model, tokens: type === "input" ? { in: value, out: 0 } : { in: 0, out: value }, lost: 0 }];
}

/** How many containers of a name have ended since a moment, by the door's own words. */
function endedSince(home: Home, since: Date, namespace: string, container: string): number {
  const ended = readFileSync(logOf(home), "utf8")
    .split("\n")
    .filter((line) => line.slice(0, 24) >= since.toISOString())
    .flatMap((line) => {
      const [, place, pod, how] = / (\S+)\/(\S+) (is ending$|\S+ ended by itself)/.exec(line) ?? [];
      return place === namespace && (how === "is ending" || how?.startsWith(`${container} `)) ? [pod!] : [];
    });
  // The first proxies of a new door had none.
  const counted = (pod: string) =>
    existsSync(join(home.folder, "door", "logs", `${namespace}.${pod}.${container}.log`));
  return ended.filter(counted).length;
}
