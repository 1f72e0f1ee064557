import type { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import * as state from "@pulumi/pulumi/runtime/state.js";
import type { Jurisdiction } from "../components/country.ts";
import { plain, type Resource, UNKNOWN } from "./fact.ts";
import { type Judgement, judge, judgeOne, renderFinding } from "./judge.ts";

/** The SDK's own state, which its declarations leave out. Its version is pinned, and every test of a plan relies on this. */
type Store = {
  config: unknown;
  settings: { monitor: unknown; rpcDone: Promise<unknown>; options: { project: string; stack: string } };
  supportsSecrets: boolean;
  supportsResourceReferences: boolean;
  supportsAliasSpecs: boolean;
  supportsDeletedWith: boolean;
};
const { LocalStore, getStore } = state as unknown as { LocalStore: new () => Store; getStore(): Store };

/**
 * Runs `build` twice: first against a monitor that only records, and judges the whole plan; then, if nothing in it is
 * broken, for real. So a refusal comes before the first resource is registered, with or without `--policy-pack`. What
 * the plan could not know is judged again at registration. Throws a `RunError` that lists every finding.
 */
export async function guard<T>(
  jurisdiction: Jurisdiction,
  build: () => T,
): Promise<{ built: T; judgement: Judgement }> {
  const judgement = judge(await plan(build), jurisdiction);
  const refused = judgement.findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable");
  if (refused.length > 0) {
    const count = `${refused.length} ${refused.length === 1 ? "finding" : "findings"}`;
    throw new pulumi.RunError(
      [`The plan breaks residency: ${count}, nothing was created.`, ...refused.map(renderFinding)].join("\n\n"),
    );
  }
  judgeAtRegistration(jurisdiction);
  return { built: build(), judgement };
}

/** The resources that `build` would register, with their inputs; nothing reaches the engine. */
export async function plan(build: () => unknown): Promise<Resource[]> {
  const resources: Resource[] = [];
  const providers = new Map<string, Resource>();
  const recorder = new MockMonitor({
    // Inputs come back as outputs, so whatever is derived from a resource's own inputs is known to the plan.
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
    call: ({ token }) => {
      throw new Error(`The plan cannot call ${token}: functions are not known before the update runs.`);
    },
  });
  const register = recorder.registerResource.bind(recorder);
  recorder.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (!error) {
        const resource: Resource = {
          type: request.getType(),
          name: request.getName(),
          urn: response.getUrn(),
          custom: request.getCustom(),
          parent: request.getParent() || undefined,
          // A provider reference is the provider's URN and id.
          provider: providers.get(request.getProvider().replace(/::[^:]*$/, "")),
          props: plain(request.getObject()?.toJavaScript() ?? {}) as Resource["props"],
        };
        if (resource.type.startsWith("pulumi:providers:")) providers.set(resource.urn, resource);
        resources.push(resource);
      }
      callback(error, response);
    });
  // The SDK keeps all its state in one store; a program run in a store of its own cannot touch the real engine.
  const store = new LocalStore();
  store.settings.monitor = recorder;
  store.settings.options.project = pulumi.getProject();
  store.settings.options.stack = pulumi.getStack();
  store.supportsSecrets = false;
  store.supportsResourceReferences = true;
  store.supportsAliasSpecs = true;
  store.supportsDeletedWith = true;
  store.config = getStore().config;
  await (asyncLocalStorage as AsyncLocalStorage<unknown>).run(store, async () => {
    build();
    let done: Promise<unknown>;
    do {
      done = store.settings.rpcDone;
      await done;
    } while (done !== store.settings.rpcDone);
  });
  return resources;
}

/** Judges each resource once more when the engine registers it: by then values that the plan had to leave open are known. */
function judgeAtRegistration(jurisdiction: Jurisdiction) {
  pulumi.runtime.registerResourceTransform(async ({ type, name, custom, props }) => {
    const resource = { type, name, custom, urn: name, props: (await settle(props)) as Resource["props"] };
    const broken = judgeOne(resource, jurisdiction).filter(({ verdict }) => verdict === "broken");
    if (broken.length === 0) return undefined;
    // The engine wraps what a transform throws in the noise of a remote call, so the report is logged by itself.
    for (const finding of broken) pulumi.log.error(renderFinding(finding));
    throw new Error(`${name} breaks residency and was not created.`);
  });
}

/** Inputs as plain values: secrets opened, what is not known before the update marked. */
async function settle(props: unknown): Promise<unknown> {
  const output = pulumi.output(props) as unknown as { promise(withUnknowns: boolean): Promise<unknown> };
  return mark(await output.promise(true));
}

function mark(value: unknown): unknown {
  if (pulumi.isUnknown(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(mark);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mark(inner)]));
}
