import { join } from "node:path";
import { CoreV1Api } from "@kubernetes/client-node";
import type { StepId } from "../components/exit/step.ts";
import { configOf } from "./api-call.ts";
import { World } from "./clouds/world.ts";
import type { Door } from "./door.ts";
import { runEngine } from "./engine.ts";
import type { Home } from "./home.ts";
import { MoveStopped } from "./move/move-stopped.ts";
import { Name } from "./move/name.ts";
import { bringRecords, type Holdings, holdings, written } from "./move/records.ts";
import { keySeedOf, type Side, stand, standWithDoor, sumOfOutput } from "./move/side.ts";
import { type Refused, Tenants } from "./move/tenants.ts";
import { type Rehearsed, type RehearseOptions, type Step, takeDown } from "./rehearse.ts";
import type { Changes } from "./stack-copy.ts";
import { setup } from "./toolchain.ts";

export { MoveStopped } from "./move/move-stopped.ts";

/** A step of the plan that a rehearsal carries out; `cloud` is what stands before any of them. */
export type MoveStepId = StepId | "cloud";

/** What a step found when it was carried out. */
export type Carried = { id: MoveStepId; found: string; seconds: number };

export type MoveOptions = {
  /** Stack that stands in a cloud, and the one that declares the hall. */
  cloud: string;
  hall: string;
  signal?: AbortSignal;
  onBegin(id: MoveStepId): void;
  /** What a rehearsal of one of the sides tells meanwhile. */
  onStep(step: Step): void;
  onEnd(carried: Carried): void;
};

/** What came of a move: what was the same before and after, and what tenants noticed of it. */
export type Moved = {
  carried: Carried[];
  tenants: { name: string; baseUrl: string; models: string[]; tokens: number }[];
  asked: number;
  refused: Refused[];
  /** Answers that tenants were given, and how many records of answers the hall has; undefined where no database of both sides is here. */
  answers: number;
  records: number | undefined;
  hall: { home: Home; door: Door; rehearsed: Rehearsed };
};

type Found<Result> = [found: string, result: Result];

/**
 * Carries out a move between two rehearsals: the cloud stands, its tenants ask all the time, and in the end only the hall is left.
 * Throws `MoveStopped` where something is not as the plan has it; both sides then stand as they were left.
 */
export async function rehearseMove(options: MoveOptions): Promise<Moved> {
  const { onBegin, onEnd, onStep, signal } = options;
  const carried: Carried[] = [];
  async function step<Result>(id: MoveStepId, work: () => Promise<Found<Result>>): Promise<Result> {
    signal?.throwIfAborted();
    const began = performance.now();
    onBegin(id);
    const [found, result] = await work();
    carried.push({ id, found, seconds: Math.round((performance.now() - began) / 100) / 10 });
    onEnd(carried.at(-1)!);
    return result;
  }
  const at = (stack: string, changes: Changes = [], keySeed?: string): RehearseOptions => ({
    stack,
    changes,
    onStep,
    ...(keySeed !== undefined && { keySeed }),
    ...(signal && { signal }),
  });
  const name = await Name.open();
  let tenants: Tenants | undefined;
  try {
    const { cloud, asking } = await step("cloud", () => enter(at(options.cloud), options.hall, name));
    tenants = asking;
    const seed = await step("key-seed", () => takeSeed(cloud));
    const hall = await step("hall", () => standBeside(at(options.hall, [], seed), asking));
    await step("compare-keys", () => sameOutputs(cloud, hall));
    await step("ask", () => askHall(hall, asking));
    // A database beside the cluster is in no rehearsal.
    const keeps = [cloud, hall].every(({ country }) => country.storage?.records.kind === "cloudnative-pg");
    if (keeps) await step("bring", () => bring(cloud, hall));
    const stream = asking.stream();
    await step("name", () => changeName(name, hall, asking));
    if (stream) await step("drain", async () => [await stream, undefined]);
    const closed: Changes = [{ at: ["gateway", "service"], value: "ClusterIP" }];
    await step("close", () => close(at(options.cloud, closed)));
    if (keeps) await step("bring-last", () => bringLast(cloud, hall));
    await step("erase", () => erase(at(options.cloud, [...closed, { at: ["erase"], value: ["everything"] }])));
    await step("forget", () => forget(cloud, at(options.hall)));
    const lists = await asking.lists();
    await asking.leave();
    const { answers, tokens } = asking.told;
    const records = keeps ? await everyAnswerOnce(hall, asking) : undefined;
    return {
      carried,
      tenants: lists.map((tenant) => ({ ...tenant, tokens: tokens[tenant.name] ?? 0 })),
      asked: asking.asked,
      refused: asking.refused,
      answers,
      records,
      hall: { home: hall.home, door: hall.door, rehearsed: hall },
    };
  } finally {
    await tenants?.leave();
    name.close();
  }
}

/** The cloud as it stands, and its tenants, who begin to ask. The hall's rehearsal is made anew: it has to take over the cloud's keys. */
async function enter(
  options: RehearseOptions,
  hall: string,
  name: Name,
): Promise<Found<{ cloud: Side; asking: Tenants }>> {
  await takeDown(hall, await setup({ parts: ["kwokctl"] }));
  const cloud = await standWithDoor(options);
  name.leadTo(cloud.door.proxy);
  const asking = new Tenants(name.url, cloud.door, cloud.country);
  const lists = await asking.lists();
  asking.begin();
  await asking.onceMore();
  const each = lists.map(({ name, models }) => `${name} (${models.join(", ")})`);
  return [`it stands and answers ${each.join(", ")}, who ask from now on`, { cloud, asking }];
}

