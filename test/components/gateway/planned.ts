import * as pulumi from "@pulumi/pulumi";
import { modelServers } from "../../../components/country/model-servers.ts";
import type { Country } from "../../../components/country.ts";
import { Gateway, type GatewayArgs } from "../../../components/gateway.ts";
import type { Resource } from "../../../policies/fact.ts";
import { plan } from "../../../policies/program.ts";

export type Tenants = Record<string, Country["tenants"][string]>;

export const host = "ai.alpen-ai.example";
export const keySeed = "0123456789abcdef0123456789abcdef";

/** A tenant of the standard profile, but for what is said. */
export function tenant(models: string[], said: Partial<Tenants[string]> = {}): Tenants[string] {
  return {
    displayName: "Tenant",
    profile: "standard",
    models,
    ownReplicas: 0,
    ownKey: false,
    recordDays: 184,
    tokensPerMinute: 100_000,
    requestsPerMinute: 600,
    keys: { default: { generation: 1, revoked: false } },
    ...said,
  };
}

/** Names that are numbered: `bank-001`. */
export function numbered(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${stem}-${String(index + 1).padStart(3, "0")}`);
}

/** A gateway before stub models, for these models and tenants. */
export function makeGateway(models: string[], tenants: Tenants, said: Partial<GatewayArgs> = {}): Gateway {
  const servers = modelServers(
    Object.fromEntries(models.map((name) => [name, { replicas: 1 }])),
    tenants,
  ) as unknown as Country["modelServers"];
  const stub = (server: string) => ({
    host: pulumi.output(`${server}.freehold-models.svc.cluster.local`),
    port: 8000,
    namespace: pulumi.output("freehold-models"),
  });
  return new Gateway("gateway", {
    host,
    certificate: { from: "issuer" },
    replicas: 2,
    service: "ClusterIP",
    registry: "registry.alpen-ai.example",
    digests: {},
    operator: { name: "Alpen AI", domain: "alpen-ai.example" },
    addons: { valkey: { mode: "install", version: "8.1.4" } },
    erase: [],
    tenants,
    modelServers: servers,
    models: Object.fromEntries(Object.keys(servers).map((server) => [server, stub(server)])),
    namespace: "freehold-gateway",
    keySeed,
    ...said,
  });
}

/** The resources that such a gateway is. */
export function gatewayOf(...args: Parameters<typeof makeGateway>): Promise<Resource[]> {
  return plan(() => makeGateway(...args));
}

/** Kubernetes objects of a plan, whole, by `Kind/name`. */
// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
export function objects(resources: Resource[]): Record<string, any> {
  const made = resources.filter(({ type }) => type.startsWith("kubernetes:"));
  return Object.fromEntries(
    made.map(({ type, props }) => {
      const kind = String(props.kind ?? type.split(":").at(-1));
      return [`${kind}/${(props.metadata as { name: string }).name}`, props];
    }),
  );
}

/** A generator of numbers from 0 up to 1 that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
