import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { call, configOf } from "../../rehearsal/api-call.ts";
import { type Door, lacksForDoor } from "../../rehearsal/door.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { type Answer, type Asked, ask, recordOf } from "./caller.ts";
import { Checkout } from "./checkout.ts";
import { itFallsBack } from "./fallback.ts";
import { takesTokens, withTokens } from "./tokens.ts";

// What the proxies' own program does (components/gateway/door.lua), in the real Envoy, with simulated model servers.

const lacks = lacksForDoor((await inspect()).found);
if (lacks.length > 0) console.warn(`No door is tested on this machine: it lacks ${lacks.join(", ")}`);

const checkout = new Checkout({ stack: "ee" });
let door: Door;

const chats = "/v1/chat/completions";
const words = "Every prompt that is longer than a block of the cache is found in it again by whoever wrote it before";
let prompts = 0;
const messages = [{ role: "user", content: words }];
const chat = (rest: object = {}) => ({ model: "salamandra", messages, max_tokens: 12, ...rest });
/** An order to the simulated model server: an answer of thousands of tokens, at a pace that a client can leave at. */
const long = { stream: true, max_tokens: 4000, vllm_xargs: { rehearsal_tokens: 4000, rehearsal_token_ms: 5 } };
/** What an answer told of its tokens at last. */
const told = ({ text }: Answer) =>
  JSON.parse([...text.matchAll(/"usage":(\{.*?\}(?=[,}]))/g)].at(-1)![1]!.replace(/,"prompt_tokens_details":.*/, "}"));

