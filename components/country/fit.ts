import { accelerator, addon, engine, model as modelFacts } from "../../catalogue/index.ts";
import type { Written } from "../country.ts";
import type { Finding } from "./fault.ts";
import type { Sound } from "./sound.ts";
import { either, grouped, isEncrypted, nearest, show } from "./wording.ts";

type Pool = Written["pools"][string];
type Model = NonNullable<NonNullable<Sound["models"]>[string]>;
type Fitting = Written["models"][string];

/** Names under which a file declares its pools and models, sound or not; undefined where it has no such section. */
export type Declared = { pools?: string[]; models?: string[] };

const bytesPerParameter = 2; // bf16
const usableShare = 0.92;
const engineGiB = 4;

/** What does not go together in a country file: names that lead nowhere, and models that do not fit their pools. */
export function judgeFit(file: Sound, declared: Declared): Finding[] {
  const pools = Object.entries(file.pools ?? {}).filter((entry): entry is [string, Pool] => isWhole(entry[1]));
  const models = Object.entries(file.models ?? {}).flatMap(([name, model]) => (model ? [[name, model] as const] : []));
  return [
    ...models.flatMap(([name, model]) => judgeModel(name, model, new Map(pools).get(model.pool ?? ""), declared)),
    ...pools.flatMap(([name, pool]) => judgePool(name, pool, models)),
    ...Object.entries(file.tenants ?? {}).flatMap(([name, tenant]) =>
      judgeTenant(name, tenant?.models ?? [], declared),
    ),
    ...judgeGateway(file),
  ];
}

/** What one gateway can hold, by the definitions of its add-ons: two rate limits a tenant, one route rule a model. */
function judgeGateway({ tenants = {}, models = {} }: Sound): Finding[] {
  const mostTenants = addon("envoy-gateway").limits.rateLimitRules! / 2;
  const mostModels = addon("ai-gateway").limits.routeRules!;
  const count = Object.keys(tenants).length;
  const tooMany = Object.entries(tenants).filter(
    ([, tenant]) => (tenant?.models ?? Object.keys(models)).length > mostModels,
  );
  return [
    ...(count > mostTenants
      ? [
          {
            at: ["tenants"],
            of: "key" as const,
            found: `${grouped(count)} tenants`,
            allowed: `at most ${mostTenants} tenants at one gateway: it holds ${2 * mostTenants} rate limits, two a tenant`,
            remedy: "serve the others from a second country file with a gateway.host of its own",
          },
        ]
      : []),
    ...tooMany.map(([name, tenant]) => ({
      at: tenant?.models ? ["tenants", name, "models"] : ["tenants", name],
      of: "key" as const,
      found: `${(tenant?.models ?? Object.keys(models)).length} models for one tenant`,
      allowed: `at most ${mostModels} models a tenant: one route holds no more rules`,
      remedy: `name the models that ${name} uses: models: [...]`,
    })),
  ];
}

/** The names in the sections of a file, as far as they are sections with names. */
export function declaredNames({ pools, models }: Record<string, unknown>): Declared {
  return { pools: namesIn(pools), models: namesIn(models) };
}

function namesIn(section: unknown): string[] | undefined {
  const named = typeof section === "object" && section !== null && !Array.isArray(section) && !isEncrypted(section);
  return named && Object.keys(section).length > 0 ? Object.keys(section) : undefined;
}

function isWhole(pool: Partial<Pool> | undefined): pool is Pool {
  return [pool?.accelerator, pool?.nodes, pool?.gpusPerNode].every((part) => part !== undefined);
}

function judgeModel(name: string, model: Model, pool: Pool | undefined, declared: Declared): Finding[] {
  const lost = model.pool !== undefined && declared.pools && !declared.pools.includes(model.pool);
  if (lost) return [unknownName(["models", name, "pool"], model.pool!, "pool", declared.pools!)];
  if (model.model === undefined) return [];
  const known = { ...model, model: model.model };
  return [
    ...judgeContext(name, known),
    ...(pool && model.gpus !== undefined ? judgeReplica(name, { ...known, gpus: model.gpus }, pool) : []),
    ...(pool ? judgeImage(name, model, pool) : []),
  ];
}

/** A replica stays within one node, and its share of the weights within each GPU. */
function judgeReplica(name: string, model: Pick<Fitting, "model" | "gpus"> & Model, pool: Pool): Finding[] {
  const at = ["models", name, "gpus"];
  if (model.gpus > pool.gpusPerNode) {
    const allowed = `1 to ${pool.gpusPerNode}: a replica stays within one node, and pool ${model.pool} has ${pool.gpusPerNode} GPUs in each`;
    return [{ at, found: gpus(model.gpus), allowed, remedy: `write  gpus: ${pool.gpusPerNode}` }];
  }
  const { params_total_b } = modelFacts(model.model);
  const { memory_gib, name: product } = accelerator(pool.accelerator);
  const weightsGiB = (params_total_b * 1e9 * bytesPerParameter) / 2 ** 30;
  const roomGiB = usableShare * memory_gib - engineGiB;
  if (weightsGiB / model.gpus <= roomGiB) return [];
  // Tensor parallelism divides a model's attention heads, which come in powers of two.
  const smallest = [2, 4, 8, 16].find((count) => weightsGiB / count <= roomGiB && count <= pool.gpusPerNode);
  return [
    {
      at,
      found: `${gpus(model.gpus)} for ${weightsGiB.toFixed(1)} GiB of weights (${params_total_b} billion parameters, ${bytesPerParameter} bytes each): ${(weightsGiB / model.gpus).toFixed(1)} GiB on each`,
      allowed: `${roomGiB.toFixed(1)} GiB of weights on each ${product}: ${usableShare * 100} % of ${memory_gib} GiB, less ${engineGiB} GiB for the engine`,
      remedy: smallest
        ? `write  gpus: ${smallest}`
        : `choose a pool with more memory: ${gpus(pool.gpusPerNode)}, all that a node of pool ${model.pool} has, hold ${(roomGiB * pool.gpusPerNode).toFixed(1)} GiB`,
    },
  ];
}