async function takeSeed(cloud: Side): Promise<Found<string>> {
  return ["from the one stack's secret into the other's; nobody has seen it", await keySeedOf(cloud)];
}

async function standBeside(options: RehearseOptions, asking: Tenants): Promise<Found<Side>> {
  const hall = await standWithDoor(options);
  asking.trust(hall.door.root);
  const { create = 0 } = hall.engine.changes;
  return [`${create} resources stand beside the cloud, tenants have the hall's root`, hall];
}

async function sameOutputs(cloud: Side, hall: Side): Promise<Found<void>> {
  const sums: string[] = [];
  for (const output of ["keys", "addresses"] as const) {
    const [from, to] = await Promise.all([sumOfOutput(cloud, output), sumOfOutput(hall, output)]);
    if (from !== to) {
      throw new MoveStopped(
        `The ${output} of both sides differ.`,
        `found    sums ${from} and ${to}`,
        "allowed  the same",
      );
    }
    sums.push(`${output} ${to}`);
  }
  return [`the same sums on both sides: ${sums.join(", ")}`, undefined];
}

async function askHall({ door }: Side, asking: Tenants): Promise<Found<void>> {
  await asking.askAt(door);
  return ["at its own address, with the cloud's keys: the same models, each answers", undefined];
}

async function bring(cloud: Side, hall: Side): Promise<Found<void>> {
  await written(cloud.home);
  const count = await bringRecords(cloud.home, hall.home);
  return [`${count} records came into the hall`, undefined];
}

async function changeName(name: Name, hall: Side, asking: Tenants): Promise<Found<void>> {
  const before = asking.refused.length;
  name.leadTo(hall.door.proxy);
  await asking.onceMore();
  const refused = asking.refused.length - before;
  return [`every tenant was answered by the hall, ${refused} requests were refused`, undefined];
}

async function close(options: RehearseOptions): Promise<Found<void>> {
  const { engine } = await stand(options);
  const changed = engine.changed.join(", ");
  return [
    changed ? `its load balancer is gone: ${changed}` : "no load balancer of the cloud's stood before it",
    undefined,
  ];
}

/** Twice: what the second finds is what the first has missed. */
async function bringLast(cloud: Side, hall: Side): Promise<Found<void>> {
  await written(cloud.home);
  const count = await bringRecords(cloud.home, hall.home);
  const again = await bringRecords(cloud.home, hall.home);
  if (again !== 0) throw new MoveStopped(`A second import found ${again} records that the first had missed.`);
  const { answers } = await holdings(cloud.home);
  return [`${count} records came, then 0: all of the cloud's ${answers} answers are in the hall`, undefined];
}

async function erase(options: RehearseOptions): Promise<Found<void>> {
  const cloud = await stand(options);
  const { home, env, country } = cloud;
  // Its door stays open: the gateway's controllers take off what they have put on their objects, and without them nothing would.
  const progress = (each: { done: number; name: string }) =>
    options.onStep({ step: "update", phase: "progress", progress: each });
  const gone = await runEngine(home, env, ["destroy", "--yes", "--skip-preview"], progress, options.signal);
  if (!gone.ok) throw new MoveStopped("The cloud could not be taken away.", ...gone.errors);
  const world = new World(join(home.folder, "world", country.target.kind === "aws" ? "aws" : "azure-native"));
  const { items: nodes } = await configOf(home.kubeconfig).makeApiClient(CoreV1Api).listNode();
  const left = [
    ...world.standing().map(({ type, id }) => `${type} ${id}`),
    ...nodes.map(({ metadata }) => `Node ${metadata?.name}`),
  ];
  if (left.length > 0) throw new MoveStopped("Something is left in the cloud.", ...left);
  return [`${gone.changes.delete ?? 0} resources are gone, the cloud's world is empty`, undefined];
}

async function forget({ home, toolchain }: Side, options: RehearseOptions): Promise<Found<void>> {
  await takeDown(home.stack, toolchain);
  const { engine } = await stand(options);
  if (engine.changed.length > 0) throw new MoveStopped("The hall is not what it was.", ...engine.changed);
  return ["a further update of the hall changes nothing", undefined];
}

/** Every answer that a tenant was given is a record in the hall, once, with the tokens that it was told; and the sums are theirs. */
async function everyAnswerOnce({ home }: Side, { told }: Tenants): Promise<number> {
  await written(home);
  const held: Holdings = await holdings(home);
  const said = JSON.stringify([told.answers, sorted(told.tokens), sorted(told.tokens)]);
  if (JSON.stringify([held.answers, sorted(held.tokens), sorted(held.sums)]) !== said) {
    throw new MoveStopped(
      "The hall's records are not what tenants were told.",
      `found    ${held.answers} answers, tokens ${JSON.stringify(held.tokens)}, in sums ${JSON.stringify(held.sums)}`,
      `allowed  ${told.answers} answers, tokens ${JSON.stringify(told.tokens)}`,
    );
  }
  return held.answers;
}

function sorted(tokens: Record<string, number>): [string, number][] {
  return Object.entries(tokens).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
