import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import { modelSets } from "./model-sets.ts";
import { quotaRules } from "./quotas.ts";
import { modelRoutes } from "./routes.ts";

type Tenants = Record<
  string,
  Pick<Country["tenants"][string], "models" | "requestsPerMinute" | "tokensPerMinute"> & {
    tokensPerDay?: number;
    keys: readonly string[];
    /** Whether tokens of an identity provider are taken as well. */
    takesTokens?: boolean;
  }
>;
type Servers = Parameters<typeof modelRoutes>[0];

// Six keys with their certificates, as the larger ones list them.
const providerSize = 16_000;

/**
 * Bytes, rather too many than too few, of what goes from controller to controller at every change: `message`, all routes, of
 * which each carries every key, limit and permission, and `settings`, what the proxies are told of all models. The sizes of
 * the parts were measured with the translator of the proven version.
 */
export function controllerLoad(
  tenants: Tenants,
  servers: Servers,
  host: string,
): { message: number; settings: number } {
  const sets = modelSets(tenants);
  const routes = modelRoutes(servers, host);
  const keys = sum(Object.entries(tenants), ([name, { keys }]) => keysSize(name, keys));
  const permissions = sum(sets, (set) => 3000 + sum([...set.tenants, ...set.models], (value) => 130 + value.length));
  const limits = sum(quotaRules(tenants), (rule) => 2 * JSON.stringify(rule).length + 500);
  const each = 1500 + keys + permissions + limits;
  // Should all of them have spent their budgets, and some at another moment than others.
  const names = sum(Object.keys(tenants), (name) => name.length + 1);
  const closed = 1 + Math.ceil(names / addon("envoy-gateway").limits.headerValueLength!);
  const entries = Object.values(tenants).filter(({ takesTokens }) => takesTokens).length;
  return {
    // Two ways in for tokens, with limits but neither keys nor permissions, and what a provider has for keys.
    message:
      entries * (2 * (1500 + limits) + providerSize) +
      (Object.keys(servers).length + routes.length + sets.length + 1 + closed) * each,
    settings: sum(Object.entries(servers), ([server, { fallback = "" }]) =>
      [server, fallback].filter(Boolean).reduce((size, name) => size + 400 + 2 * name.length, 0),
    ),
  };
}

/** Each may stand there twice, with an end: its value, and that of the generation before it. */
function keysSize(tenant: string, keys: readonly string[]): number {
  return 60 + tenant.length + sum(keys, (key) => 2 * (75 + tenant.length + key.length));
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