function judgeContext(name: string, model: Pick<Fitting, "model"> & Model): Finding[] {
  const most = modelFacts(model.model).context_length;
  if (model.contextTokens === undefined || model.contextTokens <= most) return [];
  const [found, bound] = [model.contextTokens, most].map((tokens) => `${grouped(tokens)} tokens`);
  const allowed = `at most ${bound}, which is what ${model.model} was made for`;
  return [{ at: ["models", name, "contextTokens"], found: found!, allowed, remedy: `write  contextTokens: ${most}` }];
}

function judgeImage(name: string, model: Model, pool: Pool): Finding[] {
  const { vendor } = accelerator(pool.accelerator);
  if (model.image || !model.engine || engine(model.engine).images[vendor]) return [];
  return [
    {
      at: ["models", name, "image"],
      found: `nothing, and the catalogue has no image of ${model.engine} for accelerators by ${vendor}`,
      allowed: "an image with its registry and its tag or digest",
      remedy: "add  image: <registry>/<repository>:<tag>",
    },
  ];
}

/** Counts nodes rather than GPUs, because what is left over on two nodes serves nobody. */
function judgePool(name: string, pool: Pool, models: (readonly [string, Model])[]): Finding[] {
  const users = models
    .filter(([, model]) => model.pool === name)
    .map(([user, { gpus = 0, replicas = 0 }]) => ({ user, gpus, replicas }))
    .filter(({ gpus }) => gpus > 0 && gpus <= pool.gpusPerNode)
    .sort((a, b) => b.gpus - a.gpus);
  const needed = nodesNeeded(users, pool.gpusPerNode);
  if (needed <= pool.nodes) return [];
  const sum = users.reduce((total, { replicas, gpus }) => total + replicas * gpus, 0);
  const parts = users.map(({ user, replicas, gpus }) => `${user} ${replicas} × ${gpus}`).join(", ");
  const [only, another] = users;
  const fewer =
    only && !another
      ? `replicas: ${Math.floor(pool.gpusPerNode / only.gpus) * pool.nodes} for ${only.user}`
      : "fewer replicas";
  return [
    {
      at: ["pools", name, "nodes"],
      found: `${nodes(pool.nodes)} of ${gpus(pool.gpusPerNode)} for models that take ${gpus(sum)} on ${nodes(needed)}: ${parts}`,
      allowed: `models that fit ${gpus(pool.nodes * pool.gpusPerNode)}, each replica on one node`,
      remedy: `write  nodes: ${needed}  or  ${fewer}`,
    },
  ];
}

/** Best fit, largest first: exact where sizes divide each other, as GPUs per replica do. */
function nodesNeeded(users: Pick<Fitting, "gpus" | "replicas">[], gpusPerNode: number): number {
  const free: number[] = Array.from({ length: gpusPerNode + 1 }, () => 0);
  let opened = 0;
  for (const { replicas, gpus } of users) {
    for (let replica = 0; replica < replicas; replica++) {
      let room = free.findIndex((count, size) => count > 0 && size >= gpus);
      if (room < 0) {
        opened++;
        room = gpusPerNode;
      } else {
        free[room]!--;
      }
      free[room - gpus]!++;
    }
  }
  return opened;
}

function judgeTenant(name: string, wanted: (string | undefined)[], declared: Declared): Finding[] {
  return wanted.flatMap((model, index) => {
    const at = ["tenants", name, "models", index];
    if (model === undefined || !declared.models) return [];
    if (!declared.models.includes(model)) return [unknownName(at, model, "model", declared.models)];
    if (wanted.indexOf(model) === index) return [];
    return [
      { at, found: `${show(model)}, for the second time`, allowed: "each model once", remedy: `take  - ${model}  out` },
    ];
  });
}

function unknownName(at: (string | number)[], found: string, kind: string, declared: string[]): Finding {
  const meant = nearest(found, declared)[0] ?? declared[0] ?? "<name>";
  const remedy = typeof at.at(-1) === "number" ? `write  - ${meant}` : `write  ${at.at(-1)}: ${meant}`;
  return {
    at,
    found: `${show(found)}, which is no ${kind} of this file`,
    allowed: `a ${kind} of this file: ${either(declared)}`,
    remedy,
  };
}

function gpus(count: number): string {
  return `${count} ${count === 1 ? "GPU" : "GPUs"}`;
}

function nodes(count: number): string {
  return `${count} ${count === 1 ? "node" : "nodes"}`;
}
