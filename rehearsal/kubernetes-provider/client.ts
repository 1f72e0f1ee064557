import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "./kube-object.ts";
import type { Connection } from "./kubeconfig.ts";

/** What the API server said instead of what was asked for. */
export class ApiError extends Error {
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, ... */
  readonly reason: string;
  readonly kind: string | undefined;

  constructor({ code = 0, reason = "", message = "", details }: Status) {
    super(message || `the API server answered ${code} ${reason}`.trim());
    this.code = code;
    this.reason = reason;
    this.kind = details?.kind;
  }
}

type Status = { code?: number; reason?: string; message?: string; details?: { kind?: string } };

/** What happened to a watched object. */
export type WatchEvent = { type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; object: KubeObject };

export type Query = Record<string, string | undefined>;
export type Body = { content: string; type: string };

/** A body of JSON, as most requests have one. */
export const json = (content: unknown, type = "application/json"): Body => ({ content: JSON.stringify(content), type });

const mostRetries = 10;
const silenceMs = 60_000;

/** HTTP towards one API server: requests that answer with JSON, and watches that go on. */
export class Client {
  private readonly connection: Connection;
  private readonly agent: https.Agent | http.Agent;

  constructor(connection: Connection) {
    this.connection = connection;
    this.agent =
      connection.server.protocol === "http:"
        ? new http.Agent({ keepAlive: true })
        : new https.Agent({
            keepAlive: true,
            ca: connection.ca,
            rejectUnauthorized: connection.verify,
            servername: connection.tlsServerName,
            ...connection.certificate,
          });
  }

  /**
   * Asks, and asks again where the server says that it is too busy. Throws an ApiError for what it refuses. No cancellation
   * stops it: of a write that was cut off, nobody would know whether it happened.
   */
  async request<Answer>(
    method: string,
    path: string,
    query: Query = {},
    body?: Body,
    accept?: string,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.send(method, path, query, body, { timeout: silenceMs }, accept);
      const text = await read(response);
      const code = response.statusCode ?? 0;
      const wait = Number(response.headers["retry-after"]);
      if ((code === 429 || (code >= 500 && wait > 0)) && attempt < mostRetries) {
        await sleep((wait || 1) * 1000);
        continue;
      }
      if (code >= 400) throw new ApiError(statusOf(code, text));
      return JSON.parse(text) as Answer;
    }
  }

  /** Follows what happens at a path until the server hangs up or `signal` fires. */
  async *watch(path: string, query: Query, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const response = await this.send("GET", path, { ...query, watch: "true" }, undefined, { signal });
    if ((response.statusCode ?? 0) >= 400) throw new ApiError(statusOf(response.statusCode ?? 0, await read(response)));
    try {
      for await (const line of createInterface({ input: response })) {
        const event = JSON.parse(line) as WatchEvent | { type: "ERROR"; object: Status };
        if (event.type === "ERROR") throw new ApiError(event.object);
        yield event;
      }
    } finally {
      response.destroy();
    }
  }

  private send(
    method: string,
    path: string,
    query: Query,
    body: Body | undefined,
    limit: https.RequestOptions,
    accept = "application/json",
  ) {
    const { server, authorization } = this.connection;
    const url = new URL(server.pathname.replace(/\/$/, "") + path, server);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    const options: https.RequestOptions = {
      method,
      agent: this.agent,
      ...limit,
      headers: {
        accept,
        "user-agent": "freehold-rehearsal",
        ...(authorization && { authorization }),
        ...(body && { "content-type": body.type, "content-length": Buffer.byteLength(body.content) }),
      },
    };
    const once = () =>
      new Promise<http.IncomingMessage>((resolve, reject) => {
        const { request } = url.protocol === "http:" ? http : https;
        const sent = request(url, options, resolve);
        sent.on("error", (error: NodeJS.ErrnoException) => {
          // The server may close an idle connection just as we reuse it; the request never arrived.
          if (sent.reusedSocket && error.code === "ECONNRESET") once().then(resolve, reject);
          else reject(unreachable(url, error));
        });
        sent.on("timeout", () => sent.destroy(new Error(`no answer for ${silenceMs / 1000} s`)));
        sent.end(body?.content);
      });
    return once();
  }
}

async function read(response: http.IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

function statusOf(code: number, text: string): Status {
  try {
    return { code, ...(JSON.parse(text) as Status) };
  } catch {
    return { code, message: text.trim() };
  }
}

function unreachable({ origin }: URL, error: NodeJS.ErrnoException): Error {
  if (error.name === "AbortError") return error;
  return new Error(`the API server at ${origin} cannot be reached: ${error.message || error.code}`, { cause: error });
}
