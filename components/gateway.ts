import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import { Counters } from "./counters.ts";
import type { Country } from "./country.ts";
import { authorization } from "./gateway/authorization.ts";
import { admitPolicies, closeProxies } from "./gateway/closed.ts";
import { door } from "./gateway/door.ts";
import { makeKeys } from "./gateway/keys.ts";
import { makeGateway } from "./gateway/listener.ts";
import { modelLists } from "./gateway/model-lists.ts";
import { type ModelSet, modelSets } from "./gateway/model-sets.ts";
import { aiGatewayApi, envoyGatewayApi, gatewayApi, gatewayNames, tenantHost, toGateway } from "./gateway/names.ts";
import { type MakeObject, objectsIn } from "./gateway/objects.ts";
import { clients, modelReader, proxy, towardsModels } from "./gateway/proxy.ts";
import { quotaRules } from "./gateway/quotas.ts";
import { modelRoutes } from "./gateway/routes.ts";
import { deadEnd, providerHosts, providersOf, tokenEntries, tokenNames } from "./gateway/tokens.ts";
import type { Sidecar } from "./ledger.ts";
import type { Model } from "./model.ts";

export { apiKey } from "./gateway/keys.ts";
export { gatewayNames, tenantHost } from "./gateway/names.ts";

export type GatewayArgs = Country["gateway"] &
  Pick<Country, "registry" | "digests" | "operator" | "addons" | "tenants" | "modelServers" | "erase"> & {
    /** Namespace of the gateway's objects and of the tenants' keys. */
    namespace: pulumi.Input<string>;
    /** Where each set of replicas answers, by its name. */
    models: Record<string, Pick<Model, "host" | "port" | "namespace">>;
    /** The country's key seed: from it, and a key's name and generation, comes each API key. */
    keySeed: pulumi.Input<string>;
    /** StorageClass of the counters' volume; the cluster's default where there is none. */
    volumeClass?: pulumi.Input<string>;
    /** Annotations of the Service in front of the proxies. */
    serviceAnnotations?: Record<string, string>;
    /** Port of the nodes by which a load balancer calls that ends the client's TLS, where there is one. */
    nodePort?: number;
    /** What carries the records to a database; without it they stay in the proxies' log. */
    ledger?: Sidecar;
  };

/** The door: one Gateway that is closed to everybody, opened per tenant, host and model. */
export class Gateway extends pulumi.ComponentResource {
  /** Base URL of each tenant, by tenant name. */
  readonly addresses: Record<string, string>;
  /** API keys that are good now, by tenant and by their name; a secret. */
  readonly keys: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Gateway", name, {}, opts);
    const inside = { parent: this };
    const limits = limitsOrRefused(args);
    const sets = modelSets(args.tenants);
    const object = objectsIn(args.namespace, inside);

    closeProxies(args.models, providerHosts(args.tenants), inside);
    admitPolicies(
      providersOf(args.tenants).map(([tenant]) => tokenNames.entry(tenant)),
      inside,
    );
    const counters = args.addons.valkey?.mode === "install" ? [new Counters("counters", args, inside)] : [];
    const gateway = makeGateway(args, object, makeClosed(args, object));
    const lists = makeLists(args, sets, object, gateway);
    const routes = makeRoutes(args, object, lists);
    const { keys, secrets } = makeKeys(args, inside);
    const counted = object(
      envoyGatewayApi,
      "BackendTrafficPolicy",
      gatewayNames.name,
      { spec: towardsModels(limits) },
      { dependsOn: [...Object.values(secrets), ...counters] },
    );
    const entries = makeTokenEntries(args, object, gateway);
    // Last: who is let in finds routes to its own replicas, and limits.
    object(
      envoyGatewayApi,
      "SecurityPolicy",
      gatewayNames.listener,
      { spec: authorization({ ...args, sets, keySecrets: Object.keys(secrets) }) },
      { dependsOn: [counted, ...routes, ...entries] },
    );

    this.keys = keys;
    this.addresses = Object.fromEntries(
      Object.keys(args.tenants).map((tenant) => [tenant, `https://${tenantHost(tenant, args.host)}/v1`]),
    );
    this.registerOutputs({ addresses: this.addresses });
  }
}

