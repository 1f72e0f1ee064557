import { randomUUID } from "node:crypto";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { Door } from "../../rehearsal/door.ts";
import { type Answer, type Asked, ask, recordOf } from "./caller.ts";

const pairs = {
  linn: await generateKeyPair("RS256"),
  vald: await generateKeyPair("ES256"),
  piir: await generateKeyPair("ES256"),
};
const stranger = await generateKeyPair("RS256");
type Holder = keyof typeof pairs;

const issuerOf = (tenant: string) => `https://id.${tenant}.balti-pilv.example/realms/staff`;
/** The identity provider of a tenant, as the country file has it. */
const provider = async (tenant: Holder, claims = {}) => ({
  issuer: issuerOf(tenant),
  audience: "freehold",
  jwks: { from: "file", keys: [{ ...(await exportJWK(pairs[tenant].publicKey)), kid: tenant, use: "sig" }] },
  claims,
});
const providers = {
  linn: await provider("linn", { scope: "models" }),
  vald: await provider("vald"),
  piir: await provider("piir"),
};
const publicPem = await exportSPKI(pairs.linn.publicKey);

type Said = { claims?: JWTPayload; header?: object; ends?: number | null; key?: CryptoKey | Uint8Array };

/** A token as a tenant's provider issues it, but for what is said. */
function token(tenant: Holder, { claims, header, ends = 300, key = pairs[tenant].privateKey }: Said = {}) {
  const alg = tenant === "linn" ? "RS256" : "ES256";
  const said = { iss: issuerOf(tenant), aud: "freehold", sub: "Anna Tamm", azp: "ledger", scope: "openid models" };
  const made = new SignJWT({ ...said, ...claims }).setProtectedHeader({ alg, kid: tenant, ...header });
  if (ends !== null) made.setExpirationTime(Math.floor(Date.now() / 1000) + ends);
  return made.sign(key);
}

/** Tenants of a country file, of which two have an identity provider, and a third who has few requests. */
export function withTokens<Tenants extends Record<"linn" | "vald", object>>(tenants: Tenants) {
  return {
    ...tenants,
    linn: { ...tenants.linn, oidc: providers.linn },
    vald: { ...tenants.vald, oidc: providers.vald },
    piir: { models: ["salamandra"], requestsPerMinute: 5, oidc: providers.piir },
  };
}

