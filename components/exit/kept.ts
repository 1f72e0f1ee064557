import { isDeepStrictEqual } from "node:util";
import { written } from "../country/wording.ts";
import type { Country } from "../country.ts";
import type { Side } from "./move.ts";
import type { Refusal } from "./refusals.ts";

type Sides = { cloud: Side; hall: Side };
type Tenant = Country["tenants"][string];
type Model = Country["models"][string];

/** What of a tenant is the same before and after: what it may do, and what it pays for. */
const tenantKeeps = [
  "profile",
  "models",
  "tokensPerMinute",
  "tokensPerDay",
  "requestsPerMinute",
  "budget",
  "oidc",
  "recordDays",
] as const satisfies (keyof Tenant)[];

/** What a key's value and life follow from. */
const keyKeeps = [
  "generation",
  "revoked",
  "expires",
  "overlapUntil",
] as const satisfies (keyof Tenant["keys"][string])[];

/** What a model's answers follow from. */
const modelKeeps = ["model", "precision"] as const satisfies (keyof Model)[];

/** Tenants and keys that would not be the same after the move. */
export function differingTenants(sides: Sides): Refusal[] {
  return entries(
    sides,
    ["tenants"],
    "tenant",
    ({ tenants }) => tenants,
    (from, to, name) => {
      const at = ["tenants", name];
      const isolation: Refusal[] =
        from.ownReplicas > 0 && to.ownReplicas === 0
          ? [differing(sides, at, "ownReplicas", from.ownReplicas, to.ownReplicas)]
          : [];
      return [
        ...tenantKeeps.flatMap((field) => fieldOf(sides, at, field, from[field], to[field])),
        ...isolation,
        ...keysOf(sides, name),
      ];
    },
  );
}

/** Models that would not be the same after the move. */
export function differingModels(sides: Sides): Refusal[] {
  return entries(
    sides,
    ["models"],
    "model",
    ({ models }) => models,
    (from, to, name) => {
      const at = ["models", name];
      const sums = [sumOf(from), sumOf(to)];
      const other =
        sums.every((sum) => sum !== undefined) && sums[0]!.text !== sums[1]!.text && sums[0]!.of === sums[1]!.of;
      return [
        ...modelKeeps.flatMap((field) => fieldOf(sides, at, field, from[field], to[field])),
        ...(other ? [differing(sides, [...at, "weights"], sums[1]!.field, sums[0]!.text, sums[1]!.text)] : []),
      ];
    },
  );
}

/** What tells weights from others, and of what it is the sum: only sums of the same thing can be compared. */
export function sumOf({ weights }: Pick<Model, "weights">): { of: string; field: string; text: string } | undefined {
  if (weights.from !== "image") return { of: "SHA256SUMS", field: "sha256", text: weights.sha256 };
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(weights.reference ?? "")?.[1];
  return digest === undefined ? undefined : { of: "manifest", field: "reference", text: digest };
}

function keysOf(sides: Sides, tenant: string): Refusal[] {
  const keys = (country: Country) => country.tenants[tenant]!.keys;
  return entries(sides, ["tenants", tenant, "keys"], "key", keys, (from, to, name) =>
    keyKeeps.flatMap((field) => fieldOf(sides, ["tenants", tenant, "keys", name], field, from[field], to[field])),
  );
}

/** Entries of both sides by name: those that one side lacks, and what `judge` says of those that both have. */
function entries<Entry>(
  sides: Sides,
  at: string[],
  what: string,
  of: (country: Country) => Record<string, Entry>,
  judge: (from: Entry, to: Entry, name: string) => Refusal[],
): Refusal[] {
  const { cloud, hall } = sides;
  const [from, to] = [of(cloud.country), of(hall.country)];
  const missing = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  const strange = Object.keys(to).filter((name) => !Object.hasOwn(from, name));
  return [
    ...missing.map(
      (name): Refusal => ({
        in: "hall",
        at,
        found: `no ${what} ${name}`,
        allowed: `every ${what} of ${cloud.stack}`,
        remedy: `add ${name} as it stands in ${cloud.stack}`,
      }),
    ),
    ...strange.map(
      (name): Refusal => ({
        in: "hall",
        at: [...at, name],
        of: "key",
        found: `a ${what} that ${cloud.stack} does not have`,
        allowed: `the ${what}s of ${cloud.stack}: what is new comes after the move, or before it on both sides`,
        remedy: `take ${name} out, or add it to ${cloud.stack} first`,
      }),
    ),
    ...Object.keys(from)
      .filter((name) => Object.hasOwn(to, name))
      .flatMap((name) => judge(from[name]!, to[name]!, name)),
  ];
}

function fieldOf(sides: Sides, at: string[], field: string, from: unknown, to: unknown): Refusal[] {
  return isDeepStrictEqual(inOrder(from), inOrder(to)) ? [] : [differing(sides, at, field, from, to)];
}

function differing({ cloud }: Sides, at: string[], field: string, from: unknown, to: unknown): Refusal {
  return {
    in: "hall",
    at: [...at, field],
    found: to === undefined ? "nothing" : written(to),
    allowed: `${from === undefined ? "nothing" : written(from)}, as ${cloud.stack} has it`,
    remedy: from === undefined ? "take it out" : `write  ${field}: ${written(from)}`,
  };
}

/** Lists of names mean the same in any order. */
function inOrder(value: unknown): unknown {
  return Array.isArray(value) && value.every((each) => typeof each === "string") ? value.toSorted() : value;
}
