import { expect, it } from "vitest";
import { blockTokens, cacheBlocks, PrefixCache } from "../../../rehearsal/model-server/prefix-cache.ts";
import { hash, longestToken, piecesOf, tokensOf } from "../../../rehearsal/model-server/tokens.ts";

it.each([
  ["", 0],
  ["Hello world", 4],
  ["Grüezi, wie geht's?", 8],
  ["  two  spaces\n\nand lines", 9],
  ["12345678", 3],
  ["日本語のテキスト", 2],
  ["👩‍👩‍👧 \ud800", 7],
])("cuts %j into %i tokens, which together are the text", (text, count) => {
  const pieces = piecesOf(text);
  expect(pieces).toHaveLength(count);
  expect(pieces.join("")).toBe(text);
  expect(tokensOf(text)).toHaveLength(count);
  for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(longestToken);
});

it("gives the same text the same tokens, and others others", () => {
  expect(tokensOf("one two")).toEqual(tokensOf("one two"));
  expect(tokensOf("one two")).not.toEqual(tokensOf("one too"));
  expect(hash("a")).not.toBe(hash("b"));
});

const prompt = Array.from({ length: 5 * blockTokens }, (_, at) => at);

it("finds the whole blocks of a beginning that it saw, but never a last token", () => {
  const cache = new PrefixCache(true);
  expect(cache.take(prompt, undefined)).toBe(0);
  expect(cache.take(prompt, undefined)).toBe(4 * blockTokens);
  expect(cache.take([...prompt, 1], undefined)).toBe(5 * blockTokens);
  expect(cache.take(prompt.slice(0, 2 * blockTokens + 3), undefined)).toBe(2 * blockTokens);
  expect(cache.take([...prompt.slice(0, blockTokens), -1, ...prompt], undefined)).toBe(blockTokens);
  expect(cache.take([-1, ...prompt], undefined)).toBe(0);
});

it("finds nothing under another salt, and nothing when it is off", () => {
  const cache = new PrefixCache(true);
  cache.take(prompt, "a");
  expect(cache.take(prompt, undefined)).toBe(0);
  expect(cache.take(prompt, "b")).toBe(0);
  expect(cache.take(prompt, "a")).toBe(4 * blockTokens);
  const off = new PrefixCache(false);
  off.take(prompt, undefined);
  expect(off.take(prompt, undefined)).toBe(0);
});

it("forgets what was not used for longest", () => {
  const cache = new PrefixCache(true);
  cache.take(prompt, "old");
  cache.take(prompt, "used");
  const much = Array.from({ length: (cacheBlocks - 7) * blockTokens }, (_, at) => at);
  cache.take(prompt, "used");
  cache.take(much, "new");
  expect(cache.take(prompt, "used")).toBe(4 * blockTokens);
  expect(cache.take(prompt, "old")).toBe(0);
});