describe.skipIf(lacks.length > 0)("the program in each proxy of a live door", () => {
  beforeAll(async () => {
    const file = join(checkout.folder, "stacks", "Pulumi.ee.yaml");
    const tenants = withTokens({
      linn: { models: ["salamandra", "vectors"] },
      vald: { models: ["salamandra"] },
      kool: { models: ["salamandra"], tokensPerMinute: 300 },
      saar: { models: ["apertus", "salamandra"] },
    });
    const changed = readFileSync(file, "utf8")
      .replace(
        /(freehold:models: \{ )/,
        "$1vectors: { model: BAAI/bge-m3, pool: l40s }, apertus: { model: swiss-ai/Apertus-8B-Instruct-2509, pool: l40s, contextTokens: 8192, fallback: salamandra }, ",
      )
      .replace(/(salamandra: \{ )/, "$1prefixCache: true, ")
      .replace(/freehold:tenants:.*/, `freehold:tenants: ${JSON.stringify(tenants)}`);
    writeFileSync(file, changed);
    const made = await checkout.freehold(["rehearse", "ee"]);
    expect(made.code, made.stderr + made.stdout).toBe(0);
    const opened = await checkout.freehold(["door", "ee", "--json"]);
    expect(opened.code, opened.stderr).toBe(0);
    door = JSON.parse(opened.stdout) as Door;
  }, 600_000);
  afterAll(() => checkout.remove());

  itFallsBack(() => door, "saar", "apertus", "salamandra");

  describe("tells keys apart", () => {
    const keys = {
      "linn.ci": "fh-named",
      [`linn.soon.${Math.floor(Date.now() / 1000) + 3600}`]: "fh-ending",
      "linn.old.1000000000": "fh-ended",
      "linn.odd.never": "fh-odd",
      "linn.a.4102444800.b": "fh-long",
    };
    beforeAll(async () => {
      const path = "/api/v1/namespaces/freehold-gateway/secrets/tenant-keys";
      const type = { "content-type": "application/merge-patch+json" };
      const config = configOf(join(door.root, "../../kubeconfig"));
      expect((await call(config, "PATCH", path, type, JSON.stringify({ stringData: keys }))).status).toBe(200);
      const tried = () => ask(door, "/v1/models", { key: "fh-named" });
      // Each of the proxies takes up new keys within seconds.
      const statuses = async () => (await Promise.all(Array.from({ length: 8 }, tried))).map(({ status }) => status);
      await vi.waitFor(async () => expect(new Set(await statuses())).toEqual(new Set([200])), 30_000);
    });

    it.each([
      [undefined, "default"],
      ["fh-named", "ci"],
      ["fh-ending", "soon"],
    ])("records the tenant and the name of key %s, whatever a client says they are", async (key, name) => {
      const forged = { "x-freehold-tenant": "vald", "x-freehold-key": "boss" };
      const answer = await ask(door, chats, { body: chat(), headers: forged, ...(key && { key }) });
      expect(answer.status).toBe(200);
      expect(await recordOf(door, answer)).toMatchObject({ tenant: "linn", key: name });
    });

    it.each([
      ["fh-ended", "This API key expired at 2001-09-09T01:46:40Z."],
      ["fh-odd", "This API key expired at 1970-01-01T00:00:00Z."],
      ["fh-long", "Incorrect API key provided."],
    ])("lets key %s in no more", async (key, message) => {
      for (const path of ["/v1/models", chats]) {
        const { status, body } = await ask(door, path, { key, ...(path === chats && { body: chat() }) });
        expect(status).toBe(401);
        expect(body.error).toEqual({ message, type: "invalid_request_error", param: null, code: "invalid_api_key" });
      }
    });
  });

  describe("keeps tenants' caches apart", () => {
    /** A chat's body as text, with a prompt that was never asked, and what the client adds to it. */
    const written = (prompt: string, more: string, after = "") =>
      `${JSON.stringify(chat({ messages: [{ role: "user", content: prompt }] })).slice(0, -1)}${more}}${after}`;
    const fresh = () => `Number ${++prompts}. ${words}`;
    const cachedOf = ({ body }: Answer) => body.usage.prompt_tokens_details.cached_tokens;

    it.each([
      ["plainly", (salt: string) => [`,"cache_salt":"${salt}"`]],
      ["in escapes", (salt: string) => [`,"\\u0063ache_salt":"${salt}"`]],
      ["twice", (salt: string) => [`,"cache_salt":"${salt}","cache_salt":"${salt}2"`]],
      ["with space behind the body", (salt: string) => [`,"cache_salt":"${salt}"`, " \r\n\t ".repeat(1000)]],
      ["behind an object that looks like an end", (salt: string) => [`,"user":"}","cache_salt":"${salt}"`]],
    ])("whatever salt a client writes, %s", async (_, more) => {
      const prompt = fresh();
      const salted = (salt: string) => {
        const [inside = "", after] = more(salt);
        return written(prompt, inside, after);
      };
      const first = await ask(door, chats, { body: salted("mine") });
      const again = await ask(door, chats, { body: salted("another") });
      expect([cachedOf(first), cachedOf(again) > 0]).toEqual([0, true]);
      // In two pieces and of no told length, with the other tenant's name for a salt.
      const body = salted("linn");
      const other = await ask(door, chats, { tenant: "vald", body: [body.slice(0, 40), body.slice(40)] });
      expect(cachedOf(other)).toBe(0);
    });
  });

  describe("counts", () => {
    const imitation = '"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}';
    it.each<[string, string, object]>([
      ["a chat", chats, chat()],
      ["a stream", chats, chat({ stream: true })],
      ["a stream of three choices", chats, chat({ stream: true, n: 3 })],
      [
        "a stream that says what usage looks like",
        chats,
        chat({ stream: true, messages: [{ role: "user", content: imitation }] }),
      ],
      ["a completion", "/v1/completions", { model: "salamandra", prompt: words, max_tokens: 5 }],
      [
        "a stream of two completions",
        "/v1/completions",
        { model: "salamandra", prompt: ["a b", "c d e"], max_tokens: 5, stream: true },
      ],
      ["embeddings", "/v1/embeddings", { model: "vectors", input: ["a b", "c d e"] }],
    ])("%s as the answer tells it", async (_, path, body) => {
      const answer = await ask(door, path, { body });
      expect(answer.status, answer.text).toBe(200);
      const { prompt_tokens, completion_tokens: out = 0, total_tokens: total } = told(answer);
      expect(total).toBeGreaterThan(0);
      const record = await recordOf(door, answer);
      expect(record).toMatchObject({ counted: "gateway", in: prompt_tokens, out, total });
      expect(record.bytes_out).toBe(Buffer.byteLength(answer.text));
    });

    it.each([1, 2])("what went out of a stream whose server broke off, with %i choices", async (n) => {
      const orders = { rehearsal_tokens: 100, rehearsal_token_ms: 5, rehearsal_fail: "die-after-40-chunks" };
      const answer = await ask(door, chats, { body: chat({ stream: true, n, max_tokens: 100, vllm_xargs: orders }) });
      const had = answer.text.split("\n").filter((line) => line.includes('"usage"'));
      const last = new Map(
        had.map((line) => JSON.parse(line.slice(6))).map((one) => [one.choices[0].index, one.usage]),
      );
      const out = [...last.values()].reduce((sum, { completion_tokens }) => sum + completion_tokens, 0);
      expect([last.size, out > 20]).toEqual([n, true]);
      const record = await recordOf(door, answer);
      expect(record).toMatchObject({ counted: "delivered", in: last.get(0).prompt_tokens });
      // What Envoy had sent and the broken connection took along.
      expect(record.out).toBeGreaterThanOrEqual(out);
      expect(record.out).toBeLessThanOrEqual(40);
    });

    it("what a client had of a stream that it left, and charges it", async () => {
      const leaving = () => ask(door, chats, { tenant: "kool", body: chat(long), leaveAfter: 5000 });
      const first = await leaving();
      const { total_tokens } = told(first);
      const record = await recordOf(door, first);
      expect(record).toMatchObject({ counted: "delivered", flags: "DC", cached: null });
      expect(record.total).toBeGreaterThanOrEqual(total_tokens);
      expect(record.total).toBeLessThan(1000);
      let answer = first;
      for (let tries = 0; tries < 20 && answer.status === 200; tries++) answer = await leaving();
      expect([answer.status, answer.body?.error.code]).toEqual([429, "rate_limit_exceeded"]);
      expect(answer.headers["retry-after"]).toMatch(/^([1-9]|[1-5]\d|60)$/);
    });
  });

  describe("answers", () => {
    it("what one model is, to those who may use it", async () => {
      const { body } = await ask(door, "/v1/models");
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual(["salamandra", "vectors"]);
      for (const model of body.data) expect((await ask(door, `/v1/models/${model.id}`)).body).toEqual(model);
      expect((await ask(door, "/v1/models/vectors", { tenant: "vald" })).status).toBe(404);
    });

    const order = (rehearsal_fail: unknown) => ({ body: chat({ vllm_xargs: { rehearsal_fail } }) });
    it.each<[number, string | number | null, string, Asked?]>([
      [400, null, chats, { body: "{" }],
      [400, null, chats, { body: chat({ messages: 7 }) }],
      [400, 400, chats, { body: { model: "salamandra" } }],
      [401, "invalid_api_key", chats, { body: chat(), key: null }],
      [401, "invalid_api_key", "/v1/models", { key: null }],
      [401, "invalid_api_key", "/v1/models/salamandra", { key: null }],
      [401, "invalid_api_key", "/v1/files", { key: null }],
      [403, "model_not_allowed", chats, { body: chat({ model: "gpt-4" }) }],
      [403, "model_not_allowed", "/v1/models", { host: "vald.ai.balti-pilv.example" }],
      [403, "model_not_allowed", "/v1/models/salamandra", { host: "vald.ai.balti-pilv.example" }],
      [404, "model_not_found", "/v1/models/gpt-4"],
      [404, "model_not_found", '/v1/models/salamandra","object'],
      [404, "unknown_url", "/v1/embeddings", { body: { model: "salamandra", input: "a" } }],
      ..."/ /v1 /v1/chat /v1/files /v1/batches /v1/fine_tuning/jobs /v1/assistants /v1/responses"
        .split(" ")
        .map((path): [number, string, string] => [404, "unknown_url", path]),
      ...[
        "/v1/responses",
        "/v1/audio/speech",
        "/v1/images/generations",
        "/v1/moderations",
        "/v2/rerank",
        "/v1/messages",
      ].map((path): [number, string, string, Asked] => [
        404,
        "unknown_url",
        path,
        { body: { model: "salamandra", input: "a" } },
      ]),
      [405, "method_not_allowed", chats],
      [405, "method_not_allowed", "/v1/models", { body: {} }],
      [405, "method_not_allowed", chats, { method: "DELETE" }],
      [413, "request_too_large", chats, { body: "x".repeat(51 * 2 ** 20) }],
      [500, 500, chats, order(500)],
      [503, "unavailable", chats, order("reset")],
      [503, 503, chats, order(503)],
    ])("%i %s to %s as OpenAI's clients read it", async (status, code, path, asked) => {
      const { headers, text, body, ...answer } = await ask(door, path, asked);
      expect(answer.status, text).toBe(status);
      expect(body.error).toEqual({
        message: expect.any(String),
        type: expect.any(String),
        param: body.error.param,
        code,
      });
      expect(headers["content-type"]).toMatch(/^application\/json/);
      expect(Number(headers["content-length"])).toBe(Buffer.byteLength(text));
      expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers["retry-after"]).toBe(status === 503 ? "10" : undefined);
      if (status === 405) expect(headers.allow).toBe(path === chats ? "POST" : "GET");
    });
  });

  takesTokens(() => door);
});
