import { expect, it } from "vitest";
import { hostsOf } from "../../../rehearsal/door/names.ts";

const pod = (namespace: string, name: string, app: string, podIP?: string) => ({
  metadata: { namespace, name, labels: { app } },
  status: podIP ? { podIP } : {},
});
const service = (namespace: string, name: string, app?: string) => ({
  metadata: { namespace, name },
  spec: app ? { selector: { app } } : {},
});
const lines = (from: string) =>
  hostsOf(
    [
      service("gateway", "valkey", "counters"),
      service("models", "apertus", "apertus"),
      service("default", "kubernetes"),
    ],
    [
      pod("gateway", "valkey-0", "counters", "10.0.0.1"),
      pod("models", "apertus-a", "apertus", "10.0.0.2"),
      pod("models", "apertus-b", "apertus", "10.0.0.3"),
      pod("models", "apertus-c", "apertus"),
      pod("elsewhere", "valkey-0", "counters", "10.0.0.4"),
    ],
    from,
  )
    .trim()
    .split("\n");

it("knows a Service by the addresses of its own pods, whole, with a dot, and as the search list would find it", () => {
  expect(lines("elsewhere")[0]).toBe(
    "10.0.0.1 valkey.gateway.svc.cluster.local valkey.gateway.svc.cluster.local. valkey.gateway.svc valkey.gateway",
  );
});

it("knows several pods of one Service, each by its own name too", () => {
  const named = (name: string) =>
    lines("elsewhere").filter((line) => line.split(" ")[1] === `${name}.models.svc.cluster.local`);
  expect(named("apertus").map((line) => line.split(" ")[0])).toEqual(["10.0.0.2", "10.0.0.3"]);
  expect(named("apertus-b.apertus").map((line) => line.split(" ")[0])).toEqual(["10.0.0.3"]);
});

it("knows what stands in the same namespace by its name alone, and nothing else so", () => {
  expect(lines("gateway")[0]).toMatch(/ valkey$/);
  expect(lines("models").some((line) => / apertus$/.test(line))).toBe(true);
  expect(lines("models").some((line) => / valkey$/.test(line))).toBe(false);
});

it("knows neither Services without pods nor pods without an address", () => {
  expect(lines("default").slice(0, -1).join("\n")).not.toMatch(/kubernetes|apertus-c/);
});

it("knows the API server by a name of its certificate, where it is relayed", () => {
  expect(lines("models").at(-1)).toBe("10.255.255.254 kubernetes.default.svc");
});
