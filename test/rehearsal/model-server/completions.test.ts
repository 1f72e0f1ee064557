import { expect, it } from "vitest";
import { type Event, start } from "./client.ts";

const path = "/v1/completions";

it("completes a text, with 16 tokens where nothing is said", async () => {
  await using client = await start();
  const answer = await client.json(path, { prompt: "Once upon a time", seed: 1 });
  expect(answer).toMatchObject({ object: "text_completion", model: "llama" });
  expect(answer.id).toMatch(/^cmpl-/);
  expect(answer.choices).toEqual([expect.objectContaining({ index: 0, finish_reason: "length", stop_reason: null })]);
  expect(answer.usage).toEqual({
    prompt_tokens: 5,
    completion_tokens: 16,
    total_tokens: 21,
    prompt_tokens_details: { cached_tokens: 0, multimodal_tokens: null },
  });
  const whole = await client.json(path, { prompt: "Once upon a time", seed: 1, max_tokens: 200 });
  expect(whole.choices[0].text).toMatch(/^This answer is simulated, .*"Once upon a time"\.$/);
  expect(whole.choices[0].text).toContain(answer.choices[0].text);
  expect(whole.choices[0].finish_reason).toBe("stop");
});

it.each<[unknown, number[]]>([
  ["Hi", [2]],
  [
    ["Hi", "Hello you"],
    [2, 4],
  ],
  [[1, 2, 3], [3]],
  [
    [
      [1, 2],
      [3, 4, 5],
    ],
    [2, 3],
  ],
])("takes the prompt %j", async (prompt, lengths) => {
  await using client = await start();
  const { choices, usage } = await client.json(path, { prompt, n: 2, max_tokens: 4 });
  expect(choices.map(({ index }: Event) => index)).toEqual(Array.from({ length: 2 * lengths.length }, (_, at) => at));
  const all = lengths.reduce((sum, one) => sum + one, 0);
  expect(usage).toMatchObject({ prompt_tokens: all, completion_tokens: choices.length * 4 });
  expect((await client.counted())[0]).toMatchObject({ prompt_tokens: all, generation_tokens: choices.length * 4 });
});

it("streams, and counts each prompt's tokens with it", async () => {
  await using client = await start();
  const events = await client.stream(path, { prompt: ["Hi", "Hello you"], max_tokens: 3, seed: 1 });
  expect(events).toHaveLength(7);
  for (const [index, length] of [2, 4].entries()) {
    const mine = events.filter(({ choices: [choice] }) => choice?.index === index);
    expect(mine.map(({ choices: [choice] }) => choice.text).join("")).toBe("This answer");
    expect(mine.map(({ usage }) => usage)).toEqual(
      [1, 2, 3].map((at) => ({ prompt_tokens: length, completion_tokens: at, total_tokens: length + at })),
    );
    expect(mine.at(-1)!.choices[0].finish_reason).toBe("length");
  }
  expect(events.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 6, completion_tokens: 6, total_tokens: 12, prompt_tokens_details: { cached_tokens: 0 } },
  });
});

it("tells no usage that nobody asked for, where it is not forced", async () => {
  await using client = await start("--no-enable-force-include-usage");
  const events = await client.stream(path, { prompt: "Hi", max_tokens: 2 });
  expect(events.map((event) => "usage" in event)).toEqual([false, false]);
});

it.each<[object, string | null, RegExp]>([
  [{ prompt: "" }, "prompt", /Either prompt or prompt_embeds must be provided/],
  [{}, "body.prompt", /body\.prompt/],
  [{ prompt: [-1] }, "body.prompt.0", /body\.prompt\.0/],
  [{ prompt: "Hi", logprobs: 0 }, "logprobs", /does not simulate `logprobs`/],
  [{ prompt: "Hi", suffix: "." }, "suffix", /does not simulate `suffix`/],
  [{ prompt: "word ".repeat(1000) }, "input_tokens", /contains \d+ input tokens, for a total of/],
  [{ prompt: "Hi", max_tokens: 0 }, "max_tokens", /at least 1/],
])("refuses %j", async (body, param, text) => {
  await using client = await start();
  const error = await client.refused(path, body);
  expect(error).toMatchObject({ code: 400, param });
  expect(error.message).toMatch(text);
});
