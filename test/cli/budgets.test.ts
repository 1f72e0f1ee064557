import { describe, expect, it } from "vitest";
import { budgetsText, type Row } from "../../cli/budgets.ts";
import { textOf } from "../../cli/top/text.ts";
import { parseCountry } from "../../components/country.ts";
import { standing } from "../../components/ledger/programs/budget.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const row = (tenant: string, used: number, said: Partial<Row["budget"]> = {}): Row => {
  const budget = {
    tokensPerMonth: 1_000_000,
    timeZone: "Europe/Zurich",
    warnAt: [80, 95],
    whenSpent: "stop" as const,
    tokensPerMinute: 1000,
    ...said,
  };
  const from = Date.parse("2026-10-31T23:00:00Z");
  return { tenant, budget, ...standing(budget, { used, from, at: now }, from, now) };
};

describe("budgets for people", () => {
  const rows = [
    row("amt", 12_345),
    row("bank", 960_000, { committed: 500_000 }),
    row("kanton", 1_200_000),
    row("uni", 1_200_000, { whenSpent: "overage" }),
  ];

  it("say what was used of what, until when, and how it stands", () => {
    const lines = budgetsText("ch", rows).map((line) => line.trim().split(/\s{2,}/));
    const renews = "2026-12-01T00:00:00+01:00 Europe/Zurich";
    expect(lines).toContainEqual(["tenant", "used", "of", "percent", "committed", "renews", "state"]);
    expect(lines).toContainEqual(["amt", "12,345", "1,000,000", "1 %", "-", renews, "open"]);
    expect(lines).toContainEqual(["bank", "960,000", "1,000,000", "96 %", "500,000", renews, "warned at 95 %"]);
    expect(lines).toContainEqual([
      "kanton",
      "1,200,000",
      "1,000,000",
      "120 %",
      "-",
      renews,
      "spent, refused until then",
    ]);
    expect(lines).toContainEqual(["uni", "1,200,000", "1,000,000", "120 %", "-", renews, "goes on, 200,000 beyond it"]);
  });

  it("say what to do next, also where there are none, in no colours but a terminal's", () => {
    expect(budgetsText("ch", rows).join("\n")).toContain(
      "npx freehold usage ch --by tenant,model,day --zone Europe/Zurich",
    );
    expect(budgetsText("ch", []).join("\n")).toContain("write  budget: { tokensPerMonth: 500000000 }");
    expect(budgetsText("ch", rows).join("\n")).not.toContain("\u001b");
  });
});

describe("freehold top", () => {
  const tenants = (bank: object) =>
    parseCountry({
      country: "CH",
      operator: { name: "Alpen AI", domain: "alpen-ai.example" },
      target: { kind: "onprem", context: "alpen", place: "CH" },
      state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
      pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
      models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
      storage: {
        keys: { kind: "volumes", statement: "LUKS2" },
        objects: { kind: "s3", endpoint: "https://s3.alpen-ai.example" },
      },
      tenants: { bank, kanton: {} },
    }).tenants;
  const shown = (bank: object) => {
    const reading = { tenants: { bank: { month: 250 }, kanton: { month: 0 } }, models: {}, gateway: { "": {} } };
    return textOf({ country: "Switzerland", from: "here", at: new Date(now) }, reading, tenants(bank));
  };

  it("shows the share of the month where somebody has a budget", () => {
    const lines = shown({ budget: { tokensPerMonth: 1000 } });
    expect(lines.find((line) => line.startsWith("bank"))).toMatch(/ 25 %$/);
    expect(lines.find((line) => line.startsWith("kanton"))).toMatch(/ -$/);
    expect(shown({}).join("\n")).not.toContain("of its month");
  });
});
