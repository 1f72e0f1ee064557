/** A day of the calendar, as YYYY-MM-DD, so many days after another. */
export function dayAfter(day: string, days = 1): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** The day that it is somewhere. */
export function dayIn(zone: string, moment: Date): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(moment);
}

/** When a day begins in a zone, in UTC; where that hour is left out for summer time, when the clock goes on. */
export function midnight(day: string, zone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // The offset may differ between UTC's midnight and the zone's, so it is looked at twice.
  let moment = wanted;
  for (let pass = 0; pass < 2; pass++) moment = wanted - offsetMs(zone, moment);
  return new Date(moment).toISOString().replace(".000", "");
}

function offsetMs(zone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(moment);
  const name = parts.find(({ type }) => type === "timeZoneName")!.value;
  const [, sign, hours = "0", minutes = "0"] = /GMT(?:([+-])(\d+)(?::(\d+))?)?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Whether a day is one of the calendar. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A calendar month somewhere, from its first moment to the first of the next, in milliseconds since 1970. */
export type Month = { from: number; to: number };

/** The month that it is somewhere. */
export function monthIn(zone: string, moment: number): Month {
  const first = `${dayIn(zone, new Date(moment)).slice(0, 7)}-01`;
  const next = `${dayAfter(first, 31).slice(0, 7)}-01`;
  return { from: Date.parse(midnight(first, zone)), to: Date.parse(midnight(next, zone)) };
}

/** A moment as the clock of a zone shows it, with what it is ahead of UTC: `2026-12-01T00:00:00+01:00`. */
export function clockIn(zone: string, moment: number): string {
  const minutes = offsetMs(zone, moment) / 60_000;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
    String(n).padStart(2, "0"),
  );
  const shown = new Date(moment + minutes * 60_000).toISOString().slice(0, 19);
  return `${shown}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}
