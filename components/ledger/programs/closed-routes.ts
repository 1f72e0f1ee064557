import type { Budgets, Standing } from "./budget.ts";
import { clockIn } from "./days.ts";

/** What the routes of closed tenants are made with, as the stack says it. */
export type Door = {
  /** The listener that they are for. */
  parentRef: object;
  /** Hosts below this one are tenants'. */
  host: string;
  /** Header that tells the tenant, after its key was checked. */
  tenantHeader: string;
  /** The longest that a header's pattern may be. */
  patternLength: number;
};

/** An object of Kubernetes' API, with the collection that it is in. */
export type Made = { plural: Plural; name: string; body: Record<string, unknown> };
export type Plural = "httproutefilters" | "httproutes";

/** Names of all that is made here begin so; nobody else's do. */
export const prefix = "spent-";
/** API groups with versions, by collection: an answer comes before the route that gives it. */
export const apis: Record<Plural, string> = {
  httproutefilters: "gateway.envoyproxy.io/v1alpha1",
  httproutes: "gateway.networking.k8s.io/v1",
};

/**
 * The routes that answer for tenants who are closed: one for all whose months end at the same moment, and one for all of whom
 * it is not known. Each takes what no longer path takes, which leaves the lists of models alone, and goes before every model's.
 */
export function closedRoutes(standings: Record<string, Standing>, budgets: Budgets, door: Door): Made[] {
  const closed = Object.entries(standings).filter(([, { state }]) => state === "spent" || state === "unread");
  const groups = Map.groupBy(closed, ([, { state, month }]) => (state === "unread" ? "unread" : moment(month.to)));
  return [...groups].flatMap(([name, members]) => {
    const [tenant, { month }] = members[0]!;
    const answer = name === "unread" ? unread : spent(month.to, clockIn(budgets[tenant]!.timeZone, month.to));
    return made(`${prefix}${name}`, members.map(([tenant]) => tenant).sort(), answer, door);
  });
}

type DirectResponse = { statusCode: number; body: object; headers: Record<string, string> };

/** The words of OpenAI's own API for it, by which its clients give up at once. */
function spent(renewal: number, shown: string): DirectResponse {
  const message = `The tokens of this month's budget are used up. It renews at ${shown}; for more before that, ask who runs this gateway.`;
  return {
    statusCode: 429,
    body: { message, type: "insufficient_quota", param: null, code: "insufficient_quota" },
    headers: { "x-should-retry": "false", "retry-after": new Date(renewal).toUTCString() },
  };
}

const unread: DirectResponse = {
  statusCode: 503,
  body: {
    message:
      "What is left of this month's budget cannot be read now, so nothing can be answered until it can. The request may be sent again.",
    type: "server_error",
    param: null,
    code: "budget_unknown",
  },
  headers: { "retry-after": "30" },
};

function made(name: string, tenants: readonly string[], answer: DirectResponse, door: Door): Made[] {
  const { parentRef, host, tenantHeader, patternLength } = door;
  const set = Object.entries(answer.headers).map(([header, value]) => ({ name: header, value }));
  const matches = patterns(tenants, patternLength).map((value) => ({
    path: { type: "PathPrefix", value: "/v1" },
    headers: [{ type: "RegularExpression", name: tenantHeader, value }],
  }));
  const extensionRef = { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name };
  const inline = JSON.stringify({ error: answer.body });
  const { statusCode } = answer;
  return [
    object("httproutefilters", "HTTPRouteFilter", name, {
      directResponse: {
        statusCode,
        contentType: "application/json",
        body: { type: "Inline", inline },
        header: { set },
      },
    }),
    object("httproutes", "HTTPRoute", name, {
      parentRefs: [parentRef],
      hostnames: [`*.${host}`],
      rules: inRules(matches).map((some) => ({
        matches: some,
        filters: [{ type: "ExtensionRef", extensionRef }],
      })),
    }),
  ];
}

/** A rule of a route holds so many matches (Gateway API). */
const matchesOfRule = 64;

function inRules<Match>(matches: Match[]): Match[][] {
  const rules = [];
  for (let from = 0; from < matches.length; from += matchesOfRule)
    rules.push(matches.slice(from, from + matchesOfRule));
  return rules;
}

/** Expressions that together are for these tenants, each as long as it may be: each is a route with all that routes carry. */
function patterns(tenants: readonly string[], most: number): string[] {
  const found: string[][] = [];
  for (const tenant of tenants) {
    const last = found.at(-1);
    if (last && pattern([...last, tenant]).length <= most) last.push(tenant);
    else found.push([tenant]);
  }
  return found.map(pattern);
}

function pattern(tenants: readonly string[]): string {
  return `^(${tenants.join("|")})$`;
}

function object(plural: Plural, kind: string, name: string, spec: object): Made {
  return { plural, name, body: { apiVersion: apis[plural], kind, metadata: { name }, spec } };
}

function moment(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replaceAll(/[-:]/g, "").replace("T", "-");
}
