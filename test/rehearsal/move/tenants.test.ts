import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createProxy, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeAuthority } from "../../../rehearsal/certificate.ts";
import type { Door } from "../../../rehearsal/door.ts";
import { Tenants } from "../../../rehearsal/move/tenants.ts";

const host = "kanton.ai.alpen-ai.example";
const key = "fh-kanton";
const country = { models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509" } } } as unknown as Parameters<
  typeof newTenants
>[1];
const usage = { prompt_tokens: 5, completion_tokens: 3 };

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-move-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

type Answer = { status?: number; text: string };
const chat: Answer = { text: JSON.stringify({ usage }) };
const whole: Answer = { text: `data: {"choices":[]}\n\ndata: ${JSON.stringify({ usage })}\n\ndata: [DONE]\n\n` };
const unavailable: Answer = { status: 503, text: "no healthy upstream" };

/** A door with a certificate, a key and a list of models, which answers what it is told to. */
async function door(name: string, answers: { models?: string[]; chat?: Answer; stream?: Answer } = {}): Promise<Door> {
  const authority = makeAuthority(name);
  const { certificate, key: privateKey } = authority.certify(host);
  const server = createServer({ cert: certificate, key: privateKey }, async (request, response) => {
    const body = await request.setEncoding("utf8").toArray();
    const list: Answer = { text: JSON.stringify({ data: (answers.models ?? ["apertus"]).map((id) => ({ id })) }) };
    const said = !body.length ? list : String(body).includes('"stream":true') ? answers.stream : answers.chat;
    const { status = 200, text } =
      request.headers.authorization === `Bearer ${key}` ? (said ?? chat) : { status: 401, text: "" };
    response.writeHead(status).end(text);
  });
  const proxy = createProxy();
  proxy.on("connect", (_, socket, head) => {
    const inside = connect((server.address() as AddressInfo).port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      inside.write(head);
      inside.pipe(socket).pipe(inside);
    });
    inside.on("error", () => socket.destroy());
    socket.on("error", () => inside.destroy());
  });
  for (const each of [server, proxy]) {
    each.listen(0, "127.0.0.1");
    await once(each, "listening");
    servers.push(each);
  }
  const root = join(folder, `${name}.pem`);
  writeFileSync(root, authority.certificate);
  const tenants = { kanton: { baseUrl: `https://${host}/v1`, key, models: ["apertus"] } };
  return { proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, root, tenants };
}

function newTenants(at: Door, of: ConstructorParameters<typeof Tenants>[2]): Tenants {
  return new Tenants(at.proxy, at, of);
}

describe("tenants of a move", () => {
  it("are told answers and tokens, which are counted as they are told", async () => {
    const tenants = newTenants(await door("cloud"), country);
    tenants.begin();
    await tenants.onceMore();
    await tenants.leave();
    expect(tenants.refused).toEqual([]);
    expect(tenants.told).toEqual({ answers: tenants.asked, tokens: { kanton: 8 * tenants.asked } });
  });

  it("keep every request that was refused, with why", async () => {
    const tenants = newTenants(await door("cloud", { chat: unavailable }), country);
    tenants.begin();
    await tenants.onceMore();
    await tenants.leave();
    expect(tenants.told.answers).toBe(0);
    expect(tenants.refused[0]).toMatchObject({ tenant: "kanton", status: 503, why: "no healthy upstream" });
    expect(tenants.refused).toHaveLength(tenants.asked);
  });

  it("do not believe a door whose root they were not handed", async () => {
    const [cloud, hall] = [await door("cloud"), await door("hall")];
    const led = { ...hall, root: cloud.root };
    const tenants = newTenants(led, country);
    await expect(tenants.lists()).rejects.toThrow(/answered with 0.*(certificate|signature)/);
    tenants.trust(hall.root);
    await expect(tenants.lists()).resolves.toEqual([
      { name: "kanton", baseUrl: `https://${host}/v1`, models: ["apertus"] },
    ]);
  });

  it.each([
    ["other models", { models: ["llama"] }, /told of other models[\s\S]*found {4}llama[\s\S]*allowed {2}apertus/],
    ["no answer", { chat: unavailable }, /The hall answered kanton with 503/],
  ])("stop a move into a hall that has %s for them", async (_, answers, said) => {
    const tenants = newTenants(await door("cloud"), country);
    await expect(tenants.askAt(await door("hall", answers))).rejects.toThrow(said);
  });

  it("see whether a stream ends whole", async () => {
    const tenants = newTenants(await door("cloud", { stream: whole }), country);
    await expect(tenants.stream()).resolves.toMatch(/ended there, whole/);
    expect(tenants.told).toEqual({ answers: 1, tokens: { kanton: 8 } });
    const cut = newTenants(
      await door("other", { stream: { text: whole.text.replace("data: [DONE]\n\n", "") } }),
      country,
    );
    await expect(cut.stream()).rejects.toThrow("A stream that began in the cloud broke off.");
  });
});
