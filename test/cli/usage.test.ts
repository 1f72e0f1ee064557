import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { focus, unpriced } from "../../cli/usage/focus.ts";
import { statement, sums, total, type Used } from "../../cli/usage/sums.ts";
import { csv, flat, table } from "../../cli/usage/text.ts";
import { askedOf } from "../../cli/usage.ts";
import { dayAfter, dayIn, midnight } from "../../components/ledger/programs/days.ts";

const used = (fields: Partial<Used> = {}): Used => ({
  tenant: "bank",
  key: "default",
  model: "apertus-8b",
  day: "2026-11-22",
  requests: 2,
  refused: 0,
  delivered: 0,
  tokensIn: 1_000_000,
  tokensCached: 400_000,
  tokensOut: 250_000,
  ...fields,
});
const rows = [
  used(),
  used({ key: "ci", tokensOut: 1 }),
  used({ tenant: "kanton", model: "bge-m3", refused: 1, tokensOut: 0 }),
];

describe("sums", () => {
  it("are by what is asked for, in order, and add up to the same total", () => {
    expect(sums(rows, ["tenant"]).map(({ by, requests, tokensOut }) => [by, requests, tokensOut])).toEqual([
      [{ tenant: "bank" }, 4, 250_001],
      [{ tenant: "kanton" }, 2, 0],
    ]);
    for (const by of [["model"], ["key", "day"], ["tenant", "model", "day", "key"]] as const) {
      expect(total(sums(rows, by))).toEqual(total(rows));
    }
  });

  it("are by cost centre where keys have one", () => {
    const by = sums(rows, ["cost-centre"], { "bank/ci": "4711" }).map((sum) => [sum.by["cost-centre"], sum.requests]);
    expect(by).toEqual([
      ["", 4],
      ["4711", 2],
    ]);
  });

  it("are a table with totals, and values that no spreadsheet runs", () => {
    const found = sums(rows, ["tenant", "model"]);
    expect(table(found, ["tenant", "model"]).split("\n")).toEqual([
      "tenant  model       requests  refused  cut short  tokens in  of them cached  tokens out",
      "bank    apertus-8b         4        0          0  2,000,000         800,000     250,001",
      "kanton  bge-m3             2        1          0  1,000,000         400,000           0",
      "total                      6        1          0  3,000,000       1,200,000     250,001",
    ]);
    expect(
      csv(
        [
          { a: '=1+1,"x"', b: 2 },
          { a: "é\nz", b: null },
        ],
        ["a", "b"],
      ),
    ).toBe('a,b\r\n"\'=1+1,""x""",2\r\n"é\nz",\r\n');
    expect(flat(found[0]!)).toMatchObject({ tenant: "bank", model: "apertus-8b", tokensOut: 250_001 });
  });
});

describe("the SQL", () => {
  let postgres: PGlite;
  beforeAll(async () => {
    postgres = await PGlite.create();
    await postgres.exec(readFileSync(new URL("../../components/storage/records.sql", import.meta.url), "utf8"));
  }, 120_000);
  afterAll(() => postgres.close());

  it("takes days of the zone, across the change of the clock, and leaves out what is not asked for", async () => {
    const add = (id: string, time: string, tenant = "bank", counted: string | null = "gateway", status = 200) =>
      postgres.query(
        `INSERT INTO usage_records (event_id, time, tenant, model, tokens_in, tokens_cached, tokens_out, status, counted)
         VALUES ($1, $2, $3, 'apertus-8b', 10, 4, 5, $5, $4)`,
        [id, time, tenant, counted, status],
      );
    // In Zurich the 25th of October 2026 has 25 hours: from 22:00 to 23:00 of UTC.
    await add("1", "2026-10-24T21:59:59Z");
    await add("2", "2026-10-24T22:00:00Z");
    await add("3", "2026-10-25T22:59:59Z", "bank", "delivered");
    await add("4", "2026-10-25T23:00:00Z");
    await add("5", "2026-10-25T12:00:00Z", "kanton", null, 429);
    const ask = async (...parameters: string[]) =>
      (await postgres.query<Record<string, string>>(statement, parameters)).rows;
    expect(await ask("2026-10-25", "2026-10-25", "Europe/Zurich", "", "")).toEqual([
      {
        tenant: "bank",
        key: "default",
        model: "apertus-8b",
        day: "2026-10-25",
        requests: "2",
        refused: "0",
        delivered: "1",
        tokensIn: "20",
        tokensCached: "8",
        tokensOut: "10",
      },
      {
        tenant: "kanton",
        key: "default",
        model: "apertus-8b",
        day: "2026-10-25",
        requests: "1",
        refused: "1",
        delivered: "0",
        tokensIn: "10",
        tokensCached: "4",
        tokensOut: "5",
      },
    ]);
    expect(await ask("2026-10-24", "2026-10-26", "Europe/Zurich", "bank", "")).toHaveLength(3);
    expect(await ask("2026-10-24", "2026-10-26", "Europe/Zurich", "", "other")).toEqual([]);
  });
});

