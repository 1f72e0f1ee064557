import type { Key } from "./endpoint.ts";

const shortest = 4;

/**
 * A text of the endpoint's without the key, and without any word that holds a part of it: errors like to repeat keys, some of
 * them with only the middle left out.
 */
export function withoutKey(text: string, key: Key | undefined): string {
  if (key === undefined) return text;
  const { value } = key;
  const parts = [...value]
    .map((_, index) => value.slice(index, index + shortest))
    .filter((part) => part.length === shortest);
  return text
    .replaceAll(value, "…")
    .split(/(\s+)/)
    .map((word) => (parts.some((part) => word.includes(part)) ? "…" : word))
    .join("");
}
