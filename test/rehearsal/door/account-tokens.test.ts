import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeAuthority } from "../../../rehearsal/certificate.ts";
import { AccountTokens } from "../../../rehearsal/door/account-tokens.ts";

const authority = makeAuthority("api");
const { certificate: cert, key } = authority.certify("127.0.0.1");
let server: Server;
let config: KubeConfig;
let asked: { path: string; spec: object }[];
/** What the API server answers next: a status, and how long the token lives. */
let answers: { status: number; livesMs: number }[];
beforeEach(async () => {
  asked = [];
  answers = [{ status: 201, livesMs: 3_600_000 }];
  server = createServer({ cert, key }, async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    asked.push({ path: request.url!, spec: JSON.parse(text).spec });
    const { status, livesMs } = answers.length > 1 ? answers.shift()! : answers[0]!;
    response.statusCode = status;
    const expirationTimestamp = new Date(Date.now() + livesMs).toISOString();
    response.end(
      status === 201
        ? JSON.stringify({ status: { token: `token-${asked.length}`, expirationTimestamp } })
        : JSON.stringify({ message: "no" }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  const caData = Buffer.from(authority.certificate).toString("base64");
  config.loadFromClusterAndUser(
    { name: "c", server: `https://127.0.0.1:${port}`, caData, skipTLSVerify: false },
    { name: "u" },
  );
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const bearer = { namespace: "gateway", account: "budgets", pod: "budgets-1", uid: "u-1" };

it("asks once for a token that is bound to the pod, and has it when it is there", async () => {
  const there = Promise.withResolvers<void>();
  const tokens = new AccountTokens(config, () => true, there.resolve);
  expect([tokens.of(bearer, 3607, undefined), tokens.of(bearer, 3607, undefined)]).toEqual([undefined, undefined]);
  await there.promise;
  expect(tokens.of(bearer, 3607, undefined)).toBe("token-1");
  expect(asked).toEqual([
    {
      path: "/api/v1/namespaces/gateway/serviceaccounts/budgets/token",
      spec: {
        expirationSeconds: 3607,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "budgets-1", uid: "u-1" },
      },
    },
  ]);
});

it("renews a token before it ends, for as long as its pod is there", async () => {
  answers = [{ status: 201, livesMs: 100 }];
  let isThere = true;
  const tokens = new AccountTokens(
    config,
    () => isThere,
    () => {},
  );
  tokens.of(bearer, 3607, "vault");
  await expect.poll(() => tokens.of(bearer, 3607, "vault"), { timeout: 10_000 }).toBe("token-3");
  expect(asked[0]!.spec).toMatchObject({ audiences: ["vault"] });
  isThere = false;
  // What was asked last is still answered; then it is forgotten.
  await expect.poll(() => tokens.of(bearer, 3607, "vault"), { timeout: 10_000 }).toBeUndefined();
});

it("asks again where the API server refuses it", async () => {
  answers = [
    { status: 403, livesMs: 0 },
    { status: 201, livesMs: 3_600_000 },
  ];
  const tokens = new AccountTokens(
    config,
    () => true,
    () => {},
  );
  expect(tokens.of(bearer, 3607, undefined)).toBeUndefined();
  await expect.poll(() => tokens.of(bearer, 3607, undefined), { timeout: 10_000 }).toBe("token-2");
});
