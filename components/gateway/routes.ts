import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import { hostsOf, modelHeader, runs, toListener } from "./names.ts";

type Servers = Record<string, Pick<Country["modelServers"][string], "servedName" | "tenant" | "fallback">>;

/** An AIGatewayRoute, with the servers that it leads to. */
export type ModelRoute = { name: string; servers: string[]; spec: object };

/**
 * The ways to the models. All stand on the one host `*.<host>`: the servers that tenants share in `models-1` and so on,
 * whoever the tenants are, and those of one tenant alone in `tenant-<name>-1`, which go before the shared ones because they
 * ask for its host too. A host of their own would give every tenant a copy of every route, and each route carries all keys,
 * limits and permissions with it.
 */
export function modelRoutes(servers: Servers, gatewayHost: string): ModelRoute[] {
  const owners = Map.groupBy(Object.keys(servers), (server) => servers[server]!.tenant);
  return [...owners].flatMap(([owner, own]) =>
    runs(own, ({ length }) => length <= addon("ai-gateway").limits.routeRules!).map((some, index) => ({
      name: `${owner === undefined ? "models" : `tenant-${owner}`}-${index + 1}`,
      servers: [...new Set(some.flatMap((server) => [server, servers[server]!.fallback ?? server]))],
      spec: {
        parentRefs: [toListener],
        hostnames: [`*.${gatewayHost}`],
        rules: some.map((server) => rule(server, servers, gatewayHost)),
      },
    })),
  );
}

function rule(server: string, servers: Servers, gatewayHost: string) {
  const { servedName, tenant: owner, fallback } = servers[server]!;
  return {
    matches: [
      {
        headers: [
          { type: "Exact", name: modelHeader, value: servedName },
          ...(owner === undefined
            ? []
            : [{ type: "RegularExpression", name: "host", value: hostsOf([owner], gatewayHost) }]),
        ],
      },
    ],
    // Sixty seconds, the default, would cut long generations.
    timeouts: { request: "1800s" },
    backendRefs: [
      { name: server },
      // Asked for by the name that it is served under, and its answers say that name.
      ...(fallback === undefined
        ? []
        : [{ name: fallback, priority: 1, modelNameOverride: servers[fallback]!.servedName }]),
    ],
  };
}