/** Components may stand alone in somebody's program, so the refusal is here and not only in the country file. */
function limitsOrRefused({ tenants, models, modelServers }: GatewayArgs): object[] {
  const refuse = (why: string) => new pulumi.RunError(`The gateway cannot be made: ${why}.`);
  if (Object.keys(tenants).length === 0) throw refuse("it has no tenants, and would open to nobody");
  const lost = Object.keys(modelServers).find((server) => !Object.hasOwn(models, server));
  if (lost !== undefined) throw refuse(`it is not told where ${lost} answers`);
  const rules = quotaRules(tenants);
  const most = addon("envoy-gateway").limits.rateLimitRules!;
  if (rules.length > most) throw refuse(`its tenants' limits take ${rules.length} rules, and a policy holds ${most}`);
  return rules;
}

/** What has to stand before the first request: how proxies run, and that every listener starts shut. */
function makeClosed(args: GatewayArgs, object: MakeObject): pulumi.Resource[] {
  const shut = { targetRefs: [toGateway], authorization: { defaultAction: "Deny" } };
  const reader = object(aiGatewayApi, "GatewayConfig", gatewayNames.name, { spec: modelReader(args) });
  return [
    reader,
    // New proxies find the settings of what is put beside them.
    object(envoyGatewayApi, "EnvoyProxy", gatewayNames.name, { spec: proxy(args) }, { dependsOn: reader }),
    object(envoyGatewayApi, "ClientTrafficPolicy", gatewayNames.name, { spec: clients() }),
    object(envoyGatewayApi, "EnvoyExtensionPolicy", gatewayNames.name, { spec: door(args) }),
    object(envoyGatewayApi, "SecurityPolicy", "closed", { spec: shut }),
  ];
}

/** The answers on /v1/models. */
function makeLists(args: GatewayArgs, sets: ModelSet[], object: MakeObject, gateway: pulumi.Resource) {
  return modelLists(sets, args.host, args.operator.name).map(({ name, route, filter }) => {
    const answer = object(envoyGatewayApi, "HTTPRouteFilter", name, filter);
    return object(gatewayApi, "HTTPRoute", name, route, { dependsOn: [gateway, answer] });
  });
}

/** Where tokens come in; without its policy a route asks for a key, as all the others do. */
function makeTokenEntries(args: GatewayArgs, object: MakeObject, gateway: pulumi.Resource): pulumi.Resource[] {
  const entries = tokenEntries(args.tenants, args.host);
  const end = entries.length > 0 ? [object(envoyGatewayApi, "HTTPRouteFilter", tokenNames.dead, deadEnd)] : [];
  return entries.map(({ tenant, routes, policy, backend }) => {
    const asked = backend ? [object(envoyGatewayApi, "Backend", tokenNames.provider(tenant), { spec: backend })] : [];
    const made = Object.entries(routes).map(([name, route]) =>
      object(gatewayApi, "HTTPRoute", name, route, { dependsOn: [gateway, ...end] }),
    );
    const dependsOn = [...made, ...asked];
    return object(envoyGatewayApi, "SecurityPolicy", tokenNames.entry(tenant), { spec: policy }, { dependsOn });
  });
}

/** The ways to the models, with where each answers: a Backend, and an AIServiceBackend that says what is spoken there. */
function makeRoutes(args: GatewayArgs, object: MakeObject, lists: pulumi.Resource[]): pulumi.Resource[] {
  const backends = Object.fromEntries(
    Object.entries(args.models).map(([server, { host, port }]) => {
      const endpoints = [{ fqdn: { hostname: host, port } }];
      const backend = object(envoyGatewayApi, "Backend", server, { spec: { endpoints } });
      const backendRef = { group: "gateway.envoyproxy.io", kind: "Backend", name: server };
      const spec = { schema: { name: "OpenAI" }, backendRef };
      return [server, object(aiGatewayApi, "AIServiceBackend", server, { spec }, { dependsOn: backend })];
    }),
  );
  return modelRoutes(args.modelServers, args.host).map(({ name, servers, spec }) =>
    // Without the lists before them, routes to models would answer for these, and to anybody.
    object(
      aiGatewayApi,
      "AIGatewayRoute",
      name,
      { spec },
      { dependsOn: [...lists, ...servers.map((server) => backends[server]!)] },
    ),
  );
}
