import { Writable } from "node:stream";
import { expect, it } from "vitest";
import type { Matrix, Result } from "../../cli/conformance/matrix.ts";
import { reference } from "../../cli/conformance/reference.ts";
import { matrixText } from "../../cli/conformance/text.ts";

const check = (more: Partial<Result>): Result => ({
  id: "chat.answer",
  feature: "chat",
  asks: "POST /chat/completions answers with a chat.completion whose choices hold the assistant's message.",
  need: "required",
  verdict: "pass",
  found: "as specified",
  notes: [],
  blocks: false,
  ...more,
});

const matrix = (checks: Result[]): Matrix => ({
  endpoint: "https://kanton.ai.example/v1",
  key: "argument",
  reference,
  models: { chat: "apertus-8b" },
  strict: false,
  passed: !checks.some(({ blocks }) => blocks),
  counts: { pass: 0, fail: 0, absent: 0, unclear: 0 },
  requests: 3,
  checks,
  clients: {
    derivation: "derived",
    families: [{ client: "openai", read: "1", looked: 3, fails: Array(20).fill("chat.answer"), absent: [] }],
  },
});

const stream = (columns?: number) =>
  Object.assign(new Writable(), { columns, isTTY: false }) as unknown as NodeJS.WriteStream;
const broken = check({ verdict: "fail", blocks: true, found: `HTTP 500 ${"x".repeat(300)} and words after it` });

it("fits the width of a terminal, whatever an endpoint said", () => {
  const lines = matrixText(matrix([check({}), broken]), stream(80)).split("\n");
  // Commands and names stay whole, to be copied.
  const rows = lines.filter((line) => line.startsWith("  ") && !/OpenAPI|freehold conformance/.test(line));
  expect(rows.filter((line) => line.length > 80)).toEqual([]);
  expect(rows.join("").match(/x/g)!.length).toBeGreaterThanOrEqual(300);
});

it("breaks no line in a pipe", () => {
  expect(matrixText(matrix([broken]), stream())).toContain(`${"x".repeat(300)} and words after it\n`);
});

it("counts what stands in the way, and names what to look at again", () => {
  const text = matrixText(matrix([check({}), broken]), stream());
  expect(text).toContain("does not do all that OpenAI's clients need: 1 of 2 checks in their way.");
  expect(text).toContain("freehold conformance https://kanton.ai.example/v1 --only chat");
});

it("has nothing to do next where nothing is in the way", () => {
  expect(matrixText(matrix([check({})]), stream())).not.toContain("Next");
});
