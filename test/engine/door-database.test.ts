import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, configOf } from "../../rehearsal/api-call.ts";
import { makeAuthority } from "../../rehearsal/certificate.ts";
import { type Records, recordsOf } from "../../rehearsal/door/records.ts";
import { type Door, lacksForDoor } from "../../rehearsal/door.ts";
import { commandLine } from "../../rehearsal/processes.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { attacked } from "./attacked.ts";
import { ask } from "./caller.ts";
import { Checkout } from "./checkout.ts";
import { budgetTenants, holdsBudgets } from "./door-budgets.ts";
import { stressed } from "./stressed.ts";

// A real Postgres, from the Cluster object that the stack put into a real API server.

const lacks = lacksForDoor((await inspect()).found);
if (lacks.length > 0) console.warn(`No database is tested on this machine: it lacks ${lacks.join(", ")}`);

const checkout = new Checkout({ stack: "ee" });
const countryFile = join(checkout.folder, "stacks", "Pulumi.ee.yaml");
const storage = `
  freehold:storage:
    volumeClass: encrypted
    keys: { kind: volumes, statement: LUKS2 on every node }
    objects: { kind: s3, endpoint: "https://s3.balti-pilv.example" }
    records: { kind: cloudnative-pg }
`;
/** Tenants of whom one has a model of its own, one next to no requests, and those of the budgets; two replicas of what they share. */
const attackers = { own: "linn", other: "vald", limited: "kool", requestsPerMinute: 5 };
const sections = `freehold:models:
    salamandra: { model: BSC-LT/salamandra-7b-instruct, pool: l40s, replicas: 2 }
    vectors: { model: BAAI/bge-m3, pool: l40s }
  freehold:tenants:
    linn: { models: [salamandra] }
    vald: { requestsPerMinute: 100000, tokensPerMinute: 10000000 }
    kool: { models: [salamandra], requestsPerMinute: 5 }
    ${budgetTenants}`;
const path = "/apis/postgresql.cnpg.io/v1/namespaces/freehold-storage/clusters/records";
const insert =
  "INSERT INTO usage_records (event_id, time, tenant, model, server, tokens_in, tokens_cached, tokens_out, status) VALUES";
/** Ours alone: the door's own questions leave records too. */
const kept = [{ event_id: "zero" }, { event_id: "one" }];
let home: Parameters<typeof recordsOf>[0];
let door: Door;
let records: Records;
let uid: string;

/** The door's own words fail the test where it does not open. */
async function open(): Promise<void> {
  const { code, stdout, stderr } = await checkout.freehold(["door", "ee", "--json"]);
  expect(code, stderr + stdout).toBe(0);
  door = JSON.parse(stdout) as Door;
  const folder = resolve(door.root, "../..");
  home = { folder, countryFile, kubeconfig: join(folder, "kubeconfig") };
  records = (await recordsOf(home))!;
}

/** One query as the application, unless said otherwise. */
async function query(text: string, options: postgres.Options<Record<string, never>> = {}) {
  const { socket, host, ca, user, password, database } = records;
  const own = { path: socket, user, password, database, ssl: { ca, servername: host } };
  // What it asks of types by itself fails where nobody waits for it.
  const sql = postgres({ ...own, max: 1, connect_timeout: 10, fetch_types: false, ...options });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function kube(method: string, at: string, body?: object, more: Record<string, string> = {}) {
  const headers = { "content-type": "application/merge-patch+json", ...more };
  const { status, body: text } = await call(
    configOf(home.kubeconfig),
    method,
    at,
    headers,
    body && JSON.stringify(body),
  );
  return { status, object: JSON.parse(text) };
}

/** The processes that run this Cluster's instance: no other has its uid. */
const processes = () =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && commandLine(pid).includes(uid));

