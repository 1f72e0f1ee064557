import { wordsOf } from "../sweep/key.ts";

const NAMES = new Set(
  "name names id ids identifier prefix suffix path alias key description text value comment".split(" "),
);

/** Whether a field holds a name that somebody chose, in which a region's name says nothing about a place. */
export function nameLike(key: string, path: string): boolean {
  const words = wordsOf(key);
  const last = words.at(-1) ?? "";
  if (!NAMES.has(last)) return false;
  // `regionName`, and the `name` in `targetRegions[0].name`.
  return !/(?:region|location|zone)s?(?:\[\d+\])*\.?name$/i.test(path);
}
