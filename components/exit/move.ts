import type { Country } from "../country.ts";

type Target = Country["target"];

/** A country whose target is a cloud. */
export type CloudCountry = Country & { target: Exclude<Target, { kind: "onprem" }> };

/** A country in a hall of its operator. */
export type HallCountry = Country & { target: Extract<Target, { kind: "onprem" }> };

/** One side of a move: the stack, and the country that its file declares. */
export type Side<Of extends Country = Country> = { stack: string; country: Of };

/** A move out of a cloud into a hall, both sides judged to be the same country. */
export type Move = {
  cloud: Side<CloudCountry>;
  hall: Side<HallCountry>;
  /** Resource types that the cloud's file makes, with how many of each. */
  types: Record<string, number>;
  /** Gbit/s that the line between cloud and hall really carries. */
  gbps: number;
  /** GiB of usage records, where they were measured. */
  recordsGiB?: number;
  /** The day of the plan, which says what law holds. */
  on: string;
};

/** Whether a country's target is a cloud. */
export function isCloud(country: Country): country is CloudCountry {
  return country.target.kind !== "onprem";
}

/** Whether a country's target is a hall. */
export function isHall(country: Country): country is HallCountry {
  return country.target.kind === "onprem";
}
