import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/fact.ts";
import { stateSubject } from "../../../policies/subjects/state.ts";

const fixture = readFileSync(new URL("../../fixtures/guard/state.json", import.meta.url), "utf8");
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::orders";
const provider = {
  urn: "urn:pulumi:prod::shop::pulumi:providers:aws::de",
  type: "pulumi:providers:aws",
  custom: true,
  inputs: { region: "eu-central-1" },
};
const queue = { urn, type: "aws:sqs/queue:Queue", custom: true, provider: `${provider.urn}::7d1c`, inputs: {} };

/** The resource `orders` of a state in which it stands like this. */
function only(resource: object, { version = 3, providers = [provider] as object[] } = {}) {
  const state = { version, deployment: { resources: [...providers, { ...queue, ...resource }] } };
  return stateSubject(JSON.stringify(state), { kind: "state", name: "state.json" }).resources.at(-1)!;
}

it("reads each resource with its provider, its parent, what was asked for, and what was answered", () => {
  const subject = stateSubject(fixture, { kind: "state", name: "state.json", file: "state.json" });
  expect(subject).toMatchObject({ project: "shop", stack: "prod", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(subject.resources.map(({ name }) => name)).toEqual(["shop-prod", "de", "archive", "home"]);
  expect(subject.resources[2]).toEqual({
    urn: "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::archive",
    type: "aws:s3/bucket:Bucket",
    name: "archive",
    custom: true,
    props: { bucket: "archive-1", region: "us-east-1" },
    outputs: { bucket: "archive-1", region: "us-east-1", arn: "arn:aws:s3:::archive-1" },
    parent: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod",
    provider: { type: "pulumi:providers:aws", name: "de", props: { region: "eu-central-1", version: "7.48.0" } },
    dependencies: ["urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"],
  });
  expect(subject.resources[0]).toMatchObject({ custom: false });
});

it("says in which line of the program a resource is written, where the engine noted it", () => {
  const { sources } = stateSubject(fixture, { kind: "state", name: "state.json" });
  const source = sources.get("urn:pulumi:prod::shop::aws:s3/bucket:Bucket::archive");
  expect([source?.file, source?.line("region")]).toEqual(["index.ts", 12]);
  expect(sources.size).toBe(1);
});

it("opens secrets that were exported open, and knows their texts", () => {
  const secret = { ...SECRET, plaintext: '{"url":"https://key@queue.example.com","ports":[1]}' };
  const orders = only({ inputs: { policy: secret, tags: { a: "b" } }, outputs: { policy: secret } });
  expect(orders.props).toEqual({ policy: { url: "https://key@queue.example.com", ports: [1] }, tags: { a: "b" } });
  expect(orders.secrets).toEqual(["https://key@queue.example.com"]);
  expect(orders.holes).toBeUndefined();
});

it("treats a secret that stayed encrypted as a hole, once, wherever it stands", () => {
  const sealed = { ...SECRET, ciphertext: "AAABAQ==" };
  const orders = only({ inputs: { list: [{ "a.b": sealed }] }, outputs: { list: [{ "a.b": sealed }] } });
  expect(orders.props).toEqual({ list: [{ "a.b": UNKNOWN }] });
  expect(orders.holes).toEqual([
    { path: 'list[0]["a.b"]', why: "an encrypted value", remedy: expect.stringContaining("--show-secrets") },
  ]);
});

it.each([
  ["was only read", { external: true, outputs: { url: "x" } }, {}, /read, not made here/],
  ["has a provider that the state lacks", {}, { providers: [] }, /its provider is not in the state/],
])("names the hole of a resource that %s", (_, resource, more, why) => {
  expect(only(resource, more).holes).toEqual([
    { path: "", why: expect.stringMatching(why), remedy: expect.any(String) },
  ]);
});

it("leaves a reference to another stack to what its type says", () => {
  expect(only({ type: "pulumi:pulumi:StackReference", external: true, provider: undefined }).holes).toBeUndefined();
});

it("judges what was only read by what the provider answered", () => {
  expect(only({ external: true, outputs: { region: "us-east-1" } }).props).toEqual({ region: "us-east-1" });
});

it("takes operations that did not finish for holes, of resources that the state has and of others", () => {
  const text = (resources: object[]) =>
    JSON.stringify({
      version: 3,
      deployment: { resources: [provider, ...resources], pending_operations: [{ type: "creating", resource: queue }] },
    });
  for (const resources of [[], [queue]]) {
    const all = stateSubject(text(resources), { kind: "state", name: "s" }).resources;
    expect(all).toHaveLength(2);
    expect(all[1]?.holes).toEqual([
      { path: "", why: "creating it was interrupted, so nobody knows whether it exists", remedy: expect.any(String) },
    ]);
  }
});

it("reads older states, and the file in which a backend of one's own keeps a stack", () => {
  expect(only({}, { version: 1 }).name).toBe("orders");
  const checkpoint = { version: 3, checkpoint: { stack: "prod", latest: { resources: [provider, queue] } } };
  expect(stateSubject(JSON.stringify(checkpoint), { kind: "state", name: "s" }).resources).toHaveLength(2);
});

it.each([
  ["text that is no JSON", "password=hunter2 {"],
  ["JSON that is no stack", '{"resources":[{"urn":"x","secret":"hunter2"}]}'],
  ["a state of version 9", '{"version":9,"deployment":{}}'],
  ["no resources", '{"version":3,"deployment":{}}'],
])("refuses %s, and quotes nothing of it", (found, text) => {
  const refused = () => stateSubject(text, { kind: "state", name: "state.json" });
  expect(refused).toThrow(`state.json cannot be judged.\n  found    ${found}\n`);
  expect(refused).not.toThrow(/hunter2/);
});

it("takes for a component only what says so and has no id", () => {
  expect(only({ custom: undefined }).custom).toBe(true);
  expect(only({ custom: false, id: "q-1" }).custom).toBe(true);
  expect(only({ custom: false, type: "shop:index:Queues", provider: undefined }).custom).toBe(false);
});

it("reads a state behind the mark that some editors put before a text", () => {
  const { resources } = stateSubject(`\uFEFF${fixture}`, { kind: "state", name: "state.json" });
  expect(resources).toHaveLength(4);
});

it("refuses a state that holds nothing but the stack itself", () => {
  const stack = { urn: "urn:pulumi:a::b::pulumi:pulumi:Stack::b-a", type: "pulumi:pulumi:Stack", custom: false };
  const text = JSON.stringify({ version: 3, deployment: { resources: [stack] } });
  expect(() => stateSubject(text, { kind: "state", name: "s" })).toThrow("found    no resources");
});

it("refuses values that are nested deeper than can be walked", () => {
  const deep = `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`;
  const text = JSON.stringify({ version: 3, deployment: { resources: [{ ...queue, inputs: { a: "DEEP" } }] } });
  const nested = () => stateSubject(text.replace('"DEEP"', deep), { kind: "state", name: "s" });
  expect(nested).toThrow("found    values that are nested too deep");
});
