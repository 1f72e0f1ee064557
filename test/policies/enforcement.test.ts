import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type Enforcement, type EnforcementChange, watchEnforcement } from "../../policies/enforcement.ts";
import { analyzeRequest, type Served, Struct, sdk, serve } from "./served.ts";

const { ConfigureAnalyzerRequest, PolicyConfig, EnforcementLevel } = sdk("@pulumi/pulumi/proto/analyzer_pb");

const policies = [
  { name: "data-stays-here", enforcementLevel: "mandatory" as const },
  { name: "decided-at-up", enforcementLevel: "advisory" as const },
];
const told = vi.fn<(changes: EnforcementChange[]) => void>();
const asked = vi.fn();
let enforcement: Enforcement;
let engine: Served;

beforeAll(async () => {
  enforcement = watchEnforcement(policies, told);
  engine = await serve(policies.map((each) => ({ ...each, description: "", validateResource: asked })));
});

afterAll(() => engine.close());

beforeEach(() => {
  told.mockReset();
  asked.mockReset();
});

it("knows nothing before the engine has spoken", () => {
  expect(enforcement.known()).toBe(false);
  expect(enforcement.changes()).toEqual([]);
});

it("sees no change where the engine repeats what the pack says", async () => {
  await configure({ "data-stays-here": "MANDATORY", "decided-at-up": "ADVISORY" });
  expect(enforcement.known()).toBe(true);
  expect(enforcement.changes()).toEqual([]);
  expect(told).not.toHaveBeenCalled();
});

it.each([
  ["DISABLED", "disabled"],
  ["ADVISORY", "advisory"],
  ["REMEDIATE", "remediate"],
])("sees a policy that is set to %s", async (level, to) => {
  await configure({ "data-stays-here": level, "decided-at-up": "ADVISORY" });
  const changes = [{ policy: "data-stays-here", from: "mandatory", to, origin: "--policy-pack-config" }];
  expect(enforcement.changes()).toEqual(changes);
  expect(told).toHaveBeenCalledExactlyOnceWith(changes);
});

it("sees that all are disabled, and says so before it would be asked nothing any more", async () => {
  // The engine hands on what it made of {"all": "disabled"}: every policy, and the word itself.
  await configure({ all: "DISABLED", "data-stays-here": "DISABLED", "decided-at-up": "DISABLED" });
  expect(told.mock.calls[0]![0]).toEqual([
    { policy: "all", from: "no such policy", to: "disabled", origin: "--policy-pack-config" },
    { policy: "data-stays-here", from: "mandatory", to: "disabled", origin: "--policy-pack-config" },
    { policy: "decided-at-up", from: "advisory", to: "disabled", origin: "--policy-pack-config" },
  ]);
  await analyze();
  expect(asked).not.toHaveBeenCalled();
});

it("leaves the SDK to do what it is told", async () => {
  await configure({ "data-stays-here": "MANDATORY", "decided-at-up": "DISABLED" });
  await analyze();
  expect(asked).toHaveBeenCalledTimes(1);
});

it("stops the engine where evidence cannot be kept", async () => {
  told.mockImplementation(() => {
    throw new Error("no space left");
  });
  await expect(configure({ "data-stays-here": "DISABLED" })).rejects.toThrow();
});

function configure(levels: Record<string, string>): Promise<unknown> {
  const request = new ConfigureAnalyzerRequest();
  for (const [policy, level] of Object.entries(levels)) {
    const config = new PolicyConfig();
    config.setEnforcementlevel(EnforcementLevel[level]);
    config.setProperties(Struct.fromJavaScript({}));
    request.getPolicyconfigMap().set(policy, config);
  }
  return engine.call("configure", request);
}

function analyze(): Promise<unknown> {
  return engine.call("analyze", analyzeRequest({ urn: "urn:pulumi:s::p::a:b:C::n" }));
}
