import { expect, it } from "vitest";
import { dialect } from "../../../rehearsal/model-server/dialect.ts";
import { modelServer } from "../../../rehearsal/model-server/server.ts";
import { saying, start } from "./client.ts";

it("says everywhere that it is simulated", async () => {
  await using client = await start();
  const version = await fetch(`${client.url}/version`);
  expect(await version.json()).toEqual({ version: `${dialect}+simulated` });
  expect(version.headers.get("server")).toMatch(/simulated/);
  const refused = await client.post("/v1/chat/completions", {});
  expect(refused.headers.get("server")).toMatch(/simulated/);
  expect((await client.json("/v1/chat/completions", saying("Hi"))).choices[0].message.content).toMatch(/simulated/);
});

it("is healthy", async () => {
  await using client = await start();
  for (const [path, method] of [
    ["/health", "GET"],
    ["/ping", "GET"],
    ["/ping", "POST"],
  ] as const) {
    const response = await fetch(`${client.url}${path}`, { method });
    expect([path, response.status, await response.text()]).toEqual([path, 200, ""]);
  }
});

it("lists its models as the engine does", async () => {
  await using client = await start("--served-model-name", "llama", "other");
  const list = JSON.parse(await client.text("/v1/models"));
  expect(list).toMatchObject({ object: "list", data: [{ id: "llama" }, { id: "other" }] });
  expect(list.data[0]).toMatchObject({
    object: "model",
    owned_by: "vllm",
    root: "/models/llama",
    parent: null,
    max_model_len: 1000,
    permission: [{ object: "model_permission", allow_sampling: true, organization: "*" }],
  });
  expect((await client.json("/v1/chat/completions", saying("Hi", { model: "other" }))).model).toBe("llama");
});

it("counts tokens of texts and conversations", async () => {
  await using client = await start();
  const text = { model: "llama", prompt: "Hello world", return_token_strs: true };
  const counted = await client.json("/tokenize", text);
  expect(counted).toMatchObject({ count: 5, max_model_len: 1000 });
  expect(counted.tokens).toHaveLength(5);
  expect(counted.token_strs).toEqual(["<|begin|>", "Hell", "o", " worl", "d"]);
  const conversation = saying("Hello world");
  const { usage } = await client.json("/v1/chat/completions", conversation);
  const told = await client.json("/tokenize", conversation);
  expect(told).toMatchObject({ count: usage.prompt_tokens, token_strs: null });
  const tools = [{ type: "function", function: { name: "look" } }];
  expect((await client.json("/tokenize", { ...conversation, tools })).count).toBeGreaterThan(told.count);
});

it.each([
  ["GET", "/", 404, "Not Found"],
  ["POST", "/v1/responses", 404, "Not Found"],
  ["POST", "/v1/embeddings", 404, "Not Found"],
  ["GET", "/constructor", 404, "Not Found"],
  ["GET", "/v1/chat/completions", 405, "Method Not Allowed"],
  ["POST", "/v1/models", 405, "Method Not Allowed"],
  ["DELETE", "/rehearsal/requests", 405, "Method Not Allowed"],
])("%s %s is %i, told as the engine's framework does", async (method, path, status, detail) => {
  await using client = await start();
  const response = await fetch(`${client.url}${path}`, { method });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ detail });
  expect(response.headers.get("allow")).toBe(status === 405 ? (method === "GET" ? "POST" : "GET") : null);
});

const chat = "/v1/chat/completions";

it.each<[string, unknown, Record<string, string>, object]>([
  ["no JSON", "{", {}, { type: "Bad Request", param: "body" }],
  ["no object", "[]", {}, { type: "Bad Request", param: "body" }],
  ["another type", "{}", { "content-type": "text/plain" }, { type: "Bad Request", param: null }],
])("refuses a body that is %s", async (_, body, headers, error) => {
  await using client = await start();
  expect(await client.refused(chat, body, { headers })).toMatchObject({ code: 400, ...error });
  expect(await client.counted()).toEqual([]);
});

