import type { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { containsUnknowns, unknown } from "@pulumi/pulumi/output.js";
import runtime from "@pulumi/pulumi/runtime/resource.js";
import * as state from "@pulumi/pulumi/runtime/state.js";
import { type Resource, UNKNOWN } from "./fact.ts";

/** The SDK's own state, which its declarations leave out. Its version is pinned, and every test of a plan relies on this. */
type Store = { config: unknown; settings: { monitor: unknown; options: { project: string; stack: string } } };
const { LocalStore, getStore } = state as unknown as { LocalStore: new () => Store; getStore(): Store };

/** What `build` registered so far, and the inputs that are still awaited. */
type Recording = { resources: Map<pulumi.Resource, Resource>; awaited: Promise<void>[] };
const recordings = new WeakMap<Store, Recording>();

/** The resources that `build` would register, with their inputs; nothing reaches the engine. */
export async function plan(build: () => unknown): Promise<Resource[]> {
  const recording: Recording = { resources: new Map(), awaited: [] };
  // The SDK keeps all its state in one store; a program run in a store of its own cannot touch the real engine.
  const store = new LocalStore();
  recordings.set(store, recording);
  store.config = getStore().config;
  store.settings.options.project = pulumi.getProject();
  store.settings.options.stack = pulumi.getStack();
  store.settings.monitor = silent;
  await (asyncLocalStorage as AsyncLocalStorage<unknown>).run(store, async () => {
    build();
    do {
      await Promise.all(recording.awaited.splice(0));
      // Resources may be made as late as in the `apply` of another's output; by the next turn all those have run.
      await nextTurn();
    } while (recording.awaited.length > 0);
  });
  return [...recording.resources.values()];
}

// Inside a plan a registration goes down here. On its way to a monitor, even to one that only mocks, every input would
// become promises and protocol buffers and back, which takes several times as long as to build and judge a country.
const { registerResource, registerResourceOutputs, readResource } = runtime;
Object.assign(runtime, {
  registerResource: (...registration: Parameters<typeof registerResource>) => {
    const recording = recordings.get(getStore());
    if (recording) record(recording, ...registration);
    else registerResource(...registration);
  },
  registerResourceOutputs: (...outputs: Parameters<typeof registerResourceOutputs>) => {
    if (!recordings.has(getStore())) registerResourceOutputs(...outputs);
  },
  // What is there already is not made, so it is not judged; what it says is not known before the update.
  readResource: (...read: Parameters<typeof readResource>) => {
    const [made, , , , outputs] = read;
    if (recordings.has(getStore())) answer(made, { ...outputs, urn: undefined, id: undefined });
    else readResource(...read);
  },
});

function record(
  { resources, awaited }: Recording,
  ...[made, parent, type, name, custom, remote, , inputs, { provider }]: Parameters<typeof registerResource>
) {
  const above = parent && resources.get(parent)?.urn;
  const types = above ? `${above.split("::")[2]}$${type}` : type;
  const urn = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
  const by = (custom || remote) && provider ? resources.get(provider) : undefined;
  const resource: Resource = { type, name, urn, custom, parent: above, provider: by, props: {} };
  resources.set(made, resource);
  // Inputs come back as outputs, so whatever is derived from a resource's own inputs is known to the plan.
  answer(made, { ...((custom || remote) && inputs), ...(custom && { id: undefined }), urn });
  awaited.push(
    settle(inputs).then((settled) => {
      Object.assign(resource, settled);
    }),
  );
}

function answer(made: pulumi.Resource, outputs: pulumi.Inputs) {
  for (const [key, value] of Object.entries(outputs)) {
    Object.assign(made, { [key]: pulumi.output(value === undefined ? unknown : value) });
  }
}

/** Functions would answer from the world, or the provider: neither is asked by a plan. */
const silent = Object.fromEntries(
  ["invoke", "call"].map((ask) => [
    ask,
    (request: { getTok(): string }) => {
      throw new pulumi.RunError(
        `The plan cannot call ${request.getTok()}: functions are not known before the update runs.`,
      );
    },
  ]),
);

/** Inputs as plain values: secrets opened and named, what is not known before the update marked. */
export async function settle(inputs: pulumi.Inputs): Promise<Pick<Resource, "props" | "secrets">> {
  const secrets: string[] = [];
  const props = (await plainly(inputs, secrets)) as Resource["props"];
  return { props, ...(secrets.length > 0 && { secrets }) };
}

/** A promise only where something has to be awaited: most inputs are known when they are written. */
function plainly(value: unknown, secrets: string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.Output.isInstance(value)) return valueIn(value, secrets);
  if (value instanceof Promise) return value.then((inner) => plainly(inner, secrets));
  if (pulumi.isUnknown(value)) return UNKNOWN;
  if (pulumi.Resource.isInstance(value)) return plainly(value.urn, secrets);
  const each = (inner: unknown) => plainly(inner, secrets);
  if (Array.isArray(value)) return together(value.map(each), (items) => items);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const values = entries.map(([, inner]) => each(inner));
  return together(values, (inner) => Object.fromEntries(entries.map(([key], index) => [key, inner[index]])));
}

async function valueIn(output: pulumi.Output<unknown>, secrets: string[]): Promise<unknown> {
  const { promise, isKnown, isSecret } = output as unknown as Inside;
  const value = await promise(true);
  const known = (await isKnown) || containsUnknowns(value) ? await plainly(value, secrets) : UNKNOWN;
  if (await isSecret) secrets.push(...textsIn(known));
  return known;
}
type Inside = { promise(all: true): Promise<unknown>; isKnown: Promise<boolean>; isSecret: Promise<boolean> };

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function together(values: unknown[], make: (values: unknown[]) => unknown): unknown {
  return values.some((value) => value instanceof Promise) ? Promise.all(values).then(make) : make(values);
}
