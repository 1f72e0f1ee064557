import { existsSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeOrphans } from "../../../rehearsal/clouds/orphans.ts";
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

describe("what a killed engine left behind", () => {
  it("is removed, users first, and what the state knows stays", async () => {
    const kept = await plugin.create(vpc, { cidrBlock: "a" }, "kept");
    const lost = await plugin.create(vpc, { cidrBlock: "b" }, "lost");
    await plugin.create(subnet, { vpcId: lost.id }, "within");
    const known = new Set([`${vpc} ${kept.id}`]);
    const removed = await removeOrphans(toyCloud, plugin.world, known, { place: "here" });
    expect(removed).toEqual([`${subnet} within`, `${vpc} lost`]);
    expect(plugin.world.standing()).toMatchObject([{ id: kept.id }]);
  });

  it("stays where something that is known uses it", async () => {
    const around = await plugin.create(vpc, { cidrBlock: "a" });
    const within = await plugin.create(subnet, { vpcId: around.id });
    const known = new Set([`${subnet} ${within.id}`]);
    expect(await removeOrphans(toyCloud, plugin.world, known, { place: "here" })).toEqual([]);
    expect(plugin.world.standing()).toHaveLength(2);
  });
});
