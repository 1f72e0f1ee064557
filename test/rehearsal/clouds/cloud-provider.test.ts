import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudProvider } from "../../../rehearsal/clouds/cloud-provider.ts";
import { isSecret, isUnknown, type Properties, secret } from "../../../rehearsal/kubernetes-provider/properties.ts";
import { Plugin, unknown } from "./plugin.ts";
import { toyCloud } from "./toy-cloud.ts";

const vpc = "aws:ec2/vpc:Vpc";
const subnet = "aws:ec2/subnet:Subnet";
const role = "aws:iam/role:Role";
const key = "aws:kms/key:Key";
const trust = { assumeRolePolicy: "{}" };

let plugin: Plugin<{ place: string }>;
beforeEach(async () => {
  plugin = await new Plugin(toyCloud).configure({ region: "here" });
});
afterEach(() => plugin[Symbol.dispose]());

describe("the provider of a simulated cloud", () => {
  it.each([
    ["no rehearsal goes on", {}, "FREEHOLD_REHEARSAL is not set"],
    ["its folder is not there", { FREEHOLD_REHEARSAL: "/nowhere/at/all" }, "there is no such folder"],
  ])("works for nobody where %s", async (_, env, message) => {
    const { configure } = cloudProvider(toyCloud, "127.0.0.1:1", { env });
    const { default: pb } = await import("@pulumi/pulumi/proto/provider_pb.js");
    const call = { request: new pb.ConfigureRequest() };
    const error = await new Promise<{ details: string }>((resolve) =>
      (configure as (call: object, done: (error: { details: string }) => void) => void)(call, resolve),
    );
    expect(error.details).toContain(message);
    expect(error.details).toContain("reaches no real one");
  });

  it("refuses by name what it does not cover", async () => {
    await expect(plugin.check("aws:sqs/queue:Queue", {})).rejects.toThrow(
      "aws:sqs/queue:Queue is not in this simulated",
    );
    await expect(plugin.invoke("aws:ec2/getAmi:getAmi", {})).rejects.toThrow("aws:ec2/getAmi:getAmi is not in this");
  });

  it("judges its own inputs: what the SDK has not, and what the cloud wants", async () => {
    expect(await plugin.checkConfig({ regoin: "x" })).toMatchObject([{ property: "regoin" }]);
    expect(await plugin.checkConfig({})).toEqual([{ property: "region", reason: "a region is needed" }]);
    expect(await plugin.checkConfig({ region: "x", allowedAccountIds: '["111122223333"]' })).toEqual([]);
  });
});

describe("checking", () => {
  it.each<[string, string, Properties, string[]]>([
    ["a property that the SDK does not have", vpc, { cidrBlok: "10.0.0.0/16" }, ["unknown cidrBlok"]],
    ["one that differs in an ending", subnet, { vpcId: "v", tag: {} }, ["unknown tag, meant tags?"]],
    ["a property that is missing", subnet, {}, ["missing vpcId"]],
    ["a null for what is required", subnet, { vpcId: null }, ["missing vpcId"]],
    ["a wrong type", vpc, { cidrBlock: 7, tags: [] }, ["cidrBlock is number, not string", "tags is list, not map"]],
    ["a wrong type within a map", vpc, { tags: { a: true } }, ["tags.a is boolean, not string"]],
    [
      "a nested property",
      role,
      { ...trust, inlinePolicies: [{ nam: "a" }] },
      ["unknown inlinePolicies[0].nam, meant name?"],
    ],
  ])("refuses %s", async (_, type, inputs, faults) => {
    expect(await plugin.faults(type, inputs)).toEqual(faults);
  });

  it("takes for right what is not known yet, and sees through secrets", async () => {
    expect(await plugin.faults(subnet, { vpcId: unknown, tags: { a: secret("b") } })).toEqual([]);
    expect(await plugin.faults(vpc, { cidrBlock: secret(7) })).toEqual(["cidrBlock is number, not string"]);
  });

  it("names what has no name, within the service's length, and keeps that name", async () => {
    const { inputs } = await plugin.check(role, trust, { name: "a-very-long-name-for-a-role" });
    expect(inputs.name).toMatch(/^a-very-long--[0-9a-f]{7}$/);
    const again = await plugin.check(role, trust, { name: "other", olds: inputs });
    expect(again.inputs).toEqual(inputs);
    expect((await plugin.check(role, { ...trust, name: "mine" }, { olds: inputs })).inputs.name).toBe("mine");
    expect((await plugin.check(role, { ...trust, namePrefix: "p" })).inputs.name).toBeUndefined();
  });
});