describe("days", () => {
  it("begin when the zone's do, also on the days on which the clock changes", () => {
    expect(midnight("2026-11-22", "UTC")).toBe("2026-11-22T00:00:00Z");
    expect(midnight("2026-10-25", "Europe/Zurich")).toBe("2026-10-24T22:00:00Z");
    expect(midnight("2026-10-26", "Europe/Zurich")).toBe("2026-10-25T23:00:00Z");
    expect(midnight("2026-03-29", "Europe/Zurich")).toBe("2026-03-28T23:00:00Z");
    expect(midnight("2026-11-22", "Asia/Kathmandu")).toBe("2026-11-21T18:15:00Z");
    expect([dayAfter("2026-12-31"), dayAfter("2028-02-28")]).toEqual(["2027-01-01", "2028-02-29"]);
    expect(dayIn("Asia/Dubai", new Date("2026-11-22T21:00:00Z"))).toBe("2026-11-23");
  });

  it("are this month's where none are named, and are refused where there are none such", () => {
    const now = new Date("2026-11-22T21:00:00Z");
    expect(askedOf({}, now)).toMatchObject({ from: "2026-11-01", to: "2026-11-22", zone: "UTC" });
    expect(askedOf({ to: "2026-10-31" }, now)).toMatchObject({ from: "2026-10-01", to: "2026-10-31" });
    expect(() => askedOf({ from: "2026-02-30" }, now)).toThrow("--from 2026-02-30 is no day");
    expect(() => askedOf({ from: "2026-12-01" }, now)).toThrow("--from 2026-12-01 is after the last day, 2026-11-22");
    expect(() => askedOf({ zone: "Mars/Olympus" }, now)).toThrow("--zone Mars/Olympus is no time zone");
  });
});

describe("FOCUS", () => {
  const prices = { currency: "CHF", models: { "apertus-8b": { in: 0.2, cached: 0.05, out: 0.6 } } };
  const issuer = { operator: "Alpen AI", country: "CH", zone: "Europe/Zurich", costCentres: { "bank/ci": "4711" } };
  const charges = (some: Used[]) => {
    const [heading, ...lines] = focus(some, prices, issuer).trimEnd().split("\r\n");
    const names = heading!.split(",");
    return lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index], value])));
  };

  it("has a charge for each kind of token, whose cost is its quantity by its price", () => {
    const [input, cached, output] = charges([used()]);
    expect([input, cached, output].map((row) => [row!.PricingQuantity, row!.BilledCost])).toEqual([
      ["600000", "0.12"],
      ["400000", "0.02"],
      ["250000", "0.15"],
    ]);
    expect(input).toMatchObject({
      BillingAccountId: "bank",
      BillingPeriodStart: "2026-10-31T23:00:00Z",
      BillingPeriodEnd: "2026-11-30T23:00:00Z",
      ChargePeriodStart: "2026-11-21T23:00:00Z",
      ChargePeriodEnd: "2026-11-22T23:00:00Z",
      ContractedUnitPrice: "0.0000002",
      x_CostCentre: "",
    });
    expect(charges([used({ key: "ci" })])[0]).toMatchObject({ x_Key: "ci", x_CostCentre: "4711" });
  });

  it("leaves no column empty that must not be, and has every one that must be there", () => {
    const mandatory =
      "BilledCost BillingAccountId BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost ProviderName PublisherName ServiceCategory ServiceName PricingQuantity PricingUnit";
    for (const row of charges([used()])) for (const name of mandatory.split(" ")) expect(row[name], name).not.toBe("");
    expect(charges([used()])[0]).toHaveProperty("ChargeClass", "");
    expect(focus([], prices, issuer)).toMatch(/^BilledCost,.*\r\n$/);
  });

  it("knows which models have no price", () => {
    expect(unpriced(rows, prices)).toEqual(["bge-m3"]);
    expect(unpriced([used({ model: "none", tokensIn: 0, tokensCached: 0, tokensOut: 0 })], prices)).toEqual([]);
  });
});
