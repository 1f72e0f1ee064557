import { readdirSync, readFileSync } from "node:fs";
import { kill } from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Budget } from "../../components/ledger/programs/budget.ts";
import type { Door } from "../../rehearsal/door.ts";
import { type Answer, ask } from "./caller.ts";
import type { Checkout } from "./checkout.ts";

type Kube = (
  method: string,
  at: string,
  body?: object,
  headers?: Record<string, string>,
  // biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes.
) => Promise<{ status: number; object: any }>;

/** A standing rehearsal with its door, and a real database that can be held still. */
export type Standing = {
  checkout: Checkout;
  door(): Door;
  kube: Kube;
  /** Processes of the database. */
  processes(): number[];
};

/** What is added to the country file: one tenant with replicas of its own and a small budget, one with none. */
export const budgetTenants =
  "saar: { profile: health, models: [salamandra], tokensPerMinute: 10000, budget: { tokensPerMonth: 250 } }\n    hiiu: {}";

const chats = "/v1/chat/completions";
const told = "/api/v1/namespaces/freehold-gateway/configmaps/budgets";
const routes = "/apis/gateway.networking.k8s.io/v1/namespaces/freehold-gateway/httproutes";
const messages = [{ role: "user", content: "Tell me of it" }];
const chat = (rest: object = {}) => ({ model: "salamandra", messages, max_tokens: 5, ...rest });
/** Chunks are some 400 characters; more than 250 of them are received before the client leaves. */
const dropped = { stream: true, max_tokens: 4000, vllm_xargs: { rehearsal_tokens: 4000, rehearsal_token_ms: 2 } };
const leaveAfter = 200_000;

