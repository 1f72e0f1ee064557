import { z } from "zod";
import { countries, country } from "../../../catalogue/index.ts";
import { count, hints } from "../field.ts";
import { nearest } from "../wording.ts";

const zoneAllowed = "a time zone by its name in the IANA database, such as Europe/Zurich";
const zoneHint = { meant: (found: string) => nearest(found, timeZones())[0] };

/** What a tenant may use in a calendar month, and what follows when it has. */
export const budget = z.strictObject({
  tokensPerMonth: count(1, 1_000_000_000_000_000, "tokens").meta({
    description: "Tokens in and out that the tenant may use in a calendar month.",
    examples: [500_000_000],
  }),
  timeZone: z
    .string(zoneAllowed)
    .refine(isTimeZone, zoneAllowed)
    .optional()
    .meta({
      description: "Time zone whose months they are. Default: that of the country's capital (catalogue/countries).",
      examples: ["Europe/Zurich"],
    })
    .register(hints, zoneHint),
  warnAt: z
    .array(count(1, 100, "percent").meta({ examples: [80] }))
    .meta({ description: "Percent of it at which the operator is warned." })
    .default([80, 95]),
  whenSpent: z
    .enum(["stop", "overage"])
    .meta({
      description:
        "What follows when it is spent: `stop` refuses what comes until the month is over, `overage` goes on and tells of it.",
    })
    .default("stop"),
  committed: count(1, 1_000_000_000_000_000, "tokens")
    .optional()
    .meta({
      description: "Tokens of a month that are owed for, used or not. Default: none.",
      examples: [200_000_000],
    }),
});

/** Node knows old names of some zones only; the names of today it takes all the same. */
function isTimeZone(text: string): boolean {
  if (text === "UTC") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
  } catch {
    return false;
  }
  // No offset such as +01:00, which knows no summer time, and no abbreviation.
  return /^[A-Z]\w+(\/[\w+-]+)+$/.test(text);
}

function timeZones(): string[] {
  return [
    ...new Set(["UTC", ...countries().map((code) => country(code).time_zone), ...Intl.supportedValuesOf("timeZone")]),
  ];
}
