import { z } from "zod";
import { dayAfter, midnight } from "../../components/ledger/programs/days.ts";
import type { Used } from "./sums.ts";
import { csv } from "./text.ts";

const price = z.number().nonnegative();

/** What a million tokens cost, by model: those that came in, those of them that were cached, those that went out. */
export const pricesShape = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, "a currency of ISO 4217, such as CHF"),
  models: z.record(z.string(), z.strictObject({ in: price, cached: price.optional(), out: price })),
});
export type Prices = z.output<typeof pricesShape>;

type Issuer = { operator: string; country: string; zone: string; costCentres: Record<string, string> };
type Row = Record<string, string | number | null>;

/** Models that were used and have no price. */
export function unpriced(rows: readonly Used[], prices: Prices): string[] {
  const charged = rows.filter(({ tokensIn, tokensOut }) => tokensIn + tokensOut > 0);
  return [...new Set(charged.map(({ model }) => model))].filter((model) => !Object.hasOwn(prices.models, model));
}

/**
 * The charges as FOCUS 1.2 has them (FinOps Open Cost and Usage Specification): one for each day, tenant, key, model and
 * kind of token. All of its mandatory columns, and those that go with prices by unit; our own begin with x_.
 */
export function focus(rows: readonly Used[], prices: Prices, issuer: Issuer): string {
  const charges = rows.flatMap((row) => meters(row, prices).flatMap((meter) => charge(row, meter, prices, issuer)));
  const columns = Object.keys(charges[0] ?? charge(none, { name: "input", tokens: 1, price: 0 }, prices, issuer)[0]!);
  return csv(charges, columns);
}

const none: Used = {
  tenant: "",
  key: "",
  model: "",
  day: "2026-01-01",
  requests: 0,
  refused: 0,
  delivered: 0,
  tokensIn: 0,
  tokensCached: 0,
  tokensOut: 0,
};

type Meter = { name: string; tokens: number; price: number };

function meters({ model, tokensIn, tokensCached, tokensOut }: Used, { models }: Prices): Meter[] {
  const own = models[model];
  if (!own) return [];
  return [
    { name: "input", tokens: tokensIn - tokensCached, price: own.in },
    { name: "cached input", tokens: tokensCached, price: own.cached ?? own.in },
    { name: "output", tokens: tokensOut, price: own.out },
  ];
}

function charge(
  { tenant, key, model, day }: Used,
  { name, tokens, price }: Meter,
  prices: Prices,
  issuer: Issuer,
): Row[] {
  if (tokens === 0) return [];
  const cost = decimal((tokens * price) / 1e6);
  const unitPrice = decimal(price / 1e6);
  const month = `${day.slice(0, 7)}-01`;
  const nextMonth = `${dayAfter(`${day.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
  const sku = `${model}/${name}`;
  return [
    {
      BilledCost: cost,
      BillingAccountId: tenant,
      BillingAccountName: tenant,
      BillingCurrency: prices.currency,
      BillingPeriodEnd: midnight(nextMonth, issuer.zone),
      BillingPeriodStart: midnight(month, issuer.zone),
      ChargeCategory: "Usage",
      ChargeClass: null,
      ChargeDescription: `${name} tokens of ${model}`,
      ChargeFrequency: "Usage-Based",
      ChargePeriodEnd: midnight(dayAfter(day), issuer.zone),
      ChargePeriodStart: midnight(day, issuer.zone),
      ConsumedQuantity: tokens,
      ConsumedUnit: "Tokens",
      ContractedCost: cost,
      ContractedUnitPrice: unitPrice,
      EffectiveCost: cost,
      InvoiceIssuerName: issuer.operator,
      ListCost: cost,
      ListUnitPrice: unitPrice,
      PricingCategory: "Standard",
      PricingQuantity: tokens,
      PricingUnit: "Tokens",
      ProviderName: issuer.operator,
      PublisherName: issuer.operator,
      RegionId: issuer.country,
      RegionName: issuer.country,
      ServiceCategory: "AI and Machine Learning",
      ServiceName: "Inference",
      ServiceSubcategory: "Generative AI",
      SkuId: sku,
      SkuPriceId: sku,
      x_Key: key,
      x_CostCentre: issuer.costCentres[`${tenant}/${key}`] ?? null,
    },
  ];
}

/** A decimal without an exponent and without the noise of binary fractions. */
function decimal(value: number): string {
  return value.toFixed(12).replace(/\.?0+$/, "");
}
