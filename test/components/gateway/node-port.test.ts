import { describe, expect, it } from "vitest";
import { gatewayOf, host, numbered, objects, tenant } from "./planned.ts";

const models = numbered("model", 1);
const made = async (nodePort?: number) =>
  objects(await gatewayOf(models, { clinic: tenant(models) }, nodePort === undefined ? {} : { nodePort }));
const listener = (objects: Awaited<ReturnType<typeof made>>) => objects["Gateway/ai"].spec.listeners[0];
const service = (objects: Awaited<ReturnType<typeof made>>) =>
  objects["EnvoyProxy/ai"].spec.provider.kubernetes.envoyService;

describe("a gateway behind a load balancer that ends the client's TLS", () => {
  it("has the port of the nodes that is called, and takes connections that name no host", async () => {
    const behind = await made(30443);
    expect(service(behind).patch).toEqual({
      type: "StrategicMerge",
      value: { spec: { ports: [{ port: 443, nodePort: 30443 }] } },
    });
    expect(listener(behind)).not.toHaveProperty("hostname");
  });

  it("still has hosts on every route, and opens to a key its own tenant's host alone", async () => {
    const behind = await made(30443);
    const routes = Object.entries(behind).filter(([name]) => /^(HTTPRoute|AIGatewayRoute)\//.test(name));
    expect(routes.length).toBeGreaterThan(0);
    for (const [name, { spec }] of routes) expect(spec.hostnames, name).toEqual([`*.${host}`]);
    const { rules, defaultAction } = behind["SecurityPolicy/tenants"].spec.authorization;
    expect(defaultAction).toBe("Deny");
    for (const { cel } of rules) expect(cel).toContain(`.endsWith('.${host}')`);
  });
});

describe("a gateway that clients call themselves", () => {
  it("takes connections for its own hosts, and leaves the port of the nodes to the cluster", async () => {
    const open = await made();
    expect(listener(open).hostname).toBe(`*.${host}`);
    expect(service(open)).not.toHaveProperty("patch");
  });
});
