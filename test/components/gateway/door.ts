import { compileFunction } from "node:vm";

// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
type Objects = Record<string, any>;
/** A request to /v1/chat/completions for a model, or to another path. */
export type Asked = { key?: string; host: string; model?: string; path?: string };
/** What became of it; `rules` are the permissions that allowed it, `backends` all that could have had it on equal terms. */
export type Answer = { status: number; tenant?: string; rules?: string[]; backends?: string[]; list?: string[] };

/**
 * What Envoy makes of a gateway's objects, as its translator was seen to have it: the key names the tenant, the body names
 * the model, the first permission that fits lets it in, and the route that asks for most gets it.
 */
export function ask(objects: Objects, { key, host, model, path = "/v1/chat/completions" }: Asked): Answer {
  const { apiKeyAuth, authorization } = objects["SecurityPolicy/tenants"].spec;
  const holders = apiKeyAuth.credentialRefs.flatMap(({ name }: { name: string }) =>
    Object.entries<string>(objects[`Secret/${name}`].data).map(([id, key]) => [
      id,
      Buffer.from(key, "base64").toString(),
    ]),
  );
  const [tenant] = holders.find(([, held]: [string, string]) => held === key) ?? [];
  if (tenant === undefined) return { status: 401 };

  const headers = { ":authority": host, "x-freehold-tenant": tenant, ...(model && { "x-ai-eg-model": model }) };
  // biome-ignore lint/suspicious/noExplicitAny: a rule of a custom resource.
  const allowing = authorization.rules.filter((rule: any) => permits(rule, headers, path));
  if (allowing.length === 0) return { status: authorization.defaultAction === "Deny" ? 403 : 200, tenant };
  const rules = allowing.map(({ name }: { name: string }) => name);

  const best = bestRoutes(objects, { ...headers, host }, path);
  if (best.length === 0) return { status: 404, tenant, rules };
  if ("filter" in best[0]!) {
    const { statusCode, body } = objects[`HTTPRouteFilter/${best[0]!.filter}`].spec.directResponse;
    const list = JSON.parse(body.inline).data?.map(({ id }: { id: string }) => id);
    return { status: statusCode, tenant, rules, list };
  }
  return { status: 200, tenant, rules, backends: best.map((route) => route.backend!) };
}

// biome-ignore lint/suspicious/noExplicitAny: a rule of a custom resource.
function permits({ action, cel, principal, operation }: any, headers: Record<string, string>, path: string): boolean {
  if (action !== "Allow") throw new Error("only rules that allow are understood");
  if (!said(cel)({ headers }, ({ length }: string) => length)) return false;
  if (operation && !new RegExp(`^(?:${operation.path.value})$`).test(path)) return false;
  return (principal?.headers ?? []).every(({ name, values }: { name: string; values: string[] }) =>
    values.includes(headers[name]!),
  );
}

type Said = (request: { headers: Record<string, string> }, size: (text: string) => number) => unknown;
const compiled = new Map<string, Said>();

/** A CEL expression as a function: its functions on texts are JavaScript's but for one name. */
function said(cel: string): Said {
  const known = compiled.get(cel);
  if (known) return known;
  const made = compileFunction(`return ${cel.replaceAll(".matches(", ".match(")}`, ["request", "size"]) as Said;
  compiled.set(cel, made);
  return made;
}

type Route = { weight: number[]; backend?: string; filter?: string };

/** Routes that fit, of those the ones that go first: paths before none, then more headers before fewer. */
function bestRoutes(objects: Objects, headers: Record<string, string>, path: string): Route[] {
  const routes = Object.entries(objects).filter(([name]) => /^(AIGatewayRoute|HTTPRoute)\//.test(name));
  const fitting = routes.flatMap(([, { spec }]) => {
    if (!spec.hostnames.some((hostname: string) => headers.host!.split(":")[0]!.endsWith(hostname.slice(1)))) return [];
    // biome-ignore lint/suspicious/noExplicitAny: a rule of a custom resource.
    return spec.rules.flatMap(({ matches, backendRefs, filters }: any) =>
      matches
        .filter(
          // biome-ignore lint/suspicious/noExplicitAny: a match of a custom resource.
          (match: any) =>
            (match.path === undefined || path === match.path.value || path.startsWith(`${match.path.value}/`)) &&
            // biome-ignore lint/suspicious/noExplicitAny: a match of a custom resource.
            (match.headers ?? []).every(({ type, name, value }: any) =>
              type === "Exact" ? headers[name] === value : new RegExp(value).test(headers[name] ?? ""),
            ),
        )
        // biome-ignore lint/suspicious/noExplicitAny: a match of a custom resource.
        .map((match: any) => ({
          weight: [match.path ? 1 : 0, match.headers?.length ?? 0],
          ...(backendRefs ? { backend: backendRefs[0].name } : { filter: filters[0].extensionRef.name }),
        })),
    );
  }) as Route[];
  const heaviest = fitting.map(({ weight }) => weight[0]! * 100 + weight[1]!).sort((a, b) => b - a)[0];
  return fitting.filter(({ weight }) => weight[0]! * 100 + weight[1]! === heaviest);
}
