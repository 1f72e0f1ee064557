import { describe, expect, it } from "vitest";
import { envoyGateway } from "../../components/addons/envoy-gateway.ts";
import { Counters, countersAccess } from "../../components/counters.ts";
import { plan } from "../../policies/program.ts";
import { objects } from "./gateway/planned.ts";

const made = async (erase: string[] = [], volumeClass?: string) =>
  plan(
    () =>
      new Counters("counters", {
        namespace: "freehold-gateway",
        registry: "registry.alpen-ai.example",
        digests: { "valkey/valkey:8.1.4": `sha256:${"0".repeat(64)}` },
        keySeed: "0123456789abcdef0123456789abcdef",
        erase,
        volumeClass,
      }),
  );

describe("the counters", () => {
  it("keep what they counted over a restart, and refuse rather than forget when they are full", async () => {
    const config = objects(await made())["Secret/valkey"].stringData["valkey.conf"];
    for (const line of ["appendonly yes", "maxmemory-policy noeviction", "dir /data"]) {
      expect(config.split("\n")).toContain(line);
    }
  });

  it("have the password that the rate limiter is given, and it stands in Secrets alone", async () => {
    const resources = await made();
    const { stringData } = objects(resources)[`Secret/${countersAccess.secret}`];
    const password = stringData[countersAccess.key];
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(objects(resources)["Secret/valkey"].stringData["valkey.conf"]).toContain(`requirepass ${password}\n`);
    const holders = resources.filter(({ props }) => JSON.stringify(props).includes(password));
    expect(holders.map(({ type }) => type)).toEqual(["kubernetes:core/v1:Secret", "kubernetes:core/v1:Secret"]);
  });

  it("are where the rate limiter looks for them, which refuses what it cannot count", async () => {
    const { eg } = envoyGateway.values!({} as never, {} as never) as Record<"eg", { config: { envoyGateway: object } }>;
    expect(eg.config.envoyGateway).toMatchObject({
      rateLimit: { failClosed: true, backend: { redis: { url: "valkey.freehold-gateway.svc.cluster.local:6379" } } },
    });
    const service = objects(await made())["Service/valkey"];
    expect(service.spec.ports).toMatchObject([{ port: 6379 }]);
    expect(JSON.stringify(eg)).toContain(`"secretKeyRef":{"name":"${countersAccess.secret}","key":"password"}`);
  });

  it("are reached by the rate limiter and nobody else, and reach nobody", async () => {
    const { spec } = objects(await made())["NetworkPolicy/valkey"];
    expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec).not.toHaveProperty("egress");
    expect(spec.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "envoy-gateway-system" } },
            podSelector: { matchLabels: { "app.kubernetes.io/component": "ratelimit" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 6379 }],
      },
    ]);
  });

  it("run by the pinned image, restricted, on the class of volume that is given", async () => {
    const { template, volumeClaimTemplates } = objects(await made([], "freehold-block"))["StatefulSet/valkey"].spec;
    expect(template.spec.containers[0].image).toBe(
      `registry.alpen-ai.example/valkey/valkey:8.1.4@sha256:${"0".repeat(64)}`,
    );
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 999 });
    expect(template.spec.containers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(volumeClaimTemplates[0].spec.storageClassName).toBe("freehold-block");
    expect(objects(await made())["StatefulSet/valkey"].spec.volumeClaimTemplates[0].spec).not.toHaveProperty(
      "storageClassName",
    );
  });
});