describe.skipIf(lacks.length > 0)("the database of a rehearsed country", () => {
  beforeAll(async () => {
    const plain = readFileSync(countryFile, "utf8");
    writeFileSync(countryFile, plain.replace(/freehold:models: \{ .*\n.*/, sections) + storage);
    const { code, stdout, stderr } = await checkout.freehold(["rehearse", "ee"]);
    expect(code, stderr + stdout).toBe(0);
    await open();
    uid = (await kube("GET", path)).object.metadata.uid;
  }, 900_000);
  afterAll(() => checkout.remove());

  it("lets the application in with its password, by TLS that is verified in full", async () => {
    const [row] = await query("SELECT current_user AS name, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    expect(row).toEqual({ name: "records", ssl: true });
    const [{ server_version }] = (await query("SHOW server_version")) as unknown as [{ server_version: string }];
    expect(server_version).toBe((await inspect()).found.postgres!.version);
  });

  it.each<[string, () => object, string]>([
    ["a wrong password", () => ({ password: "wrong" }), "password authentication failed"],
    ["no password", () => ({ password: "" }), "password authentication failed"],
    ["the superuser", () => ({ user: "postgres" }), "password authentication failed"],
    ["a connection without TLS", () => ({ ssl: false }), "no encryption"],
  ])("refuses %s", async (_, options, message) => {
    await expect(query("SELECT 1", options())).rejects.toThrow(message);
  });

  it("is known to whoever asks for it by its name and with its authority, and to nobody else", async () => {
    const { ca, host } = records;
    const { certificate } = makeAuthority("another");
    const ssl = (options: object) => query("SELECT 1", { ssl: options });
    await expect(ssl({ ca: certificate, servername: host })).rejects.toThrow("unable to verify");
    await expect(ssl({ ca, servername: "records-rw.elsewhere.svc" })).rejects.toThrow("does not match");
  });

  it("begins with the schema of the records, which the application owns", async () => {
    const tables = await query("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    expect(tables.map(({ tablename, tableowner }) => [tablename, tableowner])).toEqual(
      ["record_days", "refused_lines", "usage_by_quarter_hour", "usage_records"].map((name) => [name, "records"]),
    );
    expect(await query("SELECT * FROM keep_records('{}', '{}')")).toHaveLength(0);
  });

  it("lets the recorder add records with its own password, and do nothing else", async () => {
    const { data } = (await kube("GET", "/api/v1/namespaces/freehold-storage/secrets/records-recorder")).object;
    const [user, password] = [data.username, data.password].map((text) => Buffer.from(text, "base64").toString());
    const recorder = (text: string) => query(text, { user: user!, password: password! });
    await recorder(`${insert} ('zero', now(), 'linn', 'm', 's', 1, 0, 2, 200)`);
    await expect(recorder("SELECT tokens_in FROM usage_records")).rejects.toThrow("permission denied");
    await expect(recorder("DELETE FROM usage_records")).rejects.toThrow("permission denied");
    expect(await query("SELECT event_id FROM usage_records WHERE server = 's'")).toEqual([{ event_id: "zero" }]);
  });

  it("lets the reader look at records, and do nothing else", async () => {
    const { data } = (await kube("GET", "/api/v1/namespaces/freehold-storage/secrets/records-reader")).object;
    const [user, password] = [data.username, data.password].map((text) => Buffer.from(text, "base64").toString());
    const reader = (text: string) => query(text, { user: user!, password: password! });
    expect(await reader("SELECT tokens_out FROM usage_records WHERE server = 's'")).toHaveLength(1);
    for (const forbidden of ["DELETE FROM usage_records", "SELECT * FROM refused_lines", "CREATE TABLE mine ()"])
      await expect(reader(forbidden), forbidden).rejects.toThrow("permission denied");
  });

  it("agrees with what gateway and engine counted, and a command tells a record that does not", async () => {
    const body = { model: "salamandra", messages: [{ role: "user", content: "Tere" }], max_tokens: 12 };
    const slow = { stream: true, vllm_xargs: { rehearsal_tokens: 12, rehearsal_token_ms: 100 } };
    const chat = (rest: object, leaveAfter?: number) =>
      ask(door, "/v1/chat/completions", { body: { ...body, ...rest }, leaveAfter });
    const answers = [await chat({}), await chat({ stream: true }), await chat(slow, 900)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const compared = async () => {
      const { code, stdout, stderr } = await checkout.freehold(["reconcile", "ee", "--json"]);
      expect(stdout, stderr).toContain("verdict");
      return { code, ...JSON.parse(stdout) };
    };
    const told = await compared();
    expect([told.code, told.verdict], JSON.stringify(told)).toEqual([0, "agrees"]);
    expect(told.findings.map(({ against }: { against: string }) => against)).toEqual(["gateway", "engine"]);
    // What the client left is the engine's to know.
    expect(told.findings[1].ledger.in).toBe(told.findings[0].ledger.in * 1.5);
    const change = (by: number) =>
      query(`UPDATE usage_records SET tokens_out = tokens_out + ${by} WHERE counted = 'gateway'`);
    await change(1);
    expect(await compared()).toMatchObject({ code: 1, verdict: "differs" });
    await change(-1);
  });

  it("loses what is past its tenant's days, and nothing younger, by what the stack's own Job runs", async () => {
    await query(`${insert} ('old', now() - interval '400 days', 'linn', 'm', 'old', 1, 0, 2, 200)`);
    await query(`${insert} ('young', now() - interval '5 days', 'linn', 'm', 'old', 1, 0, 2, 200)`);
    const { data } = (await kube("GET", "/api/v1/namespaces/freehold-storage/configmaps/retention")).object;
    expect(await query(data["keep.sql"])).toMatchObject([{ of_tenant: "linn", records: "1" }]);
    expect(await query("SELECT event_id FROM usage_records WHERE server = 'old'")).toEqual([{ event_id: "young" }]);
    expect(await query(data["keep.sql"])).toHaveLength(0);
  });

  describe("behind a door that is attacked", () => attacked(() => door, countryFile, attackers));
  describe("behind a door under stress", () => stressed(() => door, countryFile, "vald", "salamandra"));

  holdsBudgets({ checkout, door: () => door, kube, processes });

  it("does not run as root", () => {
    expect(processes().length).toBeGreaterThan(0);
    for (const pid of processes()) expect(readFileSync(`/proc/${pid}/uid_map`, "utf8").trim()).toMatch(/^26\s/);
  });

  it("is said to stand, with as many instances as run", async () => {
    const { status } = (await kube("GET", path)).object;
    expect(status).toMatchObject({ phase: "Cluster in healthy state", readyInstances: 1, writeService: "records-rw" });
    expect(status.phaseReason).toBe("a rehearsal runs one instance of 3");
  });

  it("leaves nothing when the door is closed, and has every record when it is open again", async () => {
    await query(`${insert} ('one', now(), 'linn', 'm', 's', 1, 0, 2, 200)`);
    expect((await checkout.freehold(["door", "ee", "--close"])).code).toBe(0);
    await expect.poll(processes, { timeout: 10_000 }).toEqual([]);
    expect([await recordsOf(home), existsSync(records.socket)]).toEqual([undefined, false]);
    expect((await checkout.freehold(["reconcile", "ee"])).code).toBe(2);
    const before = records;
    await open();
    expect(records).toEqual(before);
    expect(await query("SELECT event_id FROM usage_records WHERE server = 's' ORDER BY time")).toEqual(kept);
  }, 600_000);

  it("is none of an update's business: the next one changes nothing", async () => {
    const { code, stdout, stderr } = await checkout.freehold(["rehearse", "ee", "--json"]);
    expect(code, stderr + stdout).toBe(0);
    expect(Object.keys(JSON.parse(stdout).changes)).toEqual(["same"]);
  }, 600_000);

  it("takes a new parameter by another instance, on the same data", async () => {
    const parameters = { max_connections: "42" };
    expect((await kube("PATCH", path, { spec: { postgresql: { parameters } } })).status).toBe(200);
    const setting = () => query("SHOW max_connections").then(([row]) => row?.max_connections, String);
    await expect.poll(setting, { timeout: 120_000, interval: 500 }).toBe("42");
    expect(await query("SELECT event_id FROM usage_records WHERE server = 's' ORDER BY time")).toEqual(kept);
  });

  it("takes on what the stack adds to its schema", async () => {
    const at = "/api/v1/namespaces/freehold-storage/configmaps/retention";
    const { data } = (await kube("GET", at)).object;
    const added = `${data["records.sql"]}\nCREATE TABLE IF NOT EXISTS added ();\n`;
    expect((await kube("PATCH", at, { data: { "records.sql": added } })).status).toBe(200);
    const owner = () =>
      query("SELECT tableowner FROM pg_tables WHERE tablename = 'added'").then(([row]) => row?.tableowner, String);
    await expect.poll(owner, { timeout: 120_000, interval: 500 }).toBe("records");
  });

  it("goes with its Cluster, and another of that name begins empty, even one that is to be restored", async () => {
    const { metadata, ...rest } = (await kube("GET", path)).object;
    expect((await kube("DELETE", path)).status).toBe(200);
    await expect.poll(() => recordsOf(home), { timeout: 120_000, interval: 500 }).toBeUndefined();
    await expect.poll(processes, { timeout: 120_000, interval: 500 }).toEqual([]);
    const { name, namespace } = metadata;
    const recovery = { source: "origin", database: "records", owner: "records" };
    const spec = { ...rest.spec, bootstrap: { recovery } };
    const again = { apiVersion: rest.apiVersion, kind: rest.kind, metadata: { name, namespace }, spec };
    const made = await call(
      configOf(home.kubeconfig),
      "POST",
      path.replace(/\/[^/]*$/, ""),
      { "content-type": "application/json" },
      JSON.stringify(again),
    );
    expect(made.status).toBe(201);
    uid = JSON.parse(made.body).metadata.uid;
    const count = async () => {
      records = (await recordsOf(home)) ?? records;
      return query("SELECT count(*)::int AS n FROM usage_records WHERE server = 's'").then(([row]) => row?.n, String);
    };
    await expect.poll(count, { timeout: 120_000, interval: 500 }).toBe(0);
    const why = async () => (await kube("GET", path)).object.status?.phaseReason;
    await expect.poll(why, { timeout: 60_000 }).toContain("it begins empty, for a rehearsal has no backups");
  });
});
