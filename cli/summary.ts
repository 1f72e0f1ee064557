import { accelerator, addon, countryName } from "../catalogue/index.ts";
import { phoneHome } from "../components/addon/phone-home.ts";
import type { Country } from "../components/country.ts";
import { poolCapacity, poolResource } from "../components/pool.ts";
import { sizing } from "../components/sizing.ts";
import { type Custody, keyCustody } from "../components/storage/custody.ts";
import type { Door } from "../rehearsal/door.ts";
import type { Rehearsed } from "../rehearsal/rehearse.ts";

/** What `freehold rehearse` shows at the end, and prints as it is with --json. */
export type Summary = {
  country: string;
  stack: string;
  place: string;
  pools: {
    name: string;
    nodes: number;
    accelerator: string;
    gpus: number;
    /** What the pool is given out in: GPUs, MIG instances or shares, by their Kubernetes resource. */
    resource: string;
    units: number;
    unitsFree: number;
  }[];
  /** Sets of replicas: shared ones under the model's name, a tenant's own as `<tenant>-<model>`. */
  models: {
    name: string;
    model: string;
    pool: string;
    tenant?: string;
    replicas: number;
    most?: number;
    nodesPerReplica: number;
    gpusPerNode: number;
    contextTokens: number;
    /** Requests of full context that a replica holds at a time; null where the catalogue cannot tell. */
    contexts: number | null;
    /** The set of replicas that answers while none of these does. */
    fallback?: string;
  }[];
  addons: { name: string; mode: "install" | "existing"; version: string; proven: boolean; unchecked: string[] }[];
  /** Switches by which an add-on would call home, all of them off. */
  phoneHome: number;
  keys: Custody[];
  tenants: { name: string; displayName: string; address: string; models: string[]; tokensPerMonth?: number }[];
  address: string;
  guards: { resources: number; verdicts: Record<string, number>; rules: string[] };
  changes: Record<string, number>;
  changed: string[];
  simulated: string[];
  /** How tenants come in, where the door is open. */
  door?: Door;
  seconds: number;
  next: string[];
};

/** What came of a rehearsal, and of opening its door if that was asked for. */
export function summarise(rehearsed: Rehearsed, door?: Door): Summary {
  const { country, engine, home, provider, seconds, toolchain } = rehearsed;
  const outputs = engine.outputs as {
    addresses: Record<string, string>;
    guards: { resources: number; verdicts: Record<string, number>; rules: Record<string, unknown> };
  };
  return {
    country: countryName(country.country),
    stack: home.stack,
    place: country.target.place,
    pools: Object.entries(country.pools).map(([name, pool]) => ({
      name,
      nodes: pool.nodes,
      accelerator: accelerator(pool.accelerator).name,
      gpus: pool.nodes * pool.gpusPerNode,
      resource: poolResource(pool),
      units: poolCapacity(pool),
      unitsFree: poolCapacity(pool) - unitsUsed(name, country),
    })),
    models: Object.entries(country.modelServers).map(([name, server]) => ({
      name,
      model: server.model,
      pool: server.pool,
      tenant: server.tenant,
      fallback: server.fallback,
      replicas: server.replicas,
      most: server.autoscale?.most,
      nodesPerReplica: server.nodes,
      gpusPerNode: server.gpus,
      contextTokens: server.contextTokens,
      contexts: sizing({ ...server, pool: country.pools[server.pool]! }).contexts ?? null,
    })),
    addons: Object.entries(country.addons).map(([name, { mode, version }]) => {
      const { proven, definitions } = addon(name);
      return {
        name,
        mode,
        version,
        proven: version === proven,
        unchecked: "none" in definitions ? definitions.kinds : [],
      };
    }),
    phoneHome: phoneHome(country).length,
    keys: keyCustody(country),
    tenants: Object.entries(country.tenants).map(([name, tenant]) => ({
      name,
      displayName: tenant.displayName,
      address: outputs.addresses[name] ?? "",
      models: tenant.models,
      tokensPerMonth: tenant.budget?.tokensPerMonth,
    })),
    address: country.gateway.host,
    guards: { ...outputs.guards, rules: Object.keys(outputs.guards.rules) },
    changes: engine.changes,
    changed: engine.changed,
    simulated: [
      ...simulatedCloud(country.target),
      `nodes, their GPUs and the containers on them (kwok): no image is pulled${door ? "" : ", no model answers"}`,
      `the ${door ? "other " : ""}add-ons' controllers: their custom resource definitions are the real ones, nothing acts on the objects`,
      ...standIns(toolchain, provider),
    ],
    door,
    seconds: Math.round(seconds * 10) / 10,
    next: [
      `eval "$(npx freehold rehearse ${home.stack} --env)"; npx pulumi preview -s ${home.stack} --policy-pack policies`,
      ...(door ? [] : [`npx freehold door ${home.stack}    the live gateway: base URL and key of each tenant`]),
      `edit stacks/Pulumi.${home.stack}.yaml, say the nodes of a pool, and run npm start again: only that changes`,
      "npm start -- --down takes everything away",
    ],
  };
}

/** The cloud that no rehearsal reaches, and what stands in for it. */
function simulatedCloud(target: Country["target"]): string[] {
  if (target.kind === "onprem") return [];
  const [cloud, cluster] = target.kind === "aws" ? ["AWS", "EKS"] : ["Azure", "AKS"];
  return [
    `${cloud} in ${target.place}, its command line included: a world of its own on this machine, which reaches no ${cloud}; ${cluster} ${target.kubernetes} is the local control plane`,
  ];
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

/** GPUs, MIG instances or shares of a pool that model servers and workspaces take. */
function unitsUsed(pool: string, { modelServers, tenants }: Country): number {
  const served = Object.values(modelServers)
    .filter((server) => server.pool === pool)
    .map(({ replicas, nodes, gpus }) => replicas * nodes * gpus);
  const worked = Object.values(tenants).map(({ workspace }) => workspace?.gpus[pool] ?? 0);
  return [...served, ...worked].reduce((sum, units) => sum + units, 0);
}
