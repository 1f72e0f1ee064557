import http, { type IncomingHttpHeaders } from "node:http";
import https from "node:https";
import { Unreached } from "./unreached.ts";

/** One request; `raw` is a body that is sent as it is, `key: null` sends none. */
export type Asked = {
  path: string;
  method?: "GET" | "POST";
  body?: unknown;
  raw?: string;
  key?: string | null;
  /** Hangs up as soon as what has come so far is enough. */
  until?: (text: string) => boolean;
};

/** What came back, whole; `json` is undefined where the body is none. */
export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  contentType: string;
  bytes: Buffer;
  text: string;
  json: unknown;
};

/** A key, and where it came from. */
export type Key = { value: string; from: string };

type Place = { url: URL; key: Key | undefined; timeoutSeconds: number; ca: string[] | undefined };

const mostBytes = 16 * 1024 * 1024;

/**
 * An endpoint as a plain HTTP client sees it: no redirects are followed, nothing is repeated, and what HTTPS_PROXY, HTTP_PROXY
 * and NO_PROXY say is done.
 */
export class Endpoint {
  readonly url: URL;
  /** The URL as SDKs take it, without a slash at its end. */
  readonly base: string;
  readonly key: Key | undefined;
  /** Every answer so far, for what can only be observed. */
  readonly seen: Pick<Answer, "status" | "headers">[] = [];
  readonly #agent: http.Agent;
  readonly #timeoutSeconds: number;

  constructor({ url, key, timeoutSeconds, ca }: Place) {
    this.url = url;
    this.base = url.href.replace(/\/+$/, "");
    this.key = key;
    this.#timeoutSeconds = timeoutSeconds;
    // A connection for each request: what one does to its connection is not blamed on the next.
    const options = { keepAlive: false, proxyEnv: process.env };
    this.#agent = url.protocol === "https:" ? new https.Agent({ ...options, ca }) : new http.Agent(options);
  }

  /** Sends one request; that no answer came, or only a part of one, is an `Unreached`. */
  async ask(asked: Asked): Promise<Answer> {
    const answer = await this.#send(asked);
    this.seen.push({ status: answer.status, headers: answer.headers });
    return answer;
  }

  close() {
    this.#agent.destroy();
  }

  #send({ path, body, raw, method, key = this.key?.value, until }: Asked): Promise<Answer> {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const transport = this.url.protocol === "https:" ? https : http;
    const request = transport.request(`${this.base}/${path}`, {
      method: method ?? (sent === undefined ? "GET" : "POST"),
      agent: this.#agent,
      headers: {
        accept: "*/*",
        "user-agent": "freehold-conformance",
        ...(typeof key === "string" && { authorization: `Bearer ${key}` }),
        ...(sent !== undefined && {
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(sent)),
        }),
      },
    });
    // Of the whole answer: one that comes byte by byte is none either.
    const late = setTimeout(
      () => request.destroy(Unreached.late(this.url, this.#timeoutSeconds)),
      this.#timeoutSeconds * 1000,
    );
    const failed = (error: Error) => reject(Unreached.from(error, this.url, process.env));
    request.on("error", failed);
    request.on("close", () => clearTimeout(late));
    request.on("response", (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      const whole = () => {
        const bytes = Buffer.concat(parts);
        const text = bytes.toString("utf8");
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, contentType: headers["content-type"] ?? "", bytes, text, json: parsed(text) });
      };
      response.on("data", (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > mostBytes) request.destroy(Unreached.endless(this.url, mostBytes));
        if (!until?.(Buffer.concat(parts).toString("utf8"))) return;
        whole();
        request.destroy();
      });
      response.on("end", whole);
      response.on("error", failed);
    });
    request.end(sent);
    return promise.finally(() => clearTimeout(late));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
