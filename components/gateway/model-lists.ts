import { addon } from "../../catalogue/index.ts";
import type { ModelSet } from "./model-sets.ts";
import { hostsOf, runs, toListener } from "./names.ts";

/** What a host answers on /v1/models: an HTTPRoute, and the HTTPRouteFilter with the answer, which bears the same name. */
export type ModelList = { name: string; route: object; filter: object };

/**
 * The answers on /v1/models. AI Gateway would give its own before it asks who may have it: any key could read any tenant's
 * list. These are plain routes, so a key reads the list of its own tenant and no other.
 */
export function modelLists(sets: readonly ModelSet[], gatewayHost: string, operator: string): ModelList[] {
  const { headerValueLength } = addon("envoy-gateway").limits;
  return [
    ...sets.map(({ name, models, tenants }) => {
      const data = models.map((id) => ({ id, object: "model", created: 0, owned_by: operator }));
      const hosts = runs(tenants, (run) => hostsOf(run, gatewayHost).length <= headerValueLength!);
      const matches = hosts.map((run) => ({
        path,
        headers: [{ type: "RegularExpression", name: "host", value: hostsOf(run, gatewayHost) }],
      }));
      return list(`list-${name}`, gatewayHost, matches, 200, { object: "list", data });
    }),
    // What no list is for must not fall through to AI Gateway's.
    list("list-none", gatewayHost, [{ path }], 404, {
      error: { message: "No tenant has this host.", type: "invalid_request_error", param: null, code: "unknown_host" },
    }),
  ];
}

// What is asked of one model, the proxies' own program finds in the list.
const path = { type: "PathPrefix", value: "/v1/models" };

function list(name: string, gatewayHost: string, matches: object[], statusCode: number, answer: object): ModelList {
  const filters = [
    { type: "ExtensionRef", extensionRef: { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name } },
  ];
  return {
    name,
    route: { spec: { parentRefs: [toListener], hostnames: [`*.${gatewayHost}`], rules: [{ matches, filters }] } },
    filter: {
      spec: {
        directResponse: {
          statusCode,
          contentType: "application/json",
          body: { type: "Inline", inline: JSON.stringify(answer) },
        },
      },
    },
  };
}