/** What tokens do at the live door of such a country, and what they do not. */
export function takesTokens(door: () => Door): void {
  const chats = "/v1/chat/completions";
  const chat = (rest: object = {}) => ({
    model: "salamandra",
    messages: [{ role: "user", content: `${randomUUID()} is a question that nobody has asked before, in many words` }],
    max_tokens: 5,
    ...rest,
  });
  const asked = (key: string, rest: Asked = {}) => ask(door(), chats, { body: chat(), key, ...rest });

  const throughDoor: typeof fetch = async (url, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers));
    const { pathname } = new URL(String(url));
    const body = init?.body === undefined ? {} : { body: String(init.body) };
    const answer = await ask(door(), pathname, { key: null, headers, ...body });
    return new Response(answer.text, { status: answer.status, headers: answer.headers });
  };

  describe("takes tokens of a tenant's own identity provider", () => {
    it("for chats and streams, and records the client that they were issued to, or no name where it is none", async () => {
      const forged = { "x-freehold-tenant": "vald", "x-freehold-key": "boss" };
      const names = ["ledger", 'a","tenant":"vald', "a".repeat(101), undefined, 7];
      const answers = await Promise.all(
        names.map(async (azp, index) =>
          asked(await token("linn", { claims: { azp } }), { body: chat({ stream: index < 2 }), headers: forged }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
      const records = await Promise.all(answers.map((answer) => recordOf(door(), answer)));
      for (const record of records) expect(record).toMatchObject({ tenant: "linn", out: 5, counted: "gateway" });
      expect(records.map(({ key }) => key)).toEqual(["oidc:ledger", "oidc", "oidc", "oidc", "oidc"]);
    });

    it("for lists, as its keys", async () => {
      const key = await token("linn");
      const byKey = await ask(door(), "/v1/models");
      expect((await ask(door(), "/v1/models", { key })).body).toEqual(byKey.body);
      expect((await ask(door(), "/v1/models/vectors", { key })).body).toEqual(byKey.body.data[1]);
    });

    it("from OpenAI's client, in the place of a key", async () => {
      const { baseUrl: baseURL } = door().tenants.linn!;
      const client = new OpenAI({ apiKey: await token("linn"), baseURL, fetch: throughDoor });
      const { choices } = await client.chat.completions.create(chat() as never);
      expect(choices[0]!.message.content).toContain("This answer");
      const late = new OpenAI({ apiKey: await token("linn", { ends: -120 }), baseURL, fetch: throughDoor });
      await expect(late.models.list()).rejects.toThrow(/401 This token has expired./);
    });

    it("with what is asked for in a list", async () => {
      const key = await token("linn", { claims: { scope: ["a", "models"] } });
      expect((await asked(key)).status).toBe(200);
    });

    it("into the cache that the tenant's keys have, and no other's", async () => {
      const cachedOf = async (rest: Asked) =>
        (await ask(door(), chats, { body, ...rest })).body.usage.prompt_tokens_details.cached_tokens;
      const body = chat();
      expect(await cachedOf({})).toBe(0);
      expect(await cachedOf({ key: await token("linn") })).toBeGreaterThan(0);
      expect(await cachedOf({ tenant: "vald", key: await token("vald") })).toBe(0);
    });

    it("within the limits that the tenant's keys have", async () => {
      const keys = [await token("piir"), door().tenants.piir!.key];
      const answers: Answer[] = [];
      for (let tries = 0; tries < 30; tries++) {
        answers.push(await asked(keys[tries % 2]!, { tenant: "piir" }));
      }
      const refused = (which: number) => answers.filter(({ status }, index) => index % 2 === which && status === 429);
      expect([refused(0).length > 0, refused(1).length > 0]).toEqual([true, true]);
      // A minute may have ended meanwhile.
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(10);
    });
  });

  const at = (host: string): Asked => ({ host: `${host}.ai.balti-pilv.example` });
  const long = 4_000_000_000;
  it.each<[string, number, () => Promise<string>, Asked?]>([
    ["that has expired", 401, () => token("linn", { ends: -120 })],
    ["without an end", 401, () => token("linn", { ends: null })],
    ["that is not good yet", 401, () => token("linn", { claims: { nbf: long } })],
    ["for another audience", 403, () => token("linn", { claims: { aud: "payments" } })],
    ["for no audience", 403, () => token("linn", { claims: { aud: undefined } })],
    ["of another issuer", 401, () => token("linn", { claims: { iss: issuerOf("kool") } })],
    ["of an issuer that is spelt alike", 401, () => token("linn", { claims: { iss: `${issuerOf("linn")}/` } })],
    ["of no issuer", 401, () => token("linn", { claims: { iss: undefined } })],
    ["without a claim that is asked for", 403, () => token("linn", { claims: { scope: undefined } })],
    ["with another value of it", 403, () => token("linn", { claims: { scope: "openid models2" } })],
    [
      "that nobody signed",
      401,
      async () => new UnsecuredJWT({ iss: issuerOf("linn"), aud: "freehold", exp: long, scope: "models" }).encode(),
    ],
    [
      "signed with the public key for a secret",
      401,
      () => token("linn", { header: { alg: "HS256" }, key: Buffer.from(publicPem) }),
    ],
    ["signed by a stranger", 401, () => token("linn", { key: stranger.privateKey })],
    [
      "that brings its own key",
      401,
      async () => token("linn", { key: stranger.privateKey, header: { jwk: await exportJWK(stranger.publicKey) } }),
    ],
    ["of a key that nobody knows", 401, () => token("linn", { header: { kid: "other" } })],
    [
      "whose content was changed",
      401,
      async () =>
        (await token("linn")).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ iss: issuerOf("linn"), aud: "freehold", exp: long, scope: "models" })).toString("base64url")}.`,
        ),
    ],
    ["whose signature was cut off", 401, async () => (await token("linn")).replace(/[^.]+$/, "")],
    ["that is none", 401, async () => "a.b.c"],
    ["of another tenant's provider", 401, () => token("vald")],
    [
      "of another tenant's provider, with this one's issuer",
      401,
      () => token("vald", { claims: { iss: issuerOf("linn") }, header: { kid: "linn" } }),
    ],
    ["at another tenant's host", 401, () => token("linn"), at("vald")],
    ["at the host of a tenant without a provider", 401, () => token("linn"), at("kool")],
    ["at its own host below another's", 401, () => token("linn"), at("linn.vald")],
    ["twice", 401, async () => `${await token("linn")},Bearer ${await token("linn")}`],
    ["beside a key", 401, async () => `${door().tenants.linn!.key} ${await token("linn")}`],
    ["for a model that the tenant may not use", 403, () => token("linn"), { body: chat({ model: "gpt-4" }) }],
  ])("refuses a token %s", async (_, status, made, rest) => {
    const { body, text, ...answer } = await asked(await made(), rest);
    expect(answer.status, text).toBe(status);
    expect(body.error).toMatchObject({ message: expect.any(String), code: expect.any(String) });
  });

  it("takes a token from nowhere but its header", async () => {
    const one = await token("linn");
    for (const headers of [
      { cookie: `access_token=${one}` },
      { "x-api-key": one },
      { authorization: `Basic ${one}` },
    ]) {
      const { status } = await ask(door(), `/v1/models?access_token=${one}`, { key: null, headers: headers as never });
      expect(status).toBe(401);
    }
  });

  it.each([
    "/v1//models",
    "/v1/./models",
    "/v1/%6dodels",
    "/v1/models/",
    "//v1/models",
    "/v1/models?x=/v1/chat/completions",
  ])("tells nobody by way of %s what models others have", async (path) => {
    const { text } = await ask(door(), path, { tenant: "vald", key: await token("vald") });
    expect(text).not.toMatch(/vectors|Envoy AI Gateway/);
  });
}
