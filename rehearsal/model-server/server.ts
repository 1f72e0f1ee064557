import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { settingsOf } from "./arguments.ts";
import { chat } from "./chat.ts";
import { completions } from "./completions.ts";
import { Context } from "./context.ts";
import { dialect } from "./dialect.ts";
import { embeddings } from "./embeddings.ts";
import { Engine } from "./engine.ts";
import { type Asked, type Host, sendJson } from "./host.ts";
import { misshapen, Refusal } from "./refusal.ts";
import { tokenize } from "./tokenize.ts";

type Look = (host: Host, response: ServerResponse) => void;
type Ask = (asked: Asked) => void | Promise<void>;

/** A model server that was started. */
export type ModelServer = {
  port: number;
  /** Answers what is under way, for as long as `--shutdown-timeout` says, refuses the rest, and ends. */
  stop(): Promise<void>;
};

const looks: Record<string, Look> = {
  "/health": (_, response) => response.end(),
  "/ping": (_, response) => response.end(),
  "/version": (_, response) => sendJson(response, 200, { version: `${dialect}+simulated` }),
  "/v1/models": models,
  "/metrics": ({ engine }, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.end(engine.metricsText());
  },
  // Not the engine's: what this stand-in counted, to be compared with what others did.
  "/rehearsal/requests": ({ engine }, response) => {
    response.setHeader("content-type", "application/jsonl");
    Readable.from(engine.ledger.lines(), { highWaterMark: 256 })
      .on("error", () => response.destroy())
      .pipe(response);
  },
};

const asks = {
  generate: { "/v1/chat/completions": chat, "/v1/completions": completions, "/tokenize": tokenize },
  pooling: { "/v1/embeddings": embeddings, "/tokenize": tokenize },
} satisfies Record<string, Record<string, Ask>>;

/** Starts a model server with the arguments of `vllm serve`; `--port=0` takes a free port. */
export async function modelServer(words: readonly string[]): Promise<ModelServer> {
  const settings = settingsOf(words);
  const host: Host = { settings, engine: new Engine(settings), context: new Context(settings.contextTokens) };
  const mine: Record<string, Ask> = settings.embeds ? asks.pooling : asks.generate;
  let stopping: Promise<void> | undefined;
  let emptied = () => {};

  const server = createServer(async (request, response) => {
    response.setHeader("server", "freehold-rehearsal (simulated)");
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const look = Object.hasOwn(looks, pathname) ? looks[pathname] : undefined;
    const ask = Object.hasOwn(mine, pathname) ? mine[pathname] : undefined;
    const methods = pathname === "/ping" ? ["GET", "POST"] : look ? ["GET"] : ["POST"];
    if (!look && !ask) return sendJson(response, 404, { detail: "Not Found" });
    if (!methods.includes(request.method!)) {
      response.setHeader("allow", methods.join(", "));
      return sendJson(response, 405, { detail: "Method Not Allowed" });
    }
    if (look) return look(host, response);
    try {
      if (stopping) throw new Refusal(503, "Service Unavailable", "The server is shutting down (simulated).");
      await ask!({ host, request, response, body: await bodyOf(request) });
    } catch (error) {
      fail(response, error);
    } finally {
      if (host.engine.busy === 0) emptied();
    }
  });

  await new Promise<void>((resolve, reject) => {
    // Thousands may call at the same moment.
    server.once("error", reject).listen({ port: settings.port, host: settings.host, backlog: 4096 }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      stopping ??= drained();
      return stopping;
    },
  };

  async function drained(): Promise<void> {
    const over = setTimeout(() => {
      host.engine.abortAll();
      server.closeAllConnections();
    }, settings.drainSeconds * 1000);
    if (host.engine.busy > 0) {
      await new Promise<void>((resolve) => {
        emptied = resolve;
      });
    }
    // Connections are kept for a next request, which is not waited for.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    await new Promise((resolve) => server.close(resolve));
    clearInterval(sweep);
    clearTimeout(over);
  }
}

function models({ settings }: Host, response: ServerResponse): void {
  const created = Math.floor(Date.now() / 1000);
  const data = settings.servedNames.map((id) => ({
    id,
    object: "model",
    created,
    owned_by: "vllm",
    root: settings.weights,
    parent: null,
    max_model_len: settings.contextTokens,
    permission: [
      {
        id: `modelperm-simulated-${id}`,
        object: "model_permission",
        created,
        ...{ allow_create_engine: false, allow_sampling: true, allow_logprobs: true, allow_search_indices: false },
        ...{ allow_view: true, allow_fine_tuning: false, organization: "*", group: null, is_blocking: false },
      },
    ],
  }));
  sendJson(response, 200, { object: "list", data });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [type] = (request.headers["content-type"] ?? "").toLowerCase().split(";");
  if (type !== "application/json") {
    throw misshapen("1 validation error: Unsupported Media Type: Only 'application/json' is allowed", null);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw misshapen(`1 validation error: body: JSON decode error: ${(error as Error).message}`, "body");
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw misshapen("1 validation error: body: Input should be a valid dictionary or object", "body");
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (response.headersSent) return void response.destroy();
  if (!(error instanceof Refusal)) console.error(error);
  const refusal = error instanceof Refusal ? error : new Refusal(500, "InternalServerError", (error as Error).message);
  sendJson(response, refusal.status, refusal.body);
}
