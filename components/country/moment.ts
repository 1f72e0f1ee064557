/** Whether a time with its zone is one. `Date` moves the thirtieth of February on; what exists comes back as it was written. */
export function exists(moment: string): boolean {
  const time = Date.parse(moment);
  const [, date = "", clock = ""] = /^(.{10})T(.{8})/.exec(moment) ?? [];
  const asUtc = Date.parse(`${date}T${clock}Z`);
  return !Number.isNaN(time) && new Date(asUtc).toISOString().startsWith(`${date}T${clock}`);
}

const day = /^\d{4}-\d\d-\d\d$/;
/** A day, or a time with its zone. */
export const endShape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?$/;

/** Seconds since 1970 at which something ends: a day when it is over in UTC, a time at once. Undefined where it is neither. */
export function endSeconds(text: string): number | undefined {
  if (!endShape.test(text)) return undefined;
  const start = day.test(text) ? `${text}T00:00:00Z` : text;
  return exists(start) ? Date.parse(start) / 1000 + (start === text ? 0 : 86_400) : undefined;
}
