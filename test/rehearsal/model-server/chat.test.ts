import { expect, it } from "vitest";
import { z } from "zod";
import { type Event, saying, start } from "./client.ts";

const path = "/v1/chat/completions";
const contentOf = (events: Event[], index = 0) =>
  events
    .flatMap(({ choices }) => choices)
    .filter((choice) => choice.index === index)
    .map(({ delta }) => delta.content ?? "")
    .join("");

it("answers in one sentence, that it is simulated and what it answers to, with exact usage", async () => {
  await using client = await start();
  const answer = await client.json(path, saying("What is the weather like in Bern today, please?"));
  const [choice] = answer.choices;
  expect(choice.message).toMatchObject({ role: "assistant", refusal: null });
  expect(choice.message).not.toHaveProperty("tool_calls");
  expect(choice.message.content).toMatch(
    /^This answer is simulated, .* your text began with "What is the weather like in Bern today,"\.$/,
  );
  expect(choice).toMatchObject({ index: 0, finish_reason: "stop", stop_reason: null, logprobs: null });
  const { count } = await client.json("/tokenize", { prompt: choice.message.content });
  const { prompt_tokens: prompt } = answer.usage;
  expect(answer.usage).toEqual({
    prompt_tokens: prompt,
    completion_tokens: count - 1,
    total_tokens: prompt + count - 1,
    prompt_tokens_details: { cached_tokens: 0, multimodal_tokens: null },
  });
  expect(answer).toMatchObject({ object: "chat.completion", model: "llama" });
});

it("answers to the last thing that the user said, also in parts", async () => {
  await using client = await start();
  const messages = [
    { role: "system", content: "Be kind." },
    { role: "user", content: "First" },
    { role: "assistant", content: null },
    { role: "user", content: [{ type: "text", text: "Second" }] },
  ];
  const { choices } = await client.json(path, { messages });
  expect(choices[0].message.content).toContain('"Second"');
  const silent = await client.json(path, { messages: messages.slice(0, 1) });
  expect(silent.choices[0].message.content).toContain("no text to answer to");
});

it("streams the same answer, with usage in every chunk where the server forces it", async () => {
  await using client = await start();
  const body = saying("Hello", { seed: 4 });
  const whole = await client.json(path, body);
  const events = await client.stream(path, body);
  const { prompt_tokens: prompt, completion_tokens: generated } = whole.usage;
  expect(contentOf(events)).toBe(whole.choices[0].message.content);
  expect(events).toHaveLength(generated + 2);
  expect(events[0]).toMatchObject({
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
    usage: { prompt_tokens: prompt, completion_tokens: 0, total_tokens: prompt },
  });
  expect(events.slice(1, -1).map(({ usage }) => usage.completion_tokens)).toEqual(
    Array.from({ length: generated }, (_, at) => at + 1),
  );
  expect(events.at(-2)!.choices[0]).toMatchObject({ finish_reason: "stop", stop_reason: null });
  expect(events.at(-1)).toMatchObject({
    choices: [],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: generated,
      total_tokens: prompt + generated,
      prompt_tokens_details: { cached_tokens: 16 },
    },
  });
  expect(new Set(events.map(({ id }) => id)).size).toBe(1);
});

it.each<[object | undefined, boolean, boolean]>([
  [undefined, false, false],
  [{ include_usage: false, continuous_usage_stats: true }, false, false],
  [{ include_usage: true }, false, true],
  [{ include_usage: true, continuous_usage_stats: true }, true, true],
])(
  "with stream_options %j and nothing forced, each chunk tells usage: %s, the last: %s",
  async (options, each, last) => {
    await using client = await start("--no-enable-force-include-usage", "--no-enable-prompt-tokens-details");
    const events = await client.stream(path, saying("Hello", { stream_options: options, max_tokens: 2 }));
    expect(events.slice(0, 3).map((event) => "usage" in event)).toEqual([each, each, each]);
    expect(events).toHaveLength(last ? 4 : 3);
    if (last)
      expect(events[3]!.usage).toEqual(expect.not.objectContaining({ prompt_tokens_details: expect.anything() }));
  },
);

it.each([
  ["max_tokens", { max_tokens: 3 }],
  ["max_completion_tokens, which goes first", { max_completion_tokens: 3, max_tokens: 9 }],
])("ends at %s", async (_, most) => {
  await using client = await start();
  const answer = await client.json(path, saying("Hello", most));
  expect(answer.choices[0]).toMatchObject({ message: { content: "This answer" }, finish_reason: "length" });
  expect(answer.usage.completion_tokens).toBe(3);
});

it("goes on to the length where it is to ignore its end", async () => {
  await using client = await start();
  const answer = await client.json(path, saying("Hello", { max_tokens: 200, ignore_eos: true }));
  expect(answer.usage.completion_tokens).toBe(200);
  expect(answer.choices[0].finish_reason).toBe("length");
  const full = await client.json(path, saying("Hello", { ignore_eos: true }));
  expect(full.usage.total_tokens).toBe(1000);
});

