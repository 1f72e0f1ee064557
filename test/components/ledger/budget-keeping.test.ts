import { beforeEach, describe, expect, it } from "vitest";
import type { Budget } from "../../../components/ledger/programs/budget.ts";
import { type Cluster, Keeping, type Told } from "../../../components/ledger/programs/budget-keeping.ts";
import { budgetMetrics } from "../../../components/ledger/programs/budget-metrics.ts";
import { closedRoutes, type Made, type Plural } from "../../../components/ledger/programs/closed-routes.ts";

const budget = (said: Partial<Budget> = {}): Budget => ({
  tokensPerMonth: 1000,
  timeZone: "Europe/Zurich",
  warnAt: [80],
  whenSpent: "stop",
  tokensPerMinute: 100,
  ...said,
});
const door = { parentRef: { name: "ai" }, host: "ai.example", tenantHeader: "x-tenant", patternLength: 30 };

let now: number;
let said: string[];
let used: Record<string, number>;
let told: Told;
let objects: Map<string, Made>;
let calls: string[];
/** What is away: the ledger, the order, or the API server's writing. */
let away: Set<"ledger" | "told" | "writing">;
beforeEach(() => {
  now = Date.parse("2026-11-20T12:00:00Z");
  [said, used, objects, calls, away] = [[], {}, new Map(), [], new Set()];
  told = { budgets: { bank: budget(), kanton: budget({ whenSpent: "overage" }) }, door };
});
const cluster: Cluster = {
  async told() {
    if (away.has("told")) throw new Error("403");
    return structuredClone(told);
  },
  made: async (plural) => [...objects.values()].filter((made) => made.plural === plural).map(({ name }) => name),
  async apply(made) {
    if (away.has("writing")) throw new Error("denied by budgets-keeper.freehold.dev");
    calls.push(`apply ${made.plural}`);
    objects.set(`${made.plural}/${made.name}`, made);
  },
  async remove(plural, name) {
    if (away.has("writing")) throw new Error("denied by budgets-keeper.freehold.dev");
    calls.push(`remove ${plural}`);
    objects.delete(`${plural}/${name}`);
  },
};
const query = async (_: string, [asked]: string[]) => {
  if (away.has("ledger")) throw new Error("connect ECONNREFUSED");
  const tenants = (JSON.parse(asked!) as { tenant: string }[]).map(({ tenant }) => tenant);
  return tenants.flatMap((tenant) => (tenant in used ? [{ tenant, used: String(used[tenant]) }] : []));
};
const keeping = () => new Keeping({ cluster, query, now: () => now, say: (line) => said.push(line) });
const names = () => [...objects.keys()].sort();
// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes.
const spec = (plural: Plural, name: string): any => objects.get(`${plural}/${name}`)!.body.spec;

describe("who keeps budgets", () => {
  it("closes who has spent theirs with the answer before its route, and opens with the route first", async () => {
    const keeper = keeping();
    used = { bank: 999, kanton: 5000 };
    await keeper.round();
    expect(names()).toEqual([]);
    used.bank = 1000;
    await keeper.round();
    expect(names()).toEqual(["httproutefilters/spent-20261130-2300", "httproutes/spent-20261130-2300"]);
    expect(calls).toEqual(["apply httproutefilters", "apply httproutes"]);
    told.budgets.bank = budget({ tokensPerMonth: 2000 });
    calls = [];
    await keeper.round();
    expect(names()).toEqual([]);
    expect(calls).toEqual(["remove httproutes", "remove httproutefilters"]);
    expect(said).toEqual(["bank: warned", "kanton: over", "bank: spent", "bank: open"]);
  });

  it("opens at the moment of renewal", async () => {
    const keeper = keeping();
    used = { bank: 1000 };
    now = Date.parse("2026-11-30T22:59:59Z");
    await keeper.round();
    expect(names()).toHaveLength(2);
    now += 1000;
    used = {};
    await keeper.round();
    expect(names()).toEqual([]);
  });

  it("leaves closed who is closed while nothing answers, and closes who could have spent theirs", async () => {
    const keeper = keeping();
    told.budgets.gemeinde = budget();
    used = { bank: 1000, gemeinde: 650 };
    await keeper.round();
    away.add("ledger");
    now += 179_000;
    await keeper.round();
    expect(names()).toHaveLength(2);
    now += 1000;
    await keeper.round();
    expect(names().filter((name) => name.startsWith("httproutes"))).toEqual([
      "httproutes/spent-20261130-2300",
      "httproutes/spent-unread",
    ]);
    expect(spec("httproutes", "spent-unread").rules[0].matches[0].headers[0].value).toBe("^(gemeinde)$");
    away.delete("ledger");
    await keeper.round();
    expect(names()).not.toContain("httproutes/spent-unread");
    expect(said.filter((line) => line.includes("ledger"))).toEqual([
      "the ledger does not answer: connect ECONNREFUSED",
      "no longer: the ledger does not answer",
    ]);
  });

  it("that began without the ledger touches nothing for a minute, and closes every hard stop then", async () => {
    objects.set("httproutes/spent-old", { plural: "httproutes", name: "spent-old", body: {} });
    away.add("ledger");
    const keeper = keeping();
    await keeper.round();
    expect(names()).toEqual(["httproutes/spent-old"]);
    now += 61_000;
    await keeper.round();
    expect(names()).toEqual(["httproutefilters/spent-unread", "httproutes/spent-unread"]);
    expect(spec("httproutes", "spent-unread").rules[0].matches[0].headers[0].value).toBe("^(bank)$");
  });

  it("goes by what it was told last when it is told nothing, and by nothing before it was told something", async () => {
    away.add("told");
    const keeper = keeping();
    used = { bank: 1000 };
    await keeper.round();
    expect([names(), keeper.told]).toEqual([[], undefined]);
    away.delete("told");
    await keeper.round();
    away.add("told");
    await keeper.round();
    expect(names()).toHaveLength(2);
  });

  it("says what it may not do, tries it again, and shows for how long", async () => {
    const keeper = keeping();
    used = { bank: 1000 };
    away.add("writing");
    for (let round = 0; round < 3; round++) {
      now += 10_000;
      await keeper.round();
    }
    expect(said.filter((line) => line.startsWith("the door"))).toEqual([
      "the door is not as it should be: denied by budgets-keeper.freehold.dev",
    ]);
    const line = (name: string) =>
      budgetMetrics(keeper, now)
        .split("\n")
        .filter((each) => each.startsWith(`freehold_budget_${name}`));
    expect(line("applied_age_seconds")).toEqual(["freehold_budget_applied_age_seconds 30"]);
    expect(line("answer_age_seconds")).toEqual(["freehold_budget_answer_age_seconds 0"]);
    expect(line("spent")).toEqual([
      'freehold_budget_spent{tenant="bank"} 1',
      'freehold_budget_spent{tenant="kanton"} 0',
    ]);
    expect(line("used_tokens")[0]).toBe('freehold_budget_used_tokens{tenant="bank"} 1000');
    expect(line("warned_percent")[0]).toBe('freehold_budget_warned_percent{tenant="bank"} 80');
    expect(line("committed_tokens")).toEqual([]);
    away.delete("writing");
    await keeper.round();
    expect(names()).toHaveLength(2);
  });
});

