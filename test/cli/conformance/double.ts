import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { completionOf, type Spoken, spoken } from "./speech.ts";
import { sendEvents, streamOf } from "./stream.ts";

/** A reply of the double, before it is sent. */
export type Reply = { status: number; type: string; headers: Record<string, string>; body: unknown };

/** What a fault may change: a reply, the events of a stream, or whether a request is let in. */
export type Fault = {
  reply?: (reply: Reply, asked: Request) => Reply;
  events?: (events: string[], asked: Request) => string[];
  stream?: { type?: string; cut?: boolean };
  letsIn?: (asked: Request) => boolean;
  /** A stream that waits for its client, and whose client breaks the next request by leaving. */
  brokenByAbort?: boolean;
};

/** A request as the double understood it. */
export type Request = { method: string; path: string; key: string | undefined; body: Record<string, unknown> };

export const goodKey = "double-key-0123456789";
export const chatModel = "double-chat";
export const embeddingModel = "double-embeddings";

/** A server that speaks the API as it is specified, but for the one fault that it is given. */
export class Double implements AsyncDisposable {
  readonly requests: Request[] = [];
  readonly #fault: Fault;
  readonly #server;
  readonly #scheme: string;
  #broken = false;

  constructor(fault: Fault = {}, tls?: ServerOptions) {
    this.#fault = fault;
    this.#scheme = tls ? "https" : "http";
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response);
    this.#server = tls ? createTlsServer(tls, answer) : createServer(answer);
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/v1`;
  }

  async [Symbol.asyncDispose]() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse) {
    const raw = await text(request);
    const body = parsed(raw);
    const asked: Request = {
      method: request.method!,
      path: request.url!.replace(/^\/v1\//, ""),
      key: request.headers.authorization?.replace(/^Bearer /, ""),
      body: body ?? {},
    };
    this.requests.push(asked);
    if (this.#broken) {
      this.#broken = false;
      return send(response, error(500, "server_error", "broken"));
    }
    const lets = this.#fault.letsIn ?? (({ key }) => key === goodKey);
    const reply = lets(asked)
      ? raw !== "" && body === undefined
        ? error(400, "invalid_request_error", "The body is no JSON.")
        : replyTo(asked)
      : error(401, "authentication_error", `Incorrect API key provided: ${asked.key ?? "none"}.`, "invalid_api_key");
    if (Array.isArray(reply)) return this.#stream(response, reply, asked);
    return send(response, this.#fault.reply?.(reply, asked) ?? reply);
  }

  async #stream(response: ServerResponse, events: string[], asked: Request) {
    const { type = "text/event-stream; charset=utf-8", cut = false } = this.#fault.stream ?? {};
    response.writeHead(200, { "content-type": type, "x-request-id": "stream-1" });
    if (this.#fault.brokenByAbort && JSON.stringify(asked.body).includes("Count from")) {
      response.on("close", () => {
        this.#broken = true;
      });
      response.write(events[0]);
      return;
    }
    await sendEvents(response, this.#fault.events?.(events, asked) ?? events, cut);
  }
}

/** An error as it is specified. */
export function error(status: number, type: string, message: string, code: string | null = null): Reply {
  return json({ error: { message, type, param: null, code } }, status);
}

/** A JSON reply. */
export function json(body: unknown, status = 200): Reply {
  return { status, type: "application/json", headers: { "x-request-id": "double-1" }, body };
}

/** The reply to a request, or the events of a stream. */
function replyTo(asked: Request): Reply | string[] {
  const { method, path, body } = asked;
  const models = [chatModel, embeddingModel].map((id) => ({ id, object: "model", created: 1, owned_by: "double" }));
  if (method === "GET" && path === "models") return json({ object: "list", data: models });
  if (method === "GET" && path.startsWith("models/")) {
    const model = models.find(({ id }) => id === decodeURIComponent(path.slice("models/".length)));
    return model ? json(model) : notFound("model_not_found");
  }
  const allowed = ["chat/completions", "completions", "embeddings", "responses"];
  if (!allowed.includes(path)) return notFound("unknown_url");
  if (method !== "POST") return error(405, "invalid_request_error", "Not allowed to GET.", "method_not_allowed");
  const wanted = path === "embeddings" ? embeddingModel : chatModel;
  if (body.model !== wanted) return notFound("model_not_found");
  if (path === "embeddings") return embed(body);
  if (path === "chat/completions" && !Array.isArray(body.messages))
    return error(400, "invalid_request_error", "messages is to be a list.");
  const said: Spoken = spoken(path, body);
  return body.stream === true ? streamOf(path, said, body) : json(completionOf(path, said, body));
}

function notFound(code: string): Reply {
  return error(404, "invalid_request_error", "There is no such thing.", code);
}

function embed({ input, encoding_format: format }: Record<string, unknown>): Reply {
  const inputs = Array.isArray(input) ? input : [input];
  const numbers = [0.25, -0.5, 1];
  const encoded = Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
  const data = inputs.map((_, index) => ({
    object: "embedding",
    index,
    embedding: format === "base64" ? encoded : numbers,
  }));
  const usage = { prompt_tokens: 4 * inputs.length, total_tokens: 4 * inputs.length };
  return json({ object: "list", model: embeddingModel, data, usage });
}

function send(response: ServerResponse, { status, type, headers, body }: Reply) {
  response.writeHead(status, { ...headers, "content-type": type });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

function parsed(raw: string): Record<string, unknown> | undefined {
  try {
    return raw === "" ? {} : JSON.parse(raw);
  } catch {
    return undefined;
  }
}
