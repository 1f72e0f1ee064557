import { connect } from "node:net";
import { expect, it } from "vitest";
import { type Client, saying, start, until } from "./client.ts";

const path = "/v1/chat/completions";
const ordered = (orders: object, more: object = {}) => saying("Hello", { vllm_xargs: orders, ...more });
const running = (client: Client) => client.metric('vllm:num_requests_running{engine="0",model_name="llama"}');
const waiting = (client: Client) => client.metric('vllm:num_requests_waiting{engine="0",model_name="llama"}');
const generated = (client: Client) => client.metric('vllm:generation_tokens_total{engine="0",model_name="llama"}');

it("answers as many tokens as ordered, in the time that was ordered", async () => {
  await using client = await start();
  for (const tokens of [1, 3, 90, 400]) {
    const { usage, choices } = await client.json(path, ordered({ rehearsal_tokens: tokens, others: 1 }));
    expect(usage.completion_tokens).toBe(tokens);
    expect(choices[0].finish_reason).toBe("stop");
    const { count } = await client.json("/tokenize", { prompt: choices[0].message.content });
    expect(count).toBe(tokens + 1);
  }
  const began = performance.now();
  await client.json(path, ordered({ rehearsal_tokens: 5, rehearsal_token_ms: 20, rehearsal_delay_ms: 40 }));
  // Timers may come a little early.
  expect(performance.now() - began).toBeGreaterThan(110);
});

it.each([500, 503])("fails with %i where it is told to, streamed or not", async (status) => {
  await using client = await start();
  for (const stream of [true, false]) {
    const error = await client.refused(path, ordered({ rehearsal_fail: status }, { stream }));
    expect(error.code).toBe(status);
  }
  const one = { outcome: "failed", prompt_tokens: 0, generation_tokens: 0 };
  expect(await client.counted()).toMatchObject([one, one]);
});

it("resets the connection where it is told to", async () => {
  await using client = await start();
  const body = JSON.stringify(ordered({ rehearsal_fail: "reset" }));
  const socket = connect(client.server.port, "127.0.0.1");
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once("error", resolve));
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.write(`${head}\r\n\r\n${body}`);
  expect((await failed).code).toBe("ECONNRESET");
  expect(await client.counted()).toMatchObject([{ outcome: "failed" }]);
});

it.each([
  [0, 0],
  // The first chunk says who speaks, and is sent when the first token is there.
  [1, 1],
  [5, 4],
])("breaks a stream after %i chunks, and lives on", async (chunks, tokens) => {
  await using client = await start();
  const orders = { rehearsal_fail: `die-after-${chunks}-chunks`, rehearsal_token_ms: 2 };
  const response = await client.post(path, ordered(orders, { stream: true }));
  expect(response.status).toBe(200);
  let text = "";
  const read = async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  };
  await expect(read()).rejects.toThrow();
  expect(text.match(/^data: \{/gm) ?? []).toHaveLength(chunks);
  expect(text).not.toContain("[DONE]");
  expect(await client.counted()).toMatchObject([{ outcome: "failed", generation_tokens: tokens }]);
  expect((await client.json(path, saying("Hello"))).choices).toHaveLength(1);
});

it.each<[unknown, string, RegExp]>([
  [{ rehearsal_delay: 1 }, "vllm_xargs", /Unrecognized key.*known: rehearsal_delay_ms, /],
  [{ rehearsal_tokens: 0 }, "vllm_xargs.rehearsal_tokens", /rehearsal_tokens/],
  [{ rehearsal_token_ms: "slow" }, "vllm_xargs.rehearsal_token_ms", /rehearsal_token_ms/],
  [{ rehearsal_fail: 418 }, "vllm_xargs.rehearsal_fail", /rehearsal_fail/],
  [{ rehearsal_fail: "die-after-x-chunks" }, "vllm_xargs.rehearsal_fail", /rehearsal_fail/],
  [{ rehearsal_fail: "die-after-1-chunks" }, "vllm_xargs.rehearsal_fail", /needs a stream/],
  ["slow", "body.vllm_xargs", /valid dictionary/],
])("refuses the orders %j", async (orders, param, text) => {
  await using client = await start();
  const error = await client.refused(path, saying("Hello", { vllm_xargs: orders }));
  expect(error).toMatchObject({ code: 400, param });
  expect(error.message).toMatch(text);
});

