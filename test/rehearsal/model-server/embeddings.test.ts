import { expect, it } from "vitest";
import { type Event, start } from "./client.ts";

const path = "/v1/embeddings";
const length = (vector: number[]) => Math.hypot(...vector);
const product = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

it("turns texts into vectors of length 1, the same for the same text", async () => {
  await using client = await start("--runner=pooling");
  const answer = await client.json(path, { model: "llama", input: ["the cat sat", "the cat ran", "other words"] });
  expect(answer).toMatchObject({ object: "list", model: "llama" });
  expect(answer.id).toMatch(/^embd-/);
  expect(answer.data.map(({ index, object }: Event) => [index, object])).toEqual([
    [0, "embedding"],
    [1, "embedding"],
    [2, "embedding"],
  ]);
  const [sat, ran, other] = answer.data.map(({ embedding }: Event) => embedding);
  for (const vector of [sat, ran, other]) {
    expect(vector).toHaveLength(1024);
    expect(length(vector)).toBeCloseTo(1, 5);
  }
  expect(product(sat, ran)).toBeGreaterThan(product(sat, other) + 0.2);
  const again = await client.json(path, { input: "the cat sat" });
  expect(again.data[0].embedding).toEqual(sat);
  expect(answer.usage).toEqual({
    prompt_tokens: 13,
    total_tokens: 13,
    completion_tokens: 0,
    prompt_tokens_details: null,
  });
  expect((await client.counted())[0]).toMatchObject({ endpoint: path, prompt_tokens: 13, generation_tokens: 0 });
});

it("tells the same in base64, and shorter where asked", async () => {
  await using client = await start("--runner=pooling");
  const plain = await client.json(path, { input: [1, 2, 3], dimensions: 64 });
  expect(plain.usage.prompt_tokens).toBe(3);
  expect(plain.data[0].embedding).toHaveLength(64);
  expect(length(plain.data[0].embedding)).toBeCloseTo(1, 5);
  const coded = await client.json(path, { input: [[1, 2, 3]], dimensions: 64, encoding_format: "base64" });
  const bytes = Buffer.from(coded.data[0].embedding, "base64");
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  expect([...floats]).toEqual(plain.data[0].embedding);
});

it("has a vector of length 1 even for a beginning without anything in it", async () => {
  await using client = await start("--runner=pooling");
  const { data } = await client.json(path, { input: "", dimensions: 1 });
  expect(Math.abs(data[0].embedding[0])).toBe(1);
});

it.each<[object, string | null, RegExp]>([
  [{}, "body.input", /body\.input/],
  [{ input: [] }, "body.input", /must not be empty/],
  [{ input: "Hi", encoding_format: "hex" }, "body.encoding_format", /body\.encoding_format/],
  [{ input: "Hi", dimensions: 0 }, null, /^Dimensions must be greater than 0$/],
  [{ input: "Hi", dimensions: 2000 }, null, /less than or equal to the model's embedding size \(1024\)$/],
  [{ input: "word ".repeat(1000) }, "input_tokens", /^This model's maximum context length is 1000 tokens/],
  [{ input: "Hi", vllm_xargs: { rehearsal_delay: 1 } }, "vllm_xargs", /rehearsal_delay_ms/],
])("refuses %j", async (body, param, text) => {
  await using client = await start("--runner=pooling");
  const error = await client.refused(path, body);
  expect(error).toMatchObject({ code: 400, param });
  expect(error.message).toMatch(text);
});

it("does nothing else", async () => {
  await using client = await start("--runner=pooling");
  for (const other of ["/v1/chat/completions", "/v1/completions"]) {
    expect((await client.post(other, {})).status).toBe(404);
  }
  expect((await client.json("/tokenize", { prompt: "Hello world" })).count).toBe(5);
});