describe("the routes of who is closed", () => {
  const closed = (tenants: Record<string, string>) => {
    const budgets = Object.fromEntries(
      Object.entries(tenants).map(([tenant, timeZone]) => [tenant, budget({ timeZone })]),
    );
    const month = (zone: string) => ({
      from: 0,
      to: Date.parse(zone === "UTC" ? "2026-12-01T00:00Z" : "2026-11-30T23:00Z"),
    });
    const standings = Object.fromEntries(
      Object.entries(tenants).map(([tenant, zone]) => [
        tenant,
        { month: month(zone), used: 1, state: "spent" as const },
      ]),
    );
    // biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes.
    return closedRoutes(standings, budgets, door).map(({ plural, name, body }) => ({ plural, name, ...(body as any) }));
  };

  it("are one for all whose months end at the same moment, and another for other moments", () => {
    const made = closed({ bank: "Europe/Zurich", kanton: "Europe/Paris", amt: "UTC" });
    const routes = made.filter(({ plural }) => plural === "httproutes");
    expect(routes.map(({ name }) => name)).toEqual(["spent-20261130-2300", "spent-20261201-0000"]);
    expect(routes[0].spec.rules).toEqual([
      {
        matches: [
          {
            path: { type: "PathPrefix", value: "/v1" },
            headers: [{ type: "RegularExpression", name: "x-tenant", value: "^(bank|kanton)$" }],
          },
        ],
        filters: [
          {
            type: "ExtensionRef",
            extensionRef: { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name: "spent-20261130-2300" },
          },
        ],
      },
    ]);
  });

  it("answer as OpenAI does when a quota is spent, and say when it renews", () => {
    const [filter] = closed({ bank: "Europe/Zurich" });
    const { statusCode, contentType, body, header } = filter.spec.directResponse;
    expect([statusCode, contentType]).toEqual([429, "application/json"]);
    const { error } = JSON.parse(body.inline);
    expect(error).toMatchObject({ type: "insufficient_quota", param: null, code: "insufficient_quota" });
    expect(error.message).toContain("renews at 2026-12-01T00:00:00+01:00");
    // What Envoy would take for an operator of its own.
    expect(body.inline).not.toContain("%");
    expect(header.set).toEqual([
      { name: "x-should-retry", value: "false" },
      { name: "retry-after", value: "Mon, 30 Nov 2026 23:00:00 GMT" },
    ]);
  });

  it("name as many tenants in one expression as it holds, for each is one more for Envoy", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`tenant-${100 + index}`, "UTC"]));
    const { rules } = closed(many).find(({ plural }) => plural === "httproutes").spec;
    const matches = rules.flatMap((rule: { matches: { headers: { value: string }[] }[] }) => rule.matches);
    const values: string[] = matches.map(({ headers }: { headers: { value: string }[] }) => headers[0]!.value);
    for (const value of values) expect(value.length).toBeLessThanOrEqual(door.patternLength);
    expect(rules.map((rule: { matches: object[] }) => rule.matches.length)).toEqual([64, 64, 22]);
    const isNamed = (tenant: string) => values.filter((value) => new RegExp(value).test(tenant)).length;
    for (const tenant of Object.keys(many)) expect(isNamed(tenant)).toBe(1);
    expect(isNamed("tenant-1000")).toBe(0);
  });
});
