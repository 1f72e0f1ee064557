import { expect, it } from "vitest";
import { saying, start } from "./client.ts";

const path = "/v1/chat/completions";

it.each<[object, string | null, RegExp, string]>([
  [{ messages: [] }, "body.messages", /^1 validation error: body\.messages: /, "Bad Request"],
  [{ messages: undefined }, "body.messages", /^1 validation error: body\.messages: /, "Bad Request"],
  [{ messages: [{ content: "Hi" }] }, "body.messages.0.role", /body\.messages\.0\.role/, "Bad Request"],
  [{ max_tokens: "many" }, "body.max_tokens", /body\.max_tokens/, "Bad Request"],
  [{ cache_salt: "" }, "body.cache_salt", /body\.cache_salt/, "Bad Request"],
  [{ stream_options: { include_usage: true } }, "stream_options", /only be defined when `stream=True`/, "Bad Request"],
  [{ response_format: { type: "json_schema" } }, "response_format", /'json_schema' field must/, "Bad Request"],
  [{ tool_choice: "auto" }, "tool_choice", /`tools` must be set/, "Bad Request"],
  [{ tools: [] }, "body", /`tools` must not be an empty array/, "Bad Request"],
  [{ n: 0 }, null, /^n must be at least 1, got 0\.$/, "BadRequestError"],
  [{ n: 20_000 }, null, /^n must be at most 16384, got 20000\.$/, "BadRequestError"],
  [{ temperature: 3 }, "temperature", /^temperature must be in \[0, 2\], got 3\. \(parameter=/, "BadRequestError"],
  [{ temperature: -1 }, "temperature", /^temperature must be non-negative, got -1\./, "BadRequestError"],
  [{ top_p: 0 }, "top_p", /^top_p must be in \(0, 1\], got 0\./, "BadRequestError"],
  [{ stop: ["a", ""] }, null, /^stop cannot contain an empty string\.$/, "BadRequestError"],
  [{ max_tokens: 0 }, "max_tokens", /^max_tokens must be at least 1, got 0\./, "BadRequestError"],
  [{ max_tokens: 1001 }, "max_tokens", /^max_tokens=1001 cannot be greater than max_model_len=/, "BadRequestError"],
  [
    { max_completion_tokens: 995 },
    "input_tokens",
    /^This model's maximum context length is 1000 tokens\. However, you requested 995 output tokens and your prompt contains \d+ input tokens, for a total of 1\d+ tokens\. Please reduce the length of the input prompt or the number of requested output tokens\. \(parameter=input_tokens, value=\d+\)$/,
    "BadRequestError",
  ],
  [{ logprobs: true }, "logprobs", /does not simulate `logprobs`/, "BadRequestError"],
  [{ echo: true }, "echo", /does not simulate `echo`/, "BadRequestError"],
  [{ min_tokens: 1 }, "min_tokens", /does not simulate `min_tokens`/, "BadRequestError"],
  [
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }] },
    null,
    /^At most 0 image\(s\) may be provided in one prompt\.$/,
    "BadRequestError",
  ],
  [
    { response_format: { type: "json_schema", json_schema: { name: "x", schema: { pattern: "^qq{9}$" } } } },
    "response_format",
    /found no value for the JSON schema/,
    "BadRequestError",
  ],
])("refuses %j", async (more, param, text, type) => {
  await using client = await start();
  const error = await client.refused(path, saying("Hi", more));
  expect(error).toMatchObject({ code: 400, type, param });
  expect(error.message).toMatch(text);
  expect(await client.counted()).toEqual([]);
});

it("lets through what the engine ignores, and what asks for nothing", async () => {
  await using client = await start();
  const more = {
    user: "u",
    unknown: 1,
    logprobs: false,
    top_logprobs: 0,
    stop_token_ids: [],
    min_tokens: 0,
    echo: null,
  };
  expect((await client.json(path, saying("Hi", more))).choices).toHaveLength(1);
});
