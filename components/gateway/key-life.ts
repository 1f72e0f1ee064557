import { endSeconds } from "../country/moment.ts";
import type { Country } from "../country.ts";

type Keys = Country["tenants"][string]["keys"];

/** A generation of a tenant's key, and what holds for it. */
export type KeyGeneration = {
  tenant: string;
  key: string;
  generation: number;
  /** Only `valid` and `overlap` are let in. */
  state: "valid" | "overlap" | "expired" | "revoked";
  /** Seconds since 1970 at which it ends; undefined where it does not. */
  until?: number;
  costCentre?: string;
};

/** The generations of a tenant's keys at a moment (seconds since 1970): of each key its own, then the one that it still overlaps with. */
export function keyGenerations(tenant: string, keys: Keys, at: number): KeyGeneration[] {
  return Object.entries(keys).flatMap(
    ([key, { generation, expires, overlapUntil, costCentre, revoked }]): KeyGeneration[] => {
      const until = expires === undefined ? undefined : endSeconds(expires)!;
      const common = { tenant, key, ...(costCentre !== undefined && { costCentre }) };
      const ends = until === undefined ? {} : { until };
      const now = { ...common, generation, ...ends };
      if (revoked) return [{ ...now, state: "revoked" }];
      if (until !== undefined && until <= at) return [{ ...now, state: "expired" }];
      // A second before the key itself, so that no two of them have the same client id.
      const overlap = overlapUntil === undefined ? at : Math.min(endSeconds(overlapUntil)!, (until ?? Infinity) - 1);
      const before: KeyGeneration = { ...common, generation: generation - 1, state: "overlap", until: overlap };
      return [{ ...now, state: "valid" }, ...(overlap > at ? [before] : [])];
    },
  );
}

/** Whether a generation of a key is let in. */
export function isLetIn({ state }: KeyGeneration): boolean {
  return state === "valid" || state === "overlap";
}

/**
 * The name under which the gateway knows a generation of a key, and which Envoy hands on: `<tenant>`, `<tenant>.<key>` or
 * `<tenant>.<key>.<end in seconds since 1970>`. Names of tenants and keys have no dot.
 */
export function clientId({ tenant, key, until }: Pick<KeyGeneration, "tenant" | "key" | "until">): string {
  if (until !== undefined) return `${tenant}.${key}.${until}`;
  return key === "default" ? tenant : `${tenant}.${key}`;
}

/** What a client id says. */
export function readClientId(id: string): Pick<KeyGeneration, "tenant" | "key" | "until"> {
  const [tenant = "", key = "default", until] = id.split(".");
  return { tenant, key, ...(until !== undefined && { until: Number(until) }) };
}

/** Of keys by their client ids, one for each tenant: its first one where that is there, and of two values the one that lasts. */
export function firstKeys(held: Record<string, string>): Record<string, string> {
  const best = Object.entries(held)
    .map(([id, value]) => ({ ...readClientId(id), value }))
    .sort((a, b) => ends(a) - ends(b))
    .sort((a, b) => Number(a.key === "default") - Number(b.key === "default"));
  return Object.fromEntries(best.map(({ tenant, value }) => [tenant, value]));
}

function ends({ until = Number.MAX_SAFE_INTEGER }: { until?: number }): number {
  return until;
}
