import { accelerator, engine, model as modelFacts } from "../../../catalogue/index.ts";
import type { Written } from "../../country.ts";
import { publishedPrecision } from "../../sizing.ts";
import type { Finding } from "../fault.ts";
import { unitsPerNode } from "../pool-resource.ts";
import type { Sound } from "../sound.ts";
import { grouped } from "../wording.ts";
import { judgeMemory } from "./memory.ts";
import { type Declared, gpus, unknownName } from "./names.ts";
import { judgeRoom } from "./room.ts";
import { judgeServerNames } from "./server-names.ts";
import { type Server, serversOf } from "./servers.ts";

type Pool = Written["pools"][string];
type Model = NonNullable<NonNullable<Sound["models"]>[string]>;
type Pools = ReadonlyMap<string, Pool>;

/** Models that lead to no pool, or do not fit the one they name; and more of them than a pool has room for. */
export function judgeModels(file: Sound, pools: Pools, declared: Declared): Finding[] {
  const servers = serversOf(file);
  const models = Object.entries(file.models ?? {});
  return [
    ...models.flatMap(([name, model]) => (model ? judgeModel(name, model, file, pools, declared, servers) : [])),
    ...judgeServerNames(file, servers),
    ...[...pools].flatMap(([name, pool]) =>
      pool.sharing.kind === "time-slicing" ? [] : judgeRoom(name, pool, servers),
    ),
  ];
}

function judgeModel(
  name: string,
  model: Model,
  file: Sound,
  pools: Pools,
  declared: Declared,
  servers: Server[],
): Finding[] {
  const lost = model.pool !== undefined && declared.pools && !declared.pools.includes(model.pool);
  if (lost) return [unknownName(["models", name, "pool"], model.pool!, "pool", declared.pools!)];
  const pool = pools.get(model.pool ?? "");
  const shape = pool ? judgeShape(name, model, pool, pools) : [];
  return [
    ...judgeKind(name, model),
    ...judgeContext(name, model),
    ...judgeWeights(name, model, file),
    ...judgeAutoscale(name, model),
    ...(pool ? judgeImage(name, model, pool) : []),
    ...shape,
    // What cannot be placed at all need not be summed up.
    ...(pool && shape.length === 0 ? judgeMemory(name, model, pools, servers) : []),
  ];
}

/** What the gateway has no path for. */
function judgeKind(name: string, { model }: Model): Finding[] {
  if (model === undefined || modelFacts(model).kind !== "reranker") return [];
  return [
    {
      at: ["models", name, "model"],
      found: `${model}, which ranks texts`,
      allowed: "a model that chats, completes or embeds: the gateway has no path for others",
      remedy: "choose a model of another kind:  npx freehold catalogue models",
    },
  ];
}

/** Whether the pool gives out what a replica asks for. */
function judgeShape(
  name: string,
  { gpus: wanted, nodes: spanned, ...model }: Model,
  pool: Pool,
  pools: Pools,
): Finding[] {
  if (pool.sharing.kind === "time-slicing") {
    const [another] = [...pools].find(([, { sharing }]) => sharing.kind !== "time-slicing") ?? [];
    return [
      {
        at: ["models", name, "pool"],
        found: `${model.pool}, whose GPUs are shared by turns`,
        allowed: "a pool of whole GPUs or MIG instances: by turns, one's memory and faults are the other's",
        remedy: another ? `write  pool: ${another}` : "add a pool of whole GPUs and name it",
      },
    ];
  }
  if (pool.sharing.kind === "mig") {
    const parts = [
      { key: "gpus", count: wanted, found: `${wanted} MIG instances for one replica` },
      { key: "nodes", count: spanned, found: `a replica on ${spanned} nodes of MIG instances` },
    ];
    return parts.flatMap(({ key, count = 1, found }) =>
      count === 1
        ? []
        : [
            {
              at: ["models", name, key],
              found,
              allowed: "one instance a replica: instances have no fast way to each other",
              remedy: `write  ${key}: 1  or name a pool of whole GPUs`,
            },
          ],
    );
  }
  const most = unitsPerNode(pool);
  if (wanted === undefined || wanted <= most) return [];
  const allowed = `1 to ${most}: GPUs that share each layer stay within one node, and pool ${model.pool} has ${most} in each`;
  return [{ at: ["models", name, "gpus"], found: gpus(wanted), allowed, remedy: `write  gpus: ${most}` }];
}

function judgeContext(name: string, { model, contextTokens }: Model): Finding[] {
  if (model === undefined || contextTokens === undefined) return [];
  const most = modelFacts(model).context_length;
  if (contextTokens <= most) return [];
  const [found, bound] = [contextTokens, most].map((tokens) => `${grouped(tokens)} tokens`);
  const allowed = `at most ${bound}, which is what ${model} was made for`;
  return [{ at: ["models", name, "contextTokens"], found: found!, allowed, remedy: `write  contextTokens: ${most}` }];
}

/** Weights that are not what the file says of them, or come from a store that it does not have. */
function judgeWeights(name: string, { model, precision, weights }: Model, file: Sound): Finding[] {
  if (weights?.from === "s3" && !file.storage) {
    return [
      {
        at: ["models", name, "weights"],
        found: "s3, and the file declares no storage",
        allowed: "weights from the object store of the file (storage.objects)",
        remedy: "add  freehold:storage  with its objects, or write  weights: { from: image }",
      },
    ];
  }
  const published = model === undefined ? undefined : publishedPrecision(model);
  if (weights?.from !== "image" || weights.reference !== undefined) return [];
  if (precision === undefined || published === undefined || precision === published) return [];
  return [
    {
      at: ["models", name, "precision"],
      found: `${precision}, and the weights are those of the publisher, in ${published}`,
      allowed: `${published}, or weights that are stored in ${precision}, by their reference`,
      remedy: `take  precision: ${precision}  out, or add  weights: { from: image, reference: <registry>/<repository>:<tag> }`,
    },
  ];
}

/** That scaling needs monitoring is said with the add-ons. */
function judgeAutoscale(name: string, { autoscale, replicas = 1 }: Model): Finding[] {
  const most = autoscale?.most;
  if (most === undefined || most >= replicas) return [];
  return [
    {
      at: ["models", name, "autoscale", "most"],
      found: `${most} replicas at most, and ${replicas} at least`,
      allowed: `${replicas} or more: replicas is the least`,
      remedy: `write  most: ${replicas}  or  replicas: ${most}`,
    },
  ];
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
