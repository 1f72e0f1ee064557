import type { Counted, Tokens } from "./reconcile.ts";

/** Asks Prometheus what a query is at a moment; resolves to its series. */
export type AskAt = (query: string, at: Date) => Promise<{ labels: Record<string, string>; value: number }[]>;

/** What an engine calls its counters of tokens. */
export type TokenCounters = { tokensIn: string; tokensOut: string };

/** Counters are read every minute and every half; a read may take as long again. */
export const edgeSeconds = 120;

const ofGateway = (kind: string) => `gen_ai_client_token_usage_sum{gen_ai_token_type="${kind}"}`;
const byPair = "tenant, gen_ai_original_model";

/** What the gateway's and the engines' counters rose by between two moments, by Prometheus. */
export async function countedBetween(ask: AskAt, engines: readonly TokenCounters[], from: Date, to: Date) {
  const window = `${Math.round((to.getTime() - from.getTime()) / 1000)}s`;
  const rises = async (by: string, tokensIn: string, tokensOut: string) => {
    const asked = [risen(tokensIn, by, window), risen(tokensOut, by, window), ...lost(tokensIn, by, window)];
    const [input, output, ...gone] = await Promise.all(asked.map((query) => ask(query, to)));
    const found = new Map<string, Counted>();
    const at = ({ tenant, gen_ai_original_model, server }: Record<string, string>): Counted => {
      const name = server ?? gen_ai_original_model ?? "";
      const key = `${tenant ?? ""} ${name}`;
      const there = found.get(key) ?? { tenant, name, tokens: { in: 0, out: 0 }, lost: 0 };
      found.set(key, there);
      return there;
    };
    const put = (series: typeof input, kind: keyof Tokens) => {
      for (const { labels, value } of series!) at(labels).tokens[kind] += Math.round(value);
    };
    put(input, "in");
    put(output, "out");
    for (const { labels, value } of gone.flat()) at(labels).lost += value;
    return [...found.values()];
  };
  return {
    gateway: await rises(byPair, ofGateway("input"), ofGateway("output")),
    engines: (await Promise.all(engines.map(({ tokensIn, tokensOut }) => rises("server", tokensIn, tokensOut)))).flat(),
  };
}

/**
 * What counters rose by, exactly where none began anew: Prometheus's own `increase` reckons beyond the samples that it has,
 * and stands in for those alone that did.
 */
export function risen(series: string, by: string, window: string): string {
  const last = `last_over_time(${series}[${window}])`;
  const anew = `resets(${series}[${window}]) > 0`;
  const exact = `(${last} - (${series} offset ${window} or ${last} * 0)) unless ${anew}`;
  return `sum by (${by}) ((${exact}) or (increase(${series}[${window}]) and ${anew}))`;
}

/** How many counters began anew, and how many ended. */
export function lost(series: string, by: string, window: string): string[] {
  return [
    `sum by (${by}) (resets(${series}[${window}]) > 0)`,
    `count by (${by}) (last_over_time(${series}[${window}]) unless ${series})`,
  ];
}
