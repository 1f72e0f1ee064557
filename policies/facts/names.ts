import { wordsOf } from "../sweep/key.ts";

const NAMES = new Set(
  "name names id ids identifier prefix suffix path alias key description text value comment".split(" "),
);

// What is looked for, compared with or noted.
const CHOSEN =
  /(?:^|[.\]])(?:\w*filters?|match(?:es|expressions)?|conditions?|criteria|selectors?|requirements|metadata|headers)(?=[.[])/i;

/** Whether a field holds a name that somebody chose or looks for, in which a region's name says nothing about a place. */
export function nameLike(key: string, path: string): boolean {
  if (CHOSEN.test(path)) return true;
  const words = wordsOf(key);
  const last = words.at(-1) ?? "";
  if (!NAMES.has(last)) return false;
  // `regionName`, and the `name` in `targetRegions[0].name`.
  return !/(?:region|location|zone)s?(?:\[\d+\])*\.?name$/i.test(path);
}