/** Tests of the budgets of a month, in the real Envoy, by the real keeper, from the real database. */
export function holdsBudgets({ checkout, door, kube, processes }: Standing): void {
  const asks = (tenant: string, rest: object = {}): Promise<Answer> => ask(door(), chats, { tenant, body: chat(rest) });
  const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
  const until = async (tenant: string, status: number, withinMs: number): Promise<Answer> => {
    for (const giveUp = performance.now() + withinMs; performance.now() < giveUp; await wait(100)) {
      const answer = await asks(tenant);
      if (answer.status === status) return answer;
    }
    throw new Error(`${tenant} was not answered ${status} within ${withinMs} ms`);
  };
  const allow = async (tenant: string, change: Partial<Budget>) => {
    const order = JSON.parse((await kube("GET", told)).object.data["budgets.json"]);
    Object.assign(order.budgets[tenant], change);
    expect((await kube("PATCH", told, { data: { "budgets.json": JSON.stringify(order) } })).status).toBe(200);
  };

  describe("a month's budget", () => {
    beforeAll(async () => {
      // Until its first round with the ledger's answer, the keeper leaves everybody as they are.
      await until("saar", 200, 60_000);
      const { status, text } = await ask(door(), chats, { tenant: "saar", body: chat(dropped), leaveAfter });
      expect([status, text.length > leaveAfter]).toEqual([200, true]);
      const since = performance.now();
      await until("saar", 429, 60_000);
      console.info(
        `a dropped stream that spent the budget was charged, and the tenant closed, after ${seconds(since)} s`,
      );
    }, 150_000);

    it("that is spent is told as OpenAI does, on every path of a tenant with its own replicas", async () => {
      for (const path of [chats, "/v1/completions", "/v1/embeddings"]) {
        const { status, body, headers } = await ask(door(), path, { tenant: "saar", body: chat({ prompt: "a" }) });
        expect([path, status]).toEqual([path, 429]);
        expect(body.error).toMatchObject({ type: "insufficient_quota", param: null, code: "insufficient_quota" });
        expect(body.error.message).toMatch(/renews at \d{4}-\d\d-01T00:00:00\+0[23]:00/);
        expect(headers["x-should-retry"]).toBe("false");
        expect(Date.parse(headers["retry-after"]!)).toBeGreaterThan(Date.now());
      }
    });

    it("comes after key, host and permission, and leaves the list of models", async () => {
      const own = { tenant: "saar", body: chat() };
      expect((await ask(door(), chats, { ...own, key: "fh-wrong" })).status).toBe(401);
      expect((await ask(door(), chats, { ...own, key: door().tenants.hiiu!.key })).status).toBe(403);
      expect((await ask(door(), chats, { tenant: "saar", body: chat({ model: "another" }) })).status).toBe(403);
      const forged = { "x-freehold-tenant": "saar" };
      expect((await ask(door(), chats, { tenant: "hiiu", body: chat(), headers: forged })).status).toBe(200);
      const list = await ask(door(), "/v1/models", { tenant: "saar" });
      expect([list.status, list.body.data[0].id]).toEqual([200, "salamandra"]);
    });

    it("touches nobody else", async () => {
      for (const tenant of ["linn", "hiiu"]) expect((await asks(tenant)).status).toBe(200);
    });

    it("makes OpenAI's own client give up at once", async () => {
      const program = `import OpenAI from "openai";
        let requests = 0;
        const counted = (...asked) => { requests++; return fetch(...asked) };
        try { await new OpenAI({ fetch: counted }).chat.completions.create({ model: "salamandra", messages: [{ role: "user", content: "a" }] }) }
        catch (error) { console.log(JSON.stringify([error.constructor.name, error.code, requests])) }`;
      const line = `eval "$(npx --no-install freehold door ee --env saar)"; node --input-type=module -e '${program}'`;
      const { stdout, stderr } = await checkout.shell(line);
      expect(JSON.parse(stdout || "null"), stderr).toEqual(["RateLimitError", "insufficient_quota", 1]);
    }, 60_000);

    it("is kept by somebody who may refuse tenants and do nothing else", async () => {
      const as = { "impersonate-user": "system:serviceaccount:freehold-gateway:budgets" };
      const apply = { ...as, "content-type": "application/apply-patch+yaml" };
      const put = (name: string, spec: object, at = routes, kind = "gateway.networking.k8s.io/v1 HTTPRoute") => {
        const [apiVersion, of] = kind.split(" ");
        const query = `${at}/${name}?fieldManager=test&dryRun=All`;
        return kube("PATCH", query, { apiVersion, kind: of, metadata: { name }, spec }, apply);
      };
      const extensionRef = { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name: "spent-a" };
      const rules = [{ filters: [{ type: "ExtensionRef", extensionRef }] }];
      const parentRefs = [{ name: "ai" }];
      expect((await put("spent-a", { parentRefs, rules })).status).toBe(201);
      const refused = async (asked: ReturnType<typeof put>, why: string) => {
        const { status, object } = await asked;
        expect([status, object.message]).toEqual([
          expect.toSatisfy((code) => code === 403 || code === 422),
          expect.stringContaining(why),
        ]);
      };
      await refused(put("list-a", { parentRefs, rules }), "touches what is named spent-*");
      const away = [{ backendRefs: [{ name: "elsewhere", port: 80 }] }];
      await refused(put("spent-a", { parentRefs, rules: away }), "lead nowhere");
      const filters = "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/freehold-gateway/httproutefilters";
      const filter = (spec: object) => put("spent-a", spec, filters, "gateway.envoyproxy.io/v1alpha1 HTTPRouteFilter");
      await refused(filter({ directResponse: { statusCode: 200 } }), "answers with 429 or 503");
      expect((await filter({ directResponse: { statusCode: 429 } })).status).toBe(201);
      await refused(kube("DELETE", `${routes}/list-none?dryRun=All`, undefined, as), "touches what is named spent-*");
      const secrets = "/api/v1/namespaces/freehold-gateway/secrets/tenant-keys";
      await refused(kube("GET", secrets, undefined, as), "cannot get resource");
      await refused(
        kube("GET", "/api/v1/namespaces/freehold-gateway/configmaps", undefined, as),
        "cannot list resource",
      );
    });

    it("that is raised opens the door within seconds, and another's stays as it is", async () => {
      await allow("saar", { tokensPerMonth: 8000 });
      const since = performance.now();
      await until("saar", 200, 30_000);
      console.info(`a larger budget was live ${seconds(since)} s after it was told`);
      expect(
        (await kube("GET", routes)).object.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
      ).not.toContainEqual(expect.stringMatching(/^spent-/));
    }, 60_000);

    describe("of which the ledger says nothing any more", () => {
      afterAll(() => {
        for (const pid of withChildren(processes())) kill(pid, "SIGCONT");
      });

      it("closes when it could have been spent, not before, and opens when the ledger answers", async () => {
        // 10,000 a minute spend what is left of 8,000 within the first.
        for (const pid of withChildren(processes())) kill(pid, "SIGSTOP");
        const since = performance.now();
        while (performance.now() - since < 20_000) {
          expect((await asks("saar")).status).toBe(200);
          await wait(2000);
        }
        const { body, headers } = await until("saar", 503, 60_000);
        console.info(`a ledger that hangs closed a tenant after ${seconds(since)} s`);
        expect(body.error).toMatchObject({ type: "server_error", code: "budget_unknown" });
        expect(headers["retry-after"]).toBe("30");
        expect((await asks("hiiu")).status).toBe(200);
        for (const pid of withChildren(processes())) kill(pid, "SIGCONT");
        const again = performance.now();
        await until("saar", 200, 60_000);
        console.info(`it was open ${seconds(again)} s after the ledger went on`);
      }, 180_000);
    });

    it("that leaves the country file takes along what closed the door", async () => {
      await allow("saar", { tokensPerMonth: 1 });
      await until("saar", 429, 30_000);
      const { object } = await kube("GET", told);
      const owners = (await kube("GET", routes)).object.items
        .filter(({ metadata }: { metadata: { name: string } }) => metadata.name.startsWith("spent-"))
        .map(({ metadata }: { metadata: { ownerReferences: object[] } }) => metadata.ownerReferences);
      expect(owners).toEqual([[{ apiVersion: "v1", kind: "ConfigMap", name: "budgets", uid: object.metadata.uid }]]);
      await allow("saar", { tokensPerMonth: 100_000 });
      await until("saar", 200, 30_000);
    }, 90_000);
  });
}

/** Processes with all that they started: Postgres' own have names of their own. */
function withChildren(pids: readonly number[]): number[] {
  const parents = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid): [number, number][] => {
      try {
        return [[pid, Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1])]];
      } catch {
        return [];
      }
    });
  const found = new Set(pids);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}
