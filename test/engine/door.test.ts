import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf } from "../../rehearsal/api-call.ts";
import { through } from "../../rehearsal/door/connect.ts";
import { samplesIn } from "../../rehearsal/door/exposition.ts";
import { recordsOf } from "../../rehearsal/door/records.ts";
import { type Door, lacksForDoor, metricsOf } from "../../rehearsal/door.ts";
import { processesUnder } from "../../rehearsal/processes.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { type Asked, ask as askAt } from "./caller.ts";
import { Cell } from "./cell.ts";
import { Checkout } from "./checkout.ts";
import { evict } from "./evict.ts";
import { measured } from "./measured.ts";

// Real Envoy Gateway, AI Gateway, Envoy, rate limiter and Valkey, from the objects that the stack put into a real API server.
// Model servers are simulated.

const lacks = lacksForDoor((await inspect()).found);
if (lacks.length > 0) console.warn(`No door is tested on this machine: it lacks ${lacks.join(", ")}`);

const checkout = new Checkout();
const folder = () => join(door.root, "..");
let door: Door;

const open = async (): Promise<Door> => {
  const { code, stdout, stderr } = await checkout.freehold(["door", "ch", "--json"]);
  expect(stderr + stdout, stderr).toContain("tenants");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Door;
};

/** One request of the bank's, where nothing else is said. */
const ask = (path: string, asked: Asked = {}) => askAt(door, `/v1${path}`, { tenant: "bank", ...asked });

const chat = (model = "apertus-8b", rest: object = {}) => ({
  model,
  messages: [{ role: "user", content: "Grüezi mitenand" }],
  max_tokens: 12,
  ...rest,
});