it("does not know another model", async () => {
  await using client = await start();
  expect(await client.refused(chat, saying("Hi", { model: "gpt" }))).toEqual({
    message: "The model `gpt` does not exist.",
    type: "NotFoundError",
    param: "model",
    code: 404,
  });
  await client.json(chat, saying("Hi", { model: undefined }));
});

it("takes bodies of any size, and says of long ones what the engine says", async () => {
  await using client = await start();
  const { message, param } = await client.refused(chat, saying("word ".repeat(2_000_000)));
  expect(message).toMatch(/^This model's maximum context length is 1000 tokens\. .*contains \d{8} characters \(more /);
  expect(param).toBe("input_text");
});

it("tells what it does in the engine's metrics", async () => {
  await using client = await start();
  await client.json(chat, saying("Hi", { max_tokens: 3 }));
  await client.json(chat, saying("Hi", { n: 2 }));
  const labels = 'engine="0",model_name="llama"';
  const [one, two] = await client.counted();
  expect(await client.metric(`vllm:prompt_tokens_total{${labels}}`)).toBe(one!.prompt_tokens + 2 * two!.prompt_tokens);
  const generated = one!.generation_tokens + two!.generation_tokens;
  expect(await client.metric(`vllm:generation_tokens_total{${labels}}`)).toBe(generated);
  const success = (reason: string) =>
    client.metric(`vllm:request_success_total{engine="0",finished_reason="${reason}",model_name="llama"}`);
  expect([await success("length"), await success("stop"), await success("abort")]).toEqual([1, 2, 0]);
  for (const name of ["vllm:time_to_first_token_seconds", "vllm:e2e_request_latency_seconds"]) {
    expect(await client.metric(`${name}_count{${labels}}`)).toBe(3);
    expect(await client.metric(`${name}_bucket{engine="0",le="+Inf",model_name="llama"}`)).toBe(3);
    expect(await client.metric(`${name}_bucket{engine="0",le="5.0",model_name="llama"}`)).toBe(3);
    expect(await client.metric(`${name}_sum{${labels}}`)).toBeGreaterThan(0);
  }
  expect(await client.metric(`vllm:request_queue_time_seconds_count{${labels}}`)).toBe(3);
  // Before the first token of an answer there is none.
  expect(await client.metric(`vllm:inter_token_latency_seconds_count{${labels}}`)).toBe(generated - 3);
  for (const name of ["num_requests_running", "num_requests_waiting", "kv_cache_usage_perc"]) {
    expect(await client.metric(`vllm:${name}{${labels}}`)).toBe(0);
  }
});

it("counts each request by its id", async () => {
  await using client = await start();
  const answer = await client.json(chat, saying("Hi"), { headers: { "x-request-id": "abc-1" } });
  expect(answer.id).toBe("chatcmpl-abc-1");
  await client.stream("/v1/completions", { prompt: "Hi", max_tokens: 2, cache_salt: "bank" });
  const [first, second] = await client.counted();
  expect(first).toMatchObject({
    simulated: true,
    request_id: "abc-1",
    endpoint: chat,
    model: "llama",
    stream: false,
    cache_salt: null,
    outcome: "finished",
    prompt_tokens: answer.usage.prompt_tokens,
    generation_tokens: answer.usage.completion_tokens,
  });
  expect(Date.parse(first!.ended)).toBeGreaterThanOrEqual(Date.parse(first!.began));
  expect(second).toMatchObject({ stream: true, cache_salt: "bank", prompt_tokens: 2, generation_tokens: 2 });
  expect(second!.request_id).toMatch(/^[0-9a-f]{32}$/);
});

it("does not start where its port is taken", async () => {
  await using client = await start();
  const words = ["/models/llama", "--max-model-len=10", "--host=127.0.0.1", `--port=${client.server.port}`];
  await expect(modelServer(words)).rejects.toThrow("EADDRINUSE");
});
