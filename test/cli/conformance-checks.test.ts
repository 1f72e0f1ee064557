import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { Client } from "../../cli/conformance/client.ts";
import { clientFamilies } from "../../cli/conformance/clients.ts";
import { discover } from "../../cli/conformance/discover.ts";
import { Endpoint } from "../../cli/conformance/endpoint.ts";
import { features } from "../../cli/conformance/features.ts";
import { type Matrix, matrix } from "../../cli/conformance/matrix.ts";
import { ProgressLines } from "../../cli/progress.ts";
import { chatModel, Double, embeddingModel, error, type Fault, goodKey, json } from "./conformance/double.ts";
import { knownFaults } from "./conformance/faults.ts";

const nobody = new ProgressLines(new Writable({ write: (_, __, done) => done() }) as unknown as NodeJS.WriteStream);

async function looked(fault: Fault = {}, { strict = false, key = goodKey as string | null, named = true } = {}) {
  await using double = await new Double(fault).listen();
  const given = key === null ? undefined : { value: key, from: "argument" };
  const endpoint = new Endpoint({ url: new URL(double.url), key: given, timeoutSeconds: 20, ca: undefined });
  const client = new Client(endpoint, await discover(endpoint, named ? { model: chatModel, embeddingModel } : {}));
  return await matrix(client, features, { strict, lines: nobody });
}

const ids = ({ checks }: Matrix, ...verdicts: string[]) =>
  checks.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
const result = ({ checks }: Matrix, id: string) => checks.find((check) => check.id === id)!;

describe("an endpoint without a fault", () => {
  it("passes every check, and says clearly what it has not", async () => {
    const found = await looked({}, { strict: true });
    expect(ids(found, "fail")).toEqual([]);
    expect(ids(found, "unclear")).toEqual(["limits.retry-after"]);
    expect(ids(found, "absent").every((id) => id.startsWith("notOffered."))).toBe(true);
    expect(found.checks.flatMap(({ notes }) => notes)).toEqual([]);
    expect(found.passed).toBe(true);
  });

  it("is asked by the models that answer, where none are named", async () => {
    const { models } = await looked({}, { named: false });
    expect(models).toEqual({ chat: chatModel, embedding: embeddingModel });
  });

  it("holds what each family of clients depends on", async () => {
    const { clients } = await looked();
    expect(clients.families.map(({ fails }) => fails)).toEqual([[], [], [], []]);
  });
});

describe("an endpoint with one fault", () => {
  it.each(knownFaults.map((known) => [known.name, known] as const))("%s", async (_, { fault, found }) => {
    const seen = await looked(fault);
    expect(ids(seen, "fail").toSorted()).toEqual(found.toSorted());
    for (const id of found) expect(result(seen, id).found).not.toBe("");
    const needed = found.some((id) => result(seen, id).need !== "optional");
    expect(seen.passed).toBe(!needed && ids(seen, "unclear").every((id) => result(seen, id).need === "optional"));
  });

  it("is said at its JSON path", async () => {
    const seen = await looked({
      reply: (reply, { path }) =>
        path === "chat/completions" && reply.status === 200
          ? json({
              ...(reply.body as object),
              choices: [{ index: 0, finish_reason: "stop", message: { content: "" } }],
            })
          : reply,
    });
    expect(result(seen, "chat.answer").found).toBe('$.choices[0].message.role: "assistant" was to come, found nothing');
  });
});

