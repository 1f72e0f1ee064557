import { model as modelFacts } from "../catalogue/index.ts";
import { type Plan, sizing } from "./sizing.ts";

/** A pool that a model may be put on: what a plan needs to know of it, under its name. */
export type Site = Plan["pool"] & { name: string; nodes: number; gpusPerNode: number };

/** A plan on a pool of the file. */
export type SitedPlan = Plan & { pool: Site };

/** A change to a plan as it is written in the country file, and the plan as it is afterwards. */
export type Change = { written: string; plan: SitedPlan };

/** Fewer tokens than this serve nobody. */
const leastContextTokens = 4096;

/**
 * The smallest changes that make a plan fit, cheapest first: each was tried, alone or, where no single one is enough, two
 * together. `room` says whether what a changed plan takes is there. At most two; none where nothing of the file helps.
 */
export function smallestChanges(
  plan: SitedPlan,
  others: Site[],
  room: (plan: SitedPlan) => boolean = () => true,
): Change[] {
  const kinds = [
    otherGpus,
    fewerRequests,
    lessContext(0.5, 1),
    smallerCache,
    smallerWeights("fp8"),
    moreNodes,
    otherPool(others),
    lessContext(0, 0.5),
    smallerWeights("int4"),
  ];
  const holds = ({ plan }: Change) => sizing(plan).fits && room(plan);
  const single = kinds.flatMap((kind) => kind(plan).find(holds) ?? []);
  if (single.length > 0) return single.slice(0, 2);
  for (const [dearer, second] of kinds.entries()) {
    for (const first of kinds.slice(0, dearer)) {
      const both = first(plan).flatMap((one) =>
        second(one.plan).map(({ written, plan }) => ({ written: `${one.written}  and  ${written}`, plan })),
      );
      const smallest = both.find(holds);
      if (smallest) return [smallest];
    }
  }
  return [];
}

/** More of them; where they do not split the model, fewer as well, the nearest number first. */
function otherGpus(plan: SitedPlan): Change[] {
  if (plan.pool.sharing.kind === "mig") return [];
  const from = sizing(plan).unsplit ? 1 : plan.gpus + 1;
  return range(from, plan.pool.gpusPerNode)
    .filter((gpus) => gpus !== plan.gpus && dividesHeads(plan.model, gpus))
    .sort((a, b) => Math.abs(a - plan.gpus) - Math.abs(b - plan.gpus) || a - b)
    .map((gpus) => ({ written: `gpus: ${gpus}`, plan: { ...plan, gpus } }));
}

/** Where nobody knows how many heads a model has, only powers of two are proposed. */
function dividesHeads(model: string, gpus: number): boolean {
  return modelFacts(model).attention?.heads !== undefined || Number.isInteger(Math.log2(gpus));
}

function fewerRequests(plan: SitedPlan): Change[] {
  const { contexts = 0 } = sizing(plan);
  if (contexts < 1 || contexts >= plan.concurrency) return [];
  return [{ written: `concurrency: ${contexts}`, plan: { ...plan, concurrency: contexts } }];
}

/** Between two shares of the context, the longest first, in steps of a 64th so that millions are not tried one by one. */
function lessContext(least: number, most: number): (plan: SitedPlan) => Change[] {
  return (plan) => {
    const step = Math.max(1, Math.ceil(plan.contextTokens / 64 / 1024)) * 1024;
    return range(1, Math.ceil(plan.contextTokens / step) - 1)
      .map((steps) => steps * step)
      .filter((tokens) => tokens >= leastContextTokens)
      .filter((tokens) => tokens >= least * plan.contextTokens && tokens < most * plan.contextTokens)
      .reverse()
      .map((contextTokens) => ({ written: `contextTokens: ${contextTokens}`, plan: { ...plan, contextTokens } }));
  };
}

function smallerCache(plan: SitedPlan): Change[] {
  return plan.kvCache === "fp8" ? [] : [{ written: "kvCache: fp8", plan: { ...plan, kvCache: "fp8" } }];
}

function smallerWeights(precision: "fp8" | "int4"): (plan: SitedPlan) => Change[] {
  return (plan) =>
    plan.precision === "int4" || plan.precision === precision
      ? []
      : [{ written: `precision: ${precision}, with weights that are stored so`, plan: { ...plan, precision } }];
}

function moreNodes(plan: SitedPlan): Change[] {
  if (plan.pool.sharing.kind === "mig") return [];
  return range(plan.nodes + 1, plan.pool.nodes).map((nodes) => ({
    written: `nodes: ${nodes}`,
    plan: { ...plan, nodes },
  }));
}

/** As few GPUs as will do, on another pool of the file. */
function otherPool(others: Site[]): (plan: SitedPlan) => Change[] {
  return (plan) =>
    others
      .filter(({ name, sharing }) => name !== plan.pool.name && sharing.kind !== "time-slicing")
      .flatMap((pool) => {
        const most = pool.sharing.kind === "mig" ? 1 : pool.gpusPerNode;
        return range(1, most)
          .filter((gpus) => gpus === plan.gpus || dividesHeads(plan.model, gpus))
          .map((gpus) => ({ changed: [`pool: ${pool.name}`], gpus, pool }));
      })
      .map(({ changed, gpus, pool }) => ({
        written: [
          ...changed,
          ...(gpus === plan.gpus ? [] : [`gpus: ${gpus}`]),
          ...(plan.nodes === 1 ? [] : ["nodes: 1"]),
        ].join(", "),
        plan: { ...plan, gpus, nodes: 1, pool },
      }));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