it.each([true, false])("stops for a client that left, and counts what it had made (stream: %s)", async (stream) => {
  await using client = await start();
  const leaving = new AbortController();
  const orders = { rehearsal_tokens: 900, rehearsal_token_ms: 5 };
  const asked = client
    .post(path, ordered(orders, { stream }), { signal: leaving.signal, headers: { "x-request-id": "left" } })
    .then((response) => response.text());
  await until(async () => (await generated(client)) > 3);
  leaving.abort();
  await expect(asked).rejects.toThrow("aborted");
  await until(async () => (await running(client)) === 0);
  const [entry] = await client.counted();
  expect(entry).toMatchObject({ request_id: "left", outcome: "aborted" });
  expect(entry!.prompt_tokens).toBeGreaterThan(0);
  expect(entry!.generation_tokens).toBeLessThan(900);
  expect(await generated(client)).toBe(entry!.generation_tokens);
  const reason = (name: string) =>
    `vllm:request_success_total{engine="0",finished_reason="${name}",model_name="llama"}`;
  expect([await client.metric(reason("stop")), await client.metric(reason("abort"))]).toEqual([0, 0]);
});

it("lets wait who is too many, and leaves out who went", async () => {
  await using client = await start("--max-num-seqs=2");
  const slow = () => client.json(path, ordered({ rehearsal_delay_ms: 3_600_000 }, { stream: false }), { signal });
  const all = new AbortController();
  const { signal } = all;
  const first = [slow(), slow()].map((one) => one.catch(() => "gone"));
  await until(async () => (await running(client)) === 2);
  const leaving = new AbortController();
  const left = client.post(path, saying("Hello"), { signal: leaving.signal }).catch(() => "gone");
  const patient = client.json(path, saying("Hello"));
  await until(async () => (await waiting(client)) === 2);
  leaving.abort();
  expect(await left).toBe("gone");
  await until(async () => (await waiting(client)) === 1);
  expect(await running(client)).toBe(2);
  all.abort();
  expect(await Promise.all(first)).toEqual(["gone", "gone"]);
  expect((await patient).choices).toHaveLength(1);
  await until(async () => (await running(client)) === 0);
  expect(await waiting(client)).toBe(0);
  const outcomes = (await client.counted()).map(({ outcome, prompt_tokens }) => [outcome, prompt_tokens > 0]);
  expect(outcomes.sort()).toEqual([
    ["aborted", false],
    ["aborted", false],
    ["aborted", false],
    ["finished", true],
  ]);
});

it("tells how much of the cache is in use", async () => {
  await using client = await start();
  const leaving = new AbortController();
  const asked = client
    .json(path, saying("word ".repeat(150), { vllm_xargs: { rehearsal_tokens: 2, rehearsal_token_ms: 3_600_000 } }), {
      signal: leaving.signal,
    })
    .catch(() => "gone");
  const used = () => client.metric('vllm:kv_cache_usage_perc{engine="0",model_name="llama"}');
  await until(async () => (await used()) > 150 / 16 / 65_536);
  leaving.abort();
  expect(await asked).toBe("gone");
  await until(async () => (await used()) === 0);
});

it("puts tokens together for a client that reads slowly, and loses none", async () => {
  await using client = await start("--max-model-len=200000");
  const response = await client.post(path, ordered({ rehearsal_tokens: 100_000 }, { stream: true, seed: 1 }));
  await until(async () => (await client.counted())[0]!.outcome === "finished");
  const events = (await response.text()).split("\n\n").slice(0, -2);
  const read = events.map((event) => JSON.parse(event.replace("data: ", "")));
  expect(read.length).toBeLessThan(100_000);
  expect(read.at(-1).usage.completion_tokens).toBe(100_000);
  const content = read
    .flatMap(({ choices }) => choices)
    .map(({ delta }) => delta.content)
    .join("");
  expect((await client.json("/tokenize", { prompt: content })).count).toBe(100_001);
});
