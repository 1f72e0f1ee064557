/** A text without characters that move a cursor, colour what follows, or turn the direction of reading. */
export function legible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (/[\n\t]/.test(character) ? " " : "\ufffd"));
}

/** The same of all texts in a value that JSON can hold. */
export function legibly<Value>(value: Value): Value {
  if (typeof value === "string") return legible(value) as Value;
  if (Array.isArray(value)) return value.map(legibly) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, legibly(inner)])) as Value;
}
