import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import { countNamespace, runs, tenantHeader } from "./names.ts";

type Quotas = Record<
  string,
  Pick<Country["tenants"][string], "requestsPerMinute" | "tokensPerMinute"> & { tokensPerDay?: number }
>;

/**
 * Rules of the rate limit. Tenants with equal limits share a rule: it names them all and counts each by itself, so that
 * rules grow with the number of different limits and not with that of tenants.
 */
export function quotaRules(tenants: Quotas): object[] {
  const names = Object.keys(tenants).sort();
  return [
    // Counters go by a rule's place. Days come first: what changes in the minutes' rules behind leaves their counts alone.
    ...equal(names, (name) => tenants[name]!.tokensPerDay, "Day", tokens),
    ...equal(names, (name) => tenants[name]!.tokensPerMinute, "Minute", tokens),
    ...equal(names, (name) => tenants[name]!.requestsPerMinute, "Minute", {}),
    // What no rule above names is limited all the same.
    rule([each], Math.max(...names.map((name) => tenants[name]!.requestsPerMinute)), "Minute", {}),
  ];
}

// Tokens are known when the answer is: the request costs nothing, the response its tokens.
const tokens = {
  cost: {
    request: { from: "Number", number: 0 },
    response: { from: "Metadata", metadata: { namespace: countNamespace, key: "total" } },
  },
};

/** A counter for each value of the header. */
const each = { name: tenantHeader, type: "Distinct" };

/** One rule for each limit and as many names as an expression holds, in ascending order of limits. */
function equal(names: string[], limitOf: (name: string) => number | undefined, unit: string, cost: object): object[] {
  const limits = [...new Set(names.map(limitOf))].filter((limit) => limit !== undefined).sort((a, b) => a - b);
  return limits.flatMap((limit) => {
    const alike = names.filter((name) => limitOf(name) === limit);
    return runs(alike, (run) => oneOf(run).length <= addon("envoy-gateway").limits.selectorLength!).map((run) =>
      rule([{ name: tenantHeader, type: "RegularExpression", value: oneOf(run) }, each], limit, unit, cost),
    );
  });
}

function rule(headers: object[], requests: number, unit: string, cost: object) {
  // Without `shared` each route would count for itself.
  return { shared: true, clientSelectors: [{ headers }], limit: { requests, unit }, ...cost };
}

function oneOf(names: readonly string[]): string {
  return `^(${names.join("|")})$`;
}
