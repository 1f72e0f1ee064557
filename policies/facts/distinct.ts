import type { Fact } from "../fact.ts";

/** Each fact once: a table and a sweep may have seen the same. What a table says comes first, and tells more. */
export function distinct(facts: readonly Fact[]): Fact[] {
  const first = new Map<string, Fact>();
  for (const fact of facts) {
    const value = "value" in fact ? fact.value : "";
    const id = "id" in fact ? fact.id : "";
    const key = `${fact.kind}|${fact.path}|${value}|${id}`;
    if (!first.has(key)) first.set(key, fact);
  }
  return [...first.values()];
}
