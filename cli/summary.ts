import { styleText } from "node:util";
import { accelerator, countryName, kubernetes } from "../catalogue/index.ts";
import type { Rehearsed } from "../rehearsal/rehearse.ts";
import { duration } from "./progress.ts";

/** What `freehold rehearse` shows at the end, and prints as it is with --json. */
export type Summary = {
  country: string;
  stack: string;
  place: string;
  pools: { name: string; nodes: number; gpus: number; gpusFree: number; accelerator: string }[];
  models: { name: string; model: string; replicas: number; gpusPerReplica: number; pool: string }[];
  tenants: { name: string; displayName: string; address: string; models: string[] }[];
  address: string;
  guards: { resources: number; verdicts: Record<string, number>; rules: string[] };
  changes: Record<string, number>;
  changed: string[];
  simulated: string[];
  seconds: number;
  next: string[];
};

export function summarise({ country, engine, home, provider, seconds, toolchain }: Rehearsed): Summary {
  const outputs = engine.outputs as {
    addresses: Record<string, string>;
    guards: { resources: number; verdicts: Record<string, number>; rules: Record<string, unknown> };
  };
  return {
    country: countryName(country.country),
    stack: home.stack,
    place: country.target.place,
    pools: Object.entries(country.pools).map(([name, pool]) => {
      const gpus = pool.nodes * pool.gpusPerNode;
      const used = Object.values(country.models)
        .filter((entry) => entry.pool === name)
        .reduce((sum, entry) => sum + entry.replicas * entry.gpus, 0);
      return { name, nodes: pool.nodes, gpus, gpusFree: gpus - used, accelerator: accelerator(pool.accelerator).name };
    }),
    models: Object.entries(country.models).map(([name, entry]) => ({
      name,
      model: entry.model,
      replicas: entry.replicas,
      gpusPerReplica: entry.gpus,
      pool: entry.pool,
    })),
    tenants: Object.entries(country.tenants).map(([name, tenant]) => ({
      name,
      displayName: tenant.displayName,
      address: outputs.addresses[name] ?? "",
      models: tenant.models,
    })),
    address: country.gateway.host,
    guards: { ...outputs.guards, rules: Object.keys(outputs.guards.rules) },
    changes: engine.changes,
    changed: engine.changed,
    simulated: [
      "nodes, their GPUs and the containers on them (kwok): no image is pulled, no model answers",
      "the add-ons' controllers: their custom resource definitions are the real ones, nothing acts on the objects",
      ...standIns(toolchain, provider),
    ],
    seconds: Math.round(seconds * 10) / 10,
    next: [
      `eval "$(npx freehold rehearse ${home.stack} --env)"; npx pulumi preview -s ${home.stack} --policy-pack policies`,
      `edit stacks/Pulumi.${home.stack}.yaml, say the nodes of a pool, and run npm start again: only that changes`,
      "npm start -- --down takes everything away",
    ],
  };
}

/** The official parts that Freehold's own stand in for. */
function standIns({ languageHost }: Rehearsed["toolchain"], provider: Rehearsed["provider"]): string[] {
  const own = [
    provider === "rehearsal" ? "Kubernetes provider (against the real API server)" : "",
    languageHost === undefined ? "language host" : "",
  ].filter((part) => part !== "");
  return own.length > 0
    ? [`Freehold's own ${own.join(" and ")} for the official one; production takes the official`]
    : [];
}

/** The summary as a person reads it. */
export function summaryText(summary: Summary, stream: NodeJS.WriteStream): string {
  const bold = (text: string) => styleText("bold", text, { stream });
  const rows: [string, string][] = [
    ...summary.pools.map((pool): [string, string] => [
      "pool",
      `${pool.name}: ${pool.nodes} nodes, ${pool.gpus} × ${pool.accelerator} (${pool.gpusFree} free)`,
    ]),
    ...summary.models.map((entry): [string, string] => [
      "model",
      `${entry.name}: ${entry.model}, ${entry.replicas} × ${entry.gpusPerReplica} GPUs of ${entry.pool}`,
    ]),
    ...summary.tenants.map((tenant): [string, string] => [
      "tenant",
      `${tenant.name}: ${tenant.address} (${tenant.models.join(", ")})`,
    ]),
    ["guards", guardsText(summary.guards)],
    ["changes", changesText(summary)],
    ...summary.simulated.map((text): [string, string] => ["simulated", text]),
    ["time", duration(summary.seconds)],
  ];
  const lines = rows.map(
    ([label, text], index) => `  ${(rows[index - 1]?.[0] === label ? "" : label).padEnd(15)}${text}`,
  );
  return [
    "",
    bold(
      `${summary.country} stands, rehearsed on this machine with a real engine and a real Kubernetes ${kubernetes().proven}.`,
    ),
    "",
    ...lines,
    "",
    bold("Next"),
    ...summary.next.map((text) => `  ${text}`),
  ].join("\n");
}

function guardsText({ resources, verdicts, rules }: Summary["guards"]): string {
  const counts = ["held", "broken", "pending", "undecidable"].map((verdict) => `${verdicts[verdict] ?? 0} ${verdict}`);
  return `${resources} resources judged before the first was made (${rules.join(", ")}): ${counts.join(", ")}`;
}

function changesText({ changes, changed }: Summary): string {
  const counts = Object.entries(changes).filter(([operation]) => operation !== "same");
  const same = changes.same ?? 0;
  if (counts.length === 0) return `none; ${same} resources are as declared`;
  const text = counts.map(([operation, count]) => `${count} ${operation}`).join(", ");
  return changed.length <= 6
    ? [text, ...changed].join(`\n${" ".repeat(17)}`)
    : `${text}${same > 0 ? `, ${same} same` : ""}`;
}
