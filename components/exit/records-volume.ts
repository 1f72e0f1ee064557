import { grouped } from "../country/wording.ts";
import type { Country } from "../country.ts";
import type { Move } from "./move.ts";

/** Bytes of a usage record with its indexes, as Postgres has 100,000 ordinary ones of `records.sql`: 221 and 119. */
export const bytesPerRecord = 340;

/** Tokens of an ordinary request, in and out: what budgets and daily limits are divided by. */
export const tokensPerRequest = 1_000;

const daysOfMonth = 30;

/** How much the usage records of a cloud are: as measured, or what the file lets them become. */
export function recordsVolume({ cloud, recordsGiB }: Move): { gib: number; measured: boolean; how: string } {
  if (recordsGiB !== undefined) return { gib: recordsGiB, measured: true, how: "as given by --records-gib" };
  const { records } = cloud.country.storage ?? {};
  const count = Object.values(cloud.country.tenants).reduce((sum, tenant) => sum + mostRecords(tenant), 0);
  const estimate = (count * bytesPerRecord) / 2 ** 30;
  const room = records?.kind === "cloudnative-pg" ? records.volumeGiB : Infinity;
  const basis =
    `${bytesPerRecord} bytes × ${grouped(Math.round(count))} records: of each tenant what its recordDays hold of its month's budget ` +
    `or daily limit, at ${grouped(tokensPerRequest)} tokens a request, and of its requestsPerMinute where it has neither`;
  return estimate < room
    ? { gib: estimate, measured: false, how: basis }
    : { gib: room, measured: false, how: `the volume of the database, ${room} GiB, for ${basis}, would be more` };
}

/** The records that a tenant's limits let it make in the days for which they are kept. */
function mostRecords({ budget, tokensPerDay, requestsPerMinute, recordDays }: Country["tenants"][string]): number {
  const bounds = [
    requestsPerMinute * 60 * 24,
    ...(tokensPerDay === undefined ? [] : [tokensPerDay / tokensPerRequest]),
    ...(budget === undefined ? [] : [budget.tokensPerMonth / daysOfMonth / tokensPerRequest]),
  ];
  return Math.min(...bounds) * recordDays;
}
