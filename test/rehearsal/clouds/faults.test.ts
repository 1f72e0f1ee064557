import { existsSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adoptions } from "../../../rehearsal/clouds/adopt.ts";
import { keptByEngine, Plugin } from "./plugin.ts";
import { toyCloud } from "./toy-cloud.ts";

const vpc = "aws:ec2/vpc:Vpc";
const subnet = "aws:ec2/subnet:Subnet";

let plugin: Plugin<{ place: string }>;
beforeEach(async () => {
  plugin = await new Plugin(toyCloud).configure({ region: "here" });
});
afterEach(() => plugin[Symbol.dispose]());

describe("a fault that is ordered", () => {
  const stands = () => plugin.world.standing(vpc).length;

  it("throttles a request, which is tried again, a bounded number of times", async () => {
    plugin.order({ on: vpc, fault: "throttling", times: 3 });
    await plugin.create(vpc, { cidrBlock: "a" });
    plugin.order({ on: vpc, fault: "throttling", times: 1000 });
    await expect(plugin.create(vpc, { cidrBlock: "b" })).rejects.toThrow("exceeded maximum number of attempts, 10");
    expect(stands()).toBe(1);
  });

  it.each(["server-error-after-create", "lost-reply"] as const)("%s leaves behind what was made", async (fault) => {
    plugin.order({ on: `create ${vpc}`, fault });
    const error = await plugin.create(vpc, { cidrBlock: "a" }).catch((error) => error);
    expect(error).toBeInstanceOf(Error);
    expect(error.code === status.UNAVAILABLE).toBe(fault === "lost-reply");
    expect(keptByEngine(error)).toBeUndefined();
    expect(stands()).toBe(1);
    await plugin.create(vpc, { cidrBlock: "a" });
  });

  it.each(["expired-credentials", "no-capacity"] as const)(
    "%s meets a request before anything is made",
    async (fault) => {
      const { id } = await plugin.create(vpc, { cidrBlock: "a" });
      plugin.order({ on: "create aws:ec2/*", fault });
      await expect(plugin.create(subnet, { vpcId: id })).rejects.toThrow(fault);
      expect(plugin.world.standing(subnet)).toEqual([]);
    },
  );

  it("takes no machines from what needs none", async () => {
    plugin.order({ on: "*", fault: "no-capacity" });
    await plugin.create(vpc, { cidrBlock: "a" });
    expect(stands()).toBe(1);
  });

  it("comes after as many steps as were ordered, as often, and is counted across processes", async () => {
    plugin.order({ on: `create ${vpc}`, fault: "expired-credentials", afterSteps: 2, times: 1 });
    await plugin.create(vpc, { cidrBlock: "a" });
    await plugin.create(vpc, { cidrBlock: "b" });
    plugin.restart();
    await plugin.configure({ region: "here" });
    await expect(plugin.create(vpc, { cidrBlock: "c" })).rejects.toThrow("expired-credentials");
    await plugin.create(vpc, { cidrBlock: "d" });
    expect(existsSync(join(plugin.world.folder, "faults-met.json"))).toBe(true);
    expect(stands()).toBe(3);
  });

  it("during the wait for a resource leaves it in the engine's state", async () => {
    const { id } = await plugin.create(vpc, { cidrBlock: "a" });
    const error = await plugin.create(subnet, { vpcId: id, cidrBlock: "0.0.0.0/0" }).catch((error) => error);
    expect(keptByEngine(error)).toMatchObject({
      id: expect.stringMatching(/^subnet-/),
      outputs: { vpcId: id },
      reasons: [expect.stringContaining("TooWide")],
    });
  });

  it("that nobody knows is refused", () => {
    expect(() => plugin.order({ on: "*", fault: "earthquake" as "slow" })).toThrow("Invalid option");
  });
});

describe("what stands although its reply was lost", () => {
  const lost = (name: string, type = vpc) => ({
    urn: `urn:pulumi:toy::freehold::freehold:index:Freehold$${type}::${name}`,
    type,
    parent: "urn:pulumi:toy::freehold::freehold:index:Freehold::toy",
    provider: "urn:pulumi:toy::freehold::pulumi:providers:toy::toy::1234",
  });

  it("is found by type and name, and what the state knows is not taken twice", async () => {
    const known = await plugin.create(vpc, { cidrBlock: "a" }, "kept");
    plugin.order({ on: `create ${vpc}`, fault: "lost-reply" });
    await expect(plugin.create(vpc, { cidrBlock: "b" }, "lost")).rejects.toThrow("EOF");
    const state = [{ urn: "urn:kept", type: vpc, id: known.id }];
    const [{ id } = { id: "" }] = plugin.world.standing(vpc).filter(({ name }) => name === "lost");
    expect(adoptions(plugin.home, [lost("lost"), lost("kept")], state)).toEqual([{ ...lost("lost"), id }]);
  });

  it("is nothing where the cloud refused", async () => {
    plugin.order({ on: `create ${vpc}`, fault: "expired-credentials" });
    await expect(plugin.create(vpc, { cidrBlock: "b" }, "lost")).rejects.toThrow("expired");
    expect(adoptions(plugin.home, [lost("lost")], [])).toEqual([]);
  });
});