describe.skipIf(lacks.length > 0)("the live door of a rehearsed country", () => {
  beforeAll(async () => {
    const { code, stdout, stderr } = await checkout.freehold(["rehearse", "ch"]);
    expect(code, stderr + stdout).toBe(0);
    door = await open();
  }, 600_000);
  afterAll(() => checkout.remove());

  it("is a tenant's address, key and models, as production has them", () => {
    expect(door.tenants.bank).toEqual({
      baseUrl: "https://bank.ai.alpen-ai.example/v1",
      key: expect.stringMatching(/^fh-[\w-]{43}$/),
      models: ["apertus-8b"],
    });
  });

  it("answers a chat, with its tokens", async () => {
    const { status, body } = await ask("/chat/completions", { body: chat() });
    expect(status).toBe(200);
    expect(body.choices[0].message).toMatchObject({ role: "assistant", content: expect.stringContaining("simulated") });
    expect(body.usage).toMatchObject({ completion_tokens: 12, total_tokens: body.usage.prompt_tokens + 12 });
  });

  it("streams, and tells the tokens at the end whether or not they were asked for", async () => {
    const { status, headers, text } = await ask("/chat/completions", { body: chat("apertus-8b", { stream: true }) });
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/event-stream");
    const events = text.split("\n\n").filter((event) => event.startsWith("data: "));
    expect(events.at(-1)).toBe("data: [DONE]");
    expect(text).toContain('"completion_tokens":12');
  });

  it("shows in freehold top who uses what, and tells it by the labels that boards and alerts ask for", async () => {
    let shown = false;
    const top = checkout.freehold(["top", "ch", "--json"]).finally(() => {
      shown = true;
    });
    while (!shown) expect((await ask("/chat/completions", { body: chat() })).status).toBe(200);
    const { tenants, models, gateway } = JSON.parse((await top).stdout);
    expect(tenants.bank.tokensOut).toBeGreaterThan(0);
    expect(tenants.kanton.tokensOut).toBe(0);
    expect(models["bank-apertus-8b"]).toMatchObject({ replicas: 1, tokensOut: expect.any(Number) });
    expect(gateway.answers).toBeGreaterThan(0);

    const { programs, silent } = measured(samplesIn(await metricsOf({ folder: join(folder(), "..") })));
    expect(programs).toEqual("ai-gateway budgets envoy envoy-gateway prometheus ratelimit recorder vllm".split(" "));
    expect(silent).toEqual([]);
  });

  it("embeds", async () => {
    const body = { model: "embeddings", input: ["eins", "zwei"] };
    const answer = await ask("/embeddings", { tenant: "kanton", body });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toHaveLength(2);
  });

  it.each(["kanton", "spital", "bank", "hochschule", "gemeinden"])(
    "lists the models of %s and no others",
    async (tenant) => {
      const { status, body } = await ask("/models", { tenant });
      expect(status).toBe(200);
      expect(body.data.map(({ id }: { id: string }) => id).sort()).toEqual(door.tenants[tenant]!.models.toSorted());
    },
  );

  const bankHost = "bank.ai.alpen-ai.example";
  const kantonHost = "kanton.ai.alpen-ai.example";
  const chatAs = (rest: Asked): [string, Asked] => ["/chat/completions", { body: chat(), ...rest }];
  it.each<[string, number, () => [string, Asked]]>([
    ["no key", 401, () => chatAs({ key: null })],
    ["no key, for the list", 401, () => ["/models", { key: null }]],
    ["an empty key", 401, () => chatAs({ key: "" })],
    ["a wrong key", 401, () => chatAs({ key: "fh-wrong" })],
    ["half a key", 401, () => chatAs({ key: door.tenants.bank!.key.slice(0, 20) })],
    ["a key in another header", 401, () => chatAs({ key: null, headers: { "x-api-key": door.tenants.bank!.key } })],
    ["a key in the path", 401, () => [`/models?api_key=${door.tenants.bank!.key}`, { key: null }]],
    ["no key, and a tenant's name by hand", 401, () => chatAs({ key: null, headers: { "x-freehold-tenant": "bank" } })],
    ["a model of others", 403, () => chatAs({ body: chat("apertus-70b") })],
    ["a model that nobody has", 403, () => chatAs({ body: chat("gpt-4") })],
    [
      "a model of others, and another's name by hand",
      403,
      () => chatAs({ body: chat("apertus-70b"), headers: { "x-freehold-tenant": "spital" } }),
    ],
    [
      "a model of others, and an allowed one in the header",
      403,
      () => chatAs({ body: chat("apertus-70b"), headers: { "x-ai-eg-model": "apertus-8b" } }),
    ],
    ["no model", 403, () => chatAs({ body: { messages: [] } })],
    ["another tenant's host", 403, () => chatAs({ host: kantonHost })],
    ["another tenant's list", 403, () => ["/models", { host: kantonHost }]],
    ["another tenant's key", 403, () => chatAs({ key: door.tenants.kanton!.key })],
    ["another tenant's key, for the list", 403, () => ["/models", { key: door.tenants.kanton!.key }]],
    ["a host that begins like one's own", 403, () => chatAs({ host: "bankier.ai.alpen-ai.example" })],
    ["one's own host below another's", 403, () => chatAs({ host: `bank.${kantonHost}` })],
    ["one's own host with another port", 403, () => chatAs({ host: `${bankHost}:8443` })],
    ["a body that is no JSON", 400, () => chatAs({ body: "{" })],
    ["what is not offered", 404, () => ["/files", {}]],
  ])("refuses %s", async (_, expected, asked) => {
    const [path, how] = asked();
    const { status, body } = await ask(path, how);
    expect(status).toBe(expected);
    if (status === 401 || status === 403)
      expect(body.error).toEqual({
        message: expect.any(String),
        type: expect.any(String),
        param: null,
        code: expect.any(String),
      });
  });

  it("leads to its own hosts and nowhere else", async () => {
    await expect(through(door.proxy, "api.openai.example", readFileSync(door.root))).rejects.toThrow("403");
  });

  it("leaves one record of each request, with the tokens that the answer told", async () => {
    const answers = await Promise.all(
      [5, 6, 7].flatMap((tokens) =>
        [false, true].map((stream) =>
          ask("/chat/completions", { tenant: "spital", body: chat("apertus-70b", { max_tokens: tokens, stream }) }),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const told = answers.map(({ text }) => Number(text.match(/"total_tokens":(\d+)(?![\s\S]*"total_tokens")/)?.[1]));
    const recorded = async () => (await records("spital")).map(({ total }) => total).sort();
    await expect.poll(recorded, { timeout: 30_000 }).toEqual(told.sort());
    expect(new Set((await records("spital")).map(({ id }) => id)).size).toBe(answers.length);
  });

  it("takes a new key within seconds of the update, the old one no longer, and ends what had begun with it", async () => {
    const slow = { max_tokens: 45, stream: true, vllm_xargs: { rehearsal_tokens: 45, rehearsal_token_ms: 1000 } };
    const begun = ask("/chat/completions", { body: chat("apertus-8b", slow) });
    const file = join(checkout.folder, "stacks", "Pulumi.ch.yaml");
    const written = readFileSync(file, "utf8");
    const changed = written.replace(/^( {4})bank:\n( +)/m, "$1bank:\n$2keys: { default: { generation: 7 } }\n$2");
    expect(changed).not.toBe(written);
    writeFileSync(file, changed);
    const before = door.tenants.bank!.key;
    expect((await checkout.freehold(["rehearse", "ch"])).code).toBe(0);
    door = await open();
    expect(door.tenants.bank!.key).not.toBe(before);
    await expect.poll(async () => (await ask("/models")).status, { timeout: 10_000 }).toBe(200);
    await expect.poll(async () => (await ask("/models", { key: before })).status, { timeout: 10_000 }).toBe(401);
    const { status, text } = await begun;
    expect([status, text.trimEnd().split("\n").at(-1)]).toEqual([200, "data: [DONE]"]);
  });

  it("replaces every proxy, one after the other, while streams on them end whole and nobody is refused", async () => {
    const config = configOf(join(folder(), "../kubeconfig"));
    const cell = new Cell(door);
    const proxies = async () =>
      (await cell.pods("envoy-gateway-system", "envoy")).map(({ metadata }) => metadata!.name!);
    const before = await proxies();
    // Longer than the ten seconds that every drain takes.
    const long = { max_tokens: 30, stream: true, vllm_xargs: { rehearsal_tokens: 30, rehearsal_token_ms: 600 } };
    const streams = Array.from({ length: 6 }, () =>
      ask("/chat/completions", { tenant: "gemeinden", body: chat(door.tenants.gemeinden!.models[0], long) }),
    );
    const statuses = new Set<number>();
    const asking = new AbortController();
    const asked = (async () => {
      for (; !asking.signal.aborted; await sleep(100))
        statuses.add((await ask("/models", { tenant: "kanton" })).status);
    })();
    await sleep(1000);
    // Their disruption budget: no other before what replaces one is there.
    const [first, second] = before;
    expect(await evict(config, first!)).toBe(201);
    expect(await evict(config, second!)).toBe(429);
    for (const name of before)
      await expect.poll(() => evict(config, name), { timeout: 60_000, interval: 500 }).toBe(404);
    const ends = (await Promise.all(streams)).map(({ status, text }) => [status, text.trimEnd().split("\n").at(-1)]);
    asking.abort();
    await asked;
    expect([...statuses]).toEqual([200]);
    expect(ends).toEqual(ends.map(() => [200, "data: [DONE]"]));
    const after = await proxies();
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    const recorded = async () => (await records("gemeinden")).length;
    await expect.poll(recorded, { timeout: 60_000 }).toBe(streams.length);
    const addresses = await cell.addresses("envoy-gateway-system", "envoy");
    const knocks = addresses.map((address) =>
      cell.inside([
        "curl",
        "-skm30",
        "--resolve",
        `${bankHost}:10443:${address}`,
        `https://${bankHost}:10443/v1/models`,
      ]),
    );
    expect((await Promise.all(knocks)).map((answer) => JSON.parse(answer).error.code)).toEqual(
      before.map(() => "invalid_api_key"),
    );
    // Drained, and gone as soon as nobody is served by them.
    await expect.poll(() => cell.status.ending, { timeout: 60_000, interval: 500 }).toEqual([]);
    for (const name of before) {
      const log = join(folder(), "logs", `envoy-gateway-system.${name}.shutdown-manager.log`);
      expect(readFileSync(log, "utf8")).toContain("drain sequence completed");
    }
  });

  it("closes, and leaves no process behind", async () => {
    const { code, stdout } = await checkout.freehold(["door", "ch", "--close"]);
    expect([code, stdout.trim()]).toEqual([0, "The door of ch is closed."]);
    await sleep(500);
    expect(processesUnder(folder())).toEqual([]);
    await expect(ask("/models")).rejects.toThrow();
  });
});

/** What the ledger says of a tenant's answered requests. */
async function records(tenant: string): Promise<{ id: string; total: number }[]> {
  const home = join(folder(), "..");
  const countryFile = join(checkout.folder, "stacks/Pulumi.ch.yaml");
  const { socket, host, ca, ...who } = (await recordsOf({
    folder: home,
    countryFile,
    kubeconfig: join(home, "kubeconfig"),
  }))!;
  const sql = postgres({ ...who, path: socket, ssl: { ca, servername: host }, max: 1, onnotice: () => {} });
  const answered = await sql`SELECT event_id AS id, (tokens_in + tokens_out)::int AS total
    FROM usage_records WHERE tenant = ${tenant} AND status = 200`;
  await sql.end();
  return [...answered] as never;
}
