import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { expect } from "vitest";
import { through } from "../../rehearsal/door/connect.ts";
import type { Door } from "../../rehearsal/door.ts";

export type Asked = {
  tenant?: string;
  host?: string;
  key?: string | null;
  method?: string;
  headers?: Record<string, string>;
  /** Text goes as it is, in pieces where there are several. */
  body?: string | string[] | object;
  /** Characters after which the client leaves. */
  leaveAfter?: number;
};
// biome-ignore lint/suspicious/noExplicitAny: a server answers what it likes
export type Answer = { status: number; headers: Record<string, string>; text: string; body: any };

/** One request to a live door, as a client behind its proxy makes it; what broke off is answered as far as it came. */
export async function ask(door: Door, path: string, asked: Asked = {}): Promise<Answer> {
  const {
    tenant = Object.keys(door.tenants)[0]!,
    key,
    method,
    headers,
    body,
    leaveAfter = Number.MAX_SAFE_INTEGER,
  } = asked;
  const own = door.tenants[tenant]!;
  const { hostname } = new URL(own.baseUrl);
  const socket = await through(door.proxy, hostname, readFileSync(door.root));
  const pieces =
    body === undefined ? [] : Array.isArray(body) ? body : [typeof body === "string" ? body : JSON.stringify(body)];
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: hostname,
        path,
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          host: asked.host ?? hostname,
          "content-type": "application/json",
          ...(key !== null && { authorization: `Bearer ${key ?? own.key}` }),
          ...headers,
        },
        createConnection: () => socket,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
          if (text.length > leaveAfter) response.destroy();
        });
        response.on("error", () => {});
        response.on("close", () => {
          socket.destroy();
          resolve({
            status: response.statusCode!,
            headers: response.headers as Answer["headers"],
            text,
            body: parsed(text),
          });
        });
      },
    );
    sent.on("error", reject);
    for (const piece of pieces.slice(0, -1)) sent.write(piece);
    sent.end(pieces.at(-1));
  });
}

function parsed(text: string): Answer["body"] {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type UsageRecord = Record<"event_id" | "tenant" | "key" | "counted" | "flags", string> &
  Record<"in" | "out" | "cached" | "total" | "bytes_out", number | null>;

/** The record of a request, when Envoy has written it: it does so at leisure. */
export async function recordOf(door: Door, { headers }: Answer): Promise<UsageRecord> {
  const logs = join(door.root, "../logs");
  const find = () =>
    readdirSync(logs)
      .filter((name) => name.endsWith(".envoy.log"))
      .flatMap((name) => readFileSync(join(logs, name), "utf8").split("\n"))
      .find((line) => line.includes(`"event_id":"${headers["x-request-id"]}"`));
  await expect.poll(find, { timeout: 30_000 }).toBeDefined();
  return JSON.parse(find()!);
}
