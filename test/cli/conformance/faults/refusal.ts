import { answers, html, type Known, refusals, replies } from "../change.ts";
import { error, json } from "../double.ts";

const errorChecks = ["broken-json", "wrong-type", "missing", "unknown-model", "unknown-path", "wrong-method"];
const keyChecks = ["no-key", "wrong-key", "no-key-models", "wrong-key-models"];
const everyError = [
  ...[...errorChecks, ...keyChecks].map((name) => `errors.${name}`),
  ...["models.unknown", "streaming.refusal", "limits.large-body"],
  ...["files", "batches", "fine_tuning-jobs", "vector_stores", "assistants", "images-generations"].map(notOffered),
  ...["audio-speech", "audio-transcriptions", "moderations"].map(notOffered),
];

function notOffered(name: string): string {
  return `notOffered.${name}`;
}

/** Faults of errors, keys and limits. */
export const refusalFaults: Known[] = [
  {
    name: "errors without a type",
    fault: refusals((body) => delete body.error.type),
    found: everyError,
  },
  {
    name: "errors without a code",
    fault: refusals((body) => delete body.error.code),
    found: everyError,
  },
  {
    name: "errors as a bare text in JSON",
    fault: refusals((body, reply) => {
      reply.body = { detail: body.error.message };
    }),
    found: everyError,
  },
  {
    name: "errors as HTML pages",
    fault: refusals((_, { status }) => ({ ...html, status })),
    found: everyError,
  },
  {
    name: "errors without a body",
    fault: refusals((_, reply) => {
      reply.body = "";
    }),
    found: everyError,
  },
  {
    name: "200 for a wrong key",
    fault: { letsIn: ({ key }) => key !== undefined },
    found: ["errors.wrong-key", "errors.wrong-key-models"],
  },
  {
    name: "200 without a key",
    fault: { letsIn: ({ key }) => key !== "freehold-conformance-no-such-key" },
    found: ["errors.no-key", "errors.no-key-models"],
  },
  {
    name: "models that anybody may list",
    fault: { letsIn: ({ key, path }) => path === "models" || key?.startsWith("double-") === true },
    found: ["errors.no-key-models", "errors.wrong-key-models"],
  },
  {
    name: "500 for a body that is no JSON",
    fault: refusals((body, reply) => {
      if (/no JSON/.test(body.error.message)) reply.status = 500;
    }),
    found: ["errors.broken-json"],
  },
  {
    name: "an unknown model that is answered by another",
    fault: {
      reply: (reply, { path, body }) =>
        path === "chat/completions" && reply.status === 404 && !body.stream && !JSON.stringify(body).includes("aaaa")
          ? json({})
          : reply,
    },
    found: ["errors.unknown-model"],
  },
  {
    name: "an HTML page for a large body",
    fault: {
      reply: (reply, { body }) => (JSON.stringify(body).length > 1e6 ? { ...html, status: 413 } : reply),
    },
    found: ["limits.large-body"],
  },
  {
    name: "answers without an x-request-id",
    fault: { reply: (reply) => ({ ...reply, headers: {} }) },
    found: ["limits.request-id"],
  },
  {
    name: "429 that does not say when to come again",
    fault: answers("chat/completions", (_, __, { body }) =>
      body.logprobs ? error(429, "rate_limit_error", "Too many requests.") : undefined,
    ),
    found: ["limits.retry-after"],
  },
  {
    name: "501 as text for files",
    fault: replies(
      (_, { path }) => path === "files",
      () => ({ status: 501, type: "text/plain", headers: { "x-request-id": "double-1" }, body: "unsupported path" }),
    ),
    found: ["notOffered.files"],
  },
];
