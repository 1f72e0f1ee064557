import { describe, expect, it } from "vitest";
import { addon } from "../../../catalogue/index.ts";
import { quotaRules } from "../../../components/gateway/quotas.ts";
import { numbered, seeded } from "./planned.ts";

type Rule = {
  shared: boolean;
  clientSelectors: { headers: { type: string; name: string; value?: string }[] }[];
  limit: { requests: number; unit: string };
  cost?: { request: { number: number }; response: { metadata: { key: string } } };
};
type Quota = { requestsPerMinute: number; tokensPerMinute: number; tokensPerDay?: number };

const rulesOf = (tenants: Record<string, Quota>) => quotaRules(tenants) as Rule[];
const counts = ({ clientSelectors }: Rule, tenant: string) =>
  clientSelectors[0]!.headers.every(({ type, value }) => type === "Distinct" || new RegExp(value!).test(tenant));
const named = ({ clientSelectors }: Rule) => clientSelectors[0]!.headers.length === 2;

/** The limits that a tenant's requests are counted against. */
const limitsOf = (rules: Rule[], tenant: string) =>
  rules.filter((rule) => named(rule) && counts(rule, tenant)).map(({ limit, cost }) => ({ ...limit, tokens: !!cost }));

describe("limits", () => {
  it.each([1, 2, 3, 4, 5])("are those of the file for each of any tenants, and no others (seed %i)", (seed) => {
    const random = seeded(seed);
    const one = <Value>(of: Value[]) => of[Math.floor(random() * of.length)]!;
    const stems = ["bank", "bank-2", "a", "a-very-long-name-of-an-authority"];
    const tenants = Object.fromEntries(
      Array.from({ length: 200 }, (_, index): [string, Quota] => [
        `${one(stems)}-${index}`,
        {
          requestsPerMinute: one([60, 600, 6000]),
          tokensPerMinute: one([1000, 5000, 25_000, 125_000]),
          tokensPerDay: one([undefined, 1_000_000, 2_000_000]),
        },
      ]),
    );
    const rules = rulesOf(tenants);
    for (const [name, { requestsPerMinute, tokensPerMinute, tokensPerDay }] of Object.entries(tenants)) {
      expect(limitsOf(rules, name), name).toEqual([
        ...(tokensPerDay === undefined ? [] : [{ requests: tokensPerDay, unit: "Day", tokens: true }]),
        { requests: tokensPerMinute, unit: "Minute", tokens: true },
        { requests: requestsPerMinute, unit: "Minute", tokens: false },
      ]);
    }
    expect(limitsOf(rules, "bank")).toEqual([]);
  });

  it("are counted for each tenant by itself, over all routes together, tokens when the answer is", () => {
    const rules = rulesOf({ bank: { requestsPerMinute: 60, tokensPerMinute: 1000, tokensPerDay: 5000 } });
    expect(rules).toHaveLength(4);
    for (const { shared, clientSelectors } of rules) {
      expect(shared).toBe(true);
      expect(clientSelectors).toHaveLength(1);
      expect(clientSelectors[0]!.headers.at(-1)).toEqual({ name: "x-freehold-tenant", type: "Distinct" });
    }
    for (const { cost } of rules.slice(0, 2)) {
      const metadata = { namespace: "freehold", key: "total" };
      expect(cost).toMatchObject({ request: { number: 0 }, response: { metadata } });
    }
  });

  it("leave nobody without one, whoever comes", () => {
    const quota = (requestsPerMinute: number) => ({ requestsPerMinute, tokensPerMinute: 1000 });
    const rules = rulesOf({ bank: quota(60), clinic: quota(600) });
    const stranger = rules.filter((rule) => counts(rule, "stranger"));
    expect(stranger.map(({ limit }) => limit)).toEqual([{ requests: 600, unit: "Minute" }]);
  });

  it("take as many rules for 300 tenants as for four where they are alike, but for the length of their names", () => {
    const alike = (count: number) =>
      Object.fromEntries(
        numbered("tenant", count).map((name) => [name, { requestsPerMinute: 600, tokensPerMinute: 1000 }]),
      );
    expect(rulesOf(alike(4))).toHaveLength(3);
    expect(rulesOf(alike(300))).toHaveLength(2 * 4 + 1);
  });

  it("name no more in one rule than it takes, however long the names", () => {
    const names = numbered("n".repeat(36), 300);
    const rules = rulesOf(
      Object.fromEntries(names.map((name) => [name, { requestsPerMinute: 1, tokensPerMinute: 1 }])),
    );
    const lengths = rules.filter(named).map(({ clientSelectors }) => clientSelectors[0]!.headers[0]!.value!.length);
    const most = addon("envoy-gateway").limits.selectorLength!;
    expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
    expect(Math.max(...lengths)).toBeGreaterThan(most - 42);
  });

  it("of a day keep their place, and with it what was counted, when limits of a minute come and go", () => {
    const tenants = { bank: { requestsPerMinute: 60, tokensPerMinute: 1000, tokensPerDay: 5000 } };
    const more = { ...tenants, clinic: { requestsPerMinute: 10, tokensPerMinute: 10 } };
    expect(rulesOf(more)[0]).toEqual(rulesOf(tenants)[0]);
  });
});