it("gives n answers, and counts the prompt once", async () => {
  await using client = await start();
  const body = saying("Hello", { n: 3, seed: 1 });
  const { choices, usage } = await client.json(path, body);
  expect(choices.map(({ index }: Event) => index)).toEqual([0, 1, 2]);
  const texts = choices.map(({ message }: Event) => message.content);
  expect(new Set(texts).size).toBe(3);
  const one = await client.json(path, saying("Hello"));
  expect(usage.prompt_tokens).toBe(one.usage.prompt_tokens);
  const events = await client.stream(path, body);
  expect([0, 1, 2].map((index) => contentOf(events, index))).toEqual(texts);
  expect(events.at(-1)!.usage.completion_tokens).toBe(usage.completion_tokens);
  expect(events.slice(0, 3).map(({ choices: [choice] }) => choice.delta.role)).toEqual(Array(3).fill("assistant"));
});

it("answers the same to the same seed, or without heat, and else not", async () => {
  await using client = await start();
  const said = async (more: object) => (await client.json(path, saying("Hello", more))).choices[0].message.content;
  expect(await said({ seed: 7 })).toBe(await said({ seed: 7 }));
  expect(await said({ seed: 7 })).not.toBe(await said({ seed: 8 }));
  expect(await said({ temperature: 0 })).toBe(await said({ temperature: 0 }));
  expect(await said({})).not.toBe(await said({}));
});

it.each([
  ["one that spans tokens", "is simul", "This answer ", false],
  ["the first of several", ["asked", "was", "zzz"], "This answer is simulated, no model ", false],
  ["one that stays in", "answer", "This answer", true],
])("ends at a stop string: %s", async (_, stop, content, include) => {
  await using client = await start();
  const body = saying("Hello", { stop, include_stop_str_in_output: include, seed: 0 });
  const answer = await client.json(path, body);
  expect(answer.choices[0]).toMatchObject({ message: { content }, finish_reason: "stop" });
  expect(answer.choices[0].stop_reason).toBe(typeof stop === "string" ? stop : "was");
  const events = await client.stream(path, body);
  expect(contentOf(events)).toBe(content);
  expect(events.at(-1)!.usage.completion_tokens).toBe(answer.usage.completion_tokens);
});

it("keeps nothing back for good where no stop string came", async () => {
  await using client = await start();
  const body = saying("Hello", { stop: "a string that never comes", seed: 0 });
  const plain = await client.json(path, saying("Hello", { seed: 0 }));
  expect((await client.json(path, body)).choices).toEqual(plain.choices);
  expect(contentOf(await client.stream(path, body))).toBe(plain.choices[0].message.content);
});

it("finds prompts again, but not under another salt", async () => {
  await using client = await start();
  const cached = async (more: object = {}) =>
    (await client.json(path, saying("word ".repeat(100), more))).usage.prompt_tokens_details.cached_tokens;
  expect(await cached()).toBe(0);
  const found = await cached();
  expect(found).toBeGreaterThan(90);
  expect(found % 16).toBe(0);
  expect(await cached({ cache_salt: "mine" })).toBe(0);
  expect(await cached({ cache_salt: "mine" })).toBe(found);
  expect(await client.metric('vllm:prefix_cache_hits_total{engine="0",model_name="llama"}')).toBe(2 * found);
  expect((await client.counted()).map(({ cached_tokens }) => cached_tokens)).toEqual([0, found, 0, found]);
});

it("finds nothing where the cache is off", async () => {
  await using client = await start("--no-enable-prefix-caching");
  for (const _ of [1, 2]) {
    const { usage } = await client.json(path, saying("word ".repeat(100)));
    expect(usage.prompt_tokens_details.cached_tokens).toBe(0);
  }
});

it("answers JSON that fits the schema, streamed too", async () => {
  await using client = await start();
  const schema = {
    type: "object",
    properties: {
      city: { type: "string" },
      degrees: { type: "integer", minimum: -50 },
      sky: { enum: ["clear", "grey"] },
    },
    required: ["city", "degrees", "sky"],
    additionalProperties: false,
  };
  const format = { type: "json_schema", json_schema: { name: "weather", schema, strict: true } };
  const { choices } = await client.json(path, saying("Weather?", { response_format: format }));
  z.fromJSONSchema(schema as never).parse(JSON.parse(choices[0].message.content));
  const events = await client.stream(path, saying("Weather?", { response_format: format }));
  expect(contentOf(events)).toBe(choices[0].message.content);
  const free = await client.json(path, saying("Weather?", { response_format: { type: "json_object" } }));
  expect(JSON.parse(free.choices[0].message.content)).toMatchObject({ simulated: true });
});