describe("a difference", () => {
  it("is none between equal inputs, secret or not, default or left out, laid out this way or that", async () => {
    const same = async (type: string, olds: Properties, news: Properties) =>
      (await plugin.diff(type, olds, news)).changed;
    expect(await same(vpc, { cidrBlock: "a" }, { cidrBlock: secret("a") })).toBe(false);
    expect(await same(key, {}, { enableKeyRotation: false })).toBe(false);
    expect(await same(role, { assumeRolePolicy: '{"a": 1, "b": 2}' }, { assumeRolePolicy: '{"b":2,"a":1}' })).toBe(
      false,
    );
    expect(await same(key, {}, { enableKeyRotation: true })).toBe(true);
  });

  it("means a new resource where the property cannot change, the old one gone first where its name is chosen", async () => {
    const moved = await plugin.diff(role, { name: "a", ...trust }, { name: "b", ...trust });
    expect(moved).toMatchObject({ changed: true, replaces: ["name"], deleteBeforeReplace: false });
    const chosen = await plugin.diff(role, { name: "a", path: "/x/", ...trust }, { name: "a", path: "/y/", ...trust });
    expect(chosen).toMatchObject({ replaces: ["path"], deleteBeforeReplace: true });
    const wider = await plugin.diff(vpc, { cidrBlock: "a", tags: { x: "1" } }, { cidrBlock: "b", tags: { x: "2" } });
    expect(wider).toMatchObject({ replaces: ["cidrBlock"], paths: ["cidrBlock", "tags.x"] });
  });

  it("leaves out what the program ignores", async () => {
    expect((await plugin.diff(vpc, { tags: { a: "1" } }, { tags: { a: "2" } }, ["tags"])).changed).toBe(false);
  });
});

describe("a preview", () => {
  it("promises inputs and leaves open what only the cloud can say", async () => {
    const { id, outputs } = await plugin.createChecked(vpc, { cidrBlock: unknown }, { preview: true });
    expect(id).toBe("");
    expect(isUnknown(outputs.arn!)).toBe(true);
    expect(isUnknown(outputs.cidrBlock!)).toBe(true);
    expect(outputs.ipv4IpamPoolId).toBeUndefined();
    expect(plugin.world.isEmpty()).toBe(true);
  });

  it("of an update keeps what stands", async () => {
    const { id, outputs } = await plugin.create(vpc, { cidrBlock: "a" });
    const planned = await plugin.update(vpc, id, outputs, { cidrBlock: "a", tags: { a: unknown } }, true);
    expect(planned).toMatchObject({ arn: outputs.arn, tags: { a: unknown } });
  });
});

describe("a resource", () => {
  it("stands on disk for the next process, changes, and goes", async () => {
    const { id } = await plugin.create(vpc, { cidrBlock: "a", tags: { a: "1" } });
    plugin.restart();
    await plugin.configure({ region: "here" });
    expect((await plugin.read(vpc, id)).outputs).toMatchObject({ cidrBlock: "a" });
    expect(await plugin.update(vpc, id, {}, { cidrBlock: "a" })).not.toHaveProperty("tags");
    await plugin.delete(vpc, id);
    await plugin.delete(vpc, id);
    expect((await plugin.read(vpc, id)).id).toBe("");
    expect(plugin.world.isEmpty()).toBe(true);
  });

  it("keeps its secrets secret on the way back", async () => {
    const { id, outputs } = await plugin.create(vpc, { cidrBlock: secret("a") });
    expect(isSecret(outputs.cidrBlock!)).toBe(true);
    expect(plugin.world.get(vpc, id)!.inputs.cidrBlock).toBe("a");
    expect(isSecret((await plugin.read(vpc, id, { cidrBlock: secret("a") })).outputs.cidrBlock!)).toBe(true);
    expect(isSecret((await plugin.create(key, {})).outputs.keyId!)).toBe(true);
  });

  it("refers only to what stands, and holds it", async () => {
    await expect(plugin.create(subnet, { vpcId: "vpc-0" })).rejects.toThrow("InvalidVpcID.NotFound");
    const around = await plugin.create(vpc, { cidrBlock: "a" });
    const within = await plugin.create(subnet, { vpcId: around.id });
    await expect(plugin.delete(vpc, around.id)).rejects.toThrow("DependencyViolation");
    await plugin.delete(subnet, within.id);
    await plugin.delete(vpc, around.id);
    expect(plugin.world.isEmpty()).toBe(true);
  });

  it("gets a name only once", async () => {
    await plugin.create(role, { ...trust, name: "one" });
    await expect(plugin.create(role, { ...trust, name: "one" })).rejects.toThrow("EntityAlreadyExists");
  });

  it("that only waits for its end no longer stands", async () => {
    const { id } = await plugin.create(key, {});
    await plugin.delete(key, id);
    expect(plugin.world.isEmpty()).toBe(true);
    expect(plugin.world.leaving(key)).toMatchObject([{ id, left: { deletionDate: "2026-12-22" } }]);
  });

  it("is made beside others at the same time", async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) => plugin.create(vpc, { cidrBlock: String(index) })),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(40);
    expect(plugin.world.standing(vpc)).toHaveLength(40);
    const names = await Promise.allSettled(
      Array.from({ length: 5 }, () => plugin.create(role, { ...trust, name: "one" })),
    );
    expect(names.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("leaves no unfinished file behind", async () => {
    await plugin.create(vpc, { cidrBlock: "a" });
    const files = readdirSync(join(plugin.world.folder, "resources"), { recursive: true, encoding: "utf8" });
    expect(files.filter((file) => file.endsWith(".new"))).toEqual([]);
    expect(files.filter((file) => file.endsWith(".json"))).toHaveLength(1);
  });
});

describe("a function", () => {
  it("answers, and refuses what it does not take", async () => {
    const token = "aws:index/getCallerIdentity:getCallerIdentity";
    expect(await plugin.invoke(token, {})).toEqual({ accountId: "here" });
    await expect(plugin.invoke(token, { who: "me" })).rejects.toThrow("unknown who");
  });
});