describe("what is not as specified but harms no client", () => {
  const numbered: Fault = {
    reply: (reply) => {
      if (reply.status < 400) return reply;
      const { error: said } = reply.body as { error: object };
      return { ...reply, body: { error: { ...said, code: reply.status } } };
    },
  };

  it("passes with a note", async () => {
    const seen = await looked(numbered);
    expect(result(seen, "errors.unknown-path")).toMatchObject({
      verdict: "pass",
      notes: ["$.error.code is a number; a string or null is specified"],
    });
    expect(seen.passed).toBe(true);
  });

  it("fails when it is looked at strictly", async () => {
    expect((await looked(numbered, { strict: true })).passed).toBe(false);
  });

  it("takes 403 for an unknown model, as gateways say it", async () => {
    const seen = await looked({
      reply: (reply, { body }) =>
        reply.status === 404 && body.model ? error(403, "permission_error", "not for this key") : reply,
    });
    expect(result(seen, "errors.unknown-model")).toMatchObject({
      verdict: "pass",
      notes: ["403 came instead of 404"],
    });
  });

  it("notes a usage that comes unasked in a stream", async () => {
    const seen = await looked({
      events: (events, { path }) =>
        path === "chat/completions"
          ? events.map((event) =>
              event.replace(
                '"choices":[{',
                '"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2},"choices":[{',
              ),
            )
          : events,
    });
    expect(result(seen, "streaming.usage-unasked")).toMatchObject({
      verdict: "pass",
      notes: ["usage came unasked; clients ignore it"],
    });
  });
});

describe("what an endpoint does not offer", () => {
  const without = (path: string): Fault => ({
    reply: (reply, asked) => (asked.path === path ? error(404, "invalid_request_error", "Unknown URL.") : reply),
  });

  it("is absent, and no fault", async () => {
    const seen = await looked(without("responses"));
    expect(ids(seen, "absent")).toContain("responses.answer");
    expect(seen.passed).toBe(true);
    expect(seen.clients.families[0]!.absent).toContain("responses.answer");
  });

  it("is a fault where every client needs it", async () => {
    const seen = await looked(without("chat/completions"));
    expect(result(seen, "chat.answer").verdict).toBe("absent");
    expect(seen.passed).toBe(false);
  });

  it("may be embeddings, when every model refuses them clearly", async () => {
    const seen = await looked(without("embeddings"), { named: false });
    expect(result(seen, "embeddings.answer")).toMatchObject({ verdict: "absent" });
    expect(seen.passed).toBe(true);
  });

  it("is unclear when the refusal is", async () => {
    const broken: Fault = {
      reply: (reply, { path }) => (path === "embeddings" ? { ...reply, status: 500, body: "oops" } : reply),
    };
    const seen = await looked(broken, { named: false });
    expect(result(seen, "embeddings.answer").verdict).toBe("unclear");
    expect(seen.passed).toBe(false);
  });

  it("may be keys, where none was given", async () => {
    const seen = await looked({ letsIn: () => true }, { key: null });
    expect(ids(seen, "absent")).toContain("errors.no-key");
    expect(seen.passed).toBe(true);
  });
});

describe("a key", () => {
  it("is in no result, not even in part, though the endpoint repeats it", async () => {
    const key = "double-k7Qx29vLmZ4tR8";
    const masked = `${key.slice(0, 12)}****${key.slice(-4)}`;
    const seen = await looked(
      {
        letsIn: (asked) => asked.key === key,
        reply: (reply) => (reply.status < 400 ? reply : error(500, "server_error", `Bad key ${key} (${masked})`)),
      },
      { key },
    );
    const printed = JSON.stringify(seen);
    expect(printed).toContain("Bad key …");
    for (const part of ["k7Qx", "tR8", "vLmZ"]) expect(printed).not.toContain(part);
  });
});

describe("the families of clients", () => {
  const known = features.flatMap(({ checks }) => checks.map(({ id }) => id));

  it("depend on checks that there are, each once", () => {
    for (const { dependsOn } of clientFamilies) {
      expect(dependsOn.filter((id) => !known.includes(id))).toEqual([]);
      expect(new Set(dependsOn).size).toBe(dependsOn.length);
    }
  });

  it("say which of them does not hold", async () => {
    const seen = await looked(knownFaults.find(({ name }) => name === "streamed calls without an index")!.fault);
    expect(seen.clients.families.map(({ fails }) => fails)).toEqual(Array(4).fill(["tools.stream"]));
  });
});

it("names each check once, by its feature", () => {
  const all = features.flatMap(({ name, checks }) => checks.map(({ id }) => ({ name, id })));
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.filter(({ name, id }) => !id.startsWith(`${name}.`))).toEqual([]);
});
