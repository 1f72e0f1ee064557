// Many clients in one process, each with a connection of its own, as a load balancer would spread them over the proxies that
// accept connections. Started with the name of a file that holds a `Load` as JSON; prints what each had, a JSON line each.
import { readFileSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as secure, type TLSSocket } from "node:tls";

/** Requests of one kind, one after the other at an even pace. */
export type Kind = { name: string; count: number; everyMs: number; body: object; promptBytes?: number };
export type Load = { proxies: string[]; host: string; key: string; root: string; kinds: Kind[]; patienceMs: number };

/** What one client had: `whole` is an answer that came to its end, whatever it said; without a head it is `none`. */
export type Had = {
  kind: string;
  status: number;
  id: string | null;
  how: "whole" | "cut" | "none";
  why: string | null;
  tokens: number;
  bytes: number;
  /** Milliseconds from the first request of all. */
  at: number;
  firstMs: number;
  ms: number;
};

const load = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Load;
const ca = load.root;
const began = performance.now();
let turn = 0;

await Promise.all(
  load.kinds.map(async ({ count, everyMs, ...kind }) => {
    const body = bodyOf(kind);
    const asked: Promise<void>[] = [];
    for (let number = 0; number < count; number++) {
      const due = began + number * everyMs;
      if (due > performance.now()) await sleep(due - performance.now());
      asked.push(one(kind.name, body).then((had) => void process.stdout.write(`${JSON.stringify(had)}\n`)));
    }
    await Promise.all(asked);
  }),
);

function bodyOf({ body, promptBytes }: Pick<Kind, "body" | "promptBytes">): Buffer {
  if (promptBytes === undefined) return Buffer.from(JSON.stringify(body));
  const [before, after] = JSON.stringify({ ...body, messages: [{ role: "user", content: "@" }] }).split("@");
  const room = promptBytes - before!.length - after!.length;
  return Buffer.concat([Buffer.from(before!), Buffer.alloc(room, "a word or two "), Buffer.from(after!)]);
}

async function one(kind: string, body: Buffer): Promise<Had> {
  const started = performance.now();
  const had: Had = {
    kind,
    status: 0,
    id: null,
    how: "none",
    why: null,
    tokens: 0,
    bytes: 0,
    at: started - began,
    firstMs: 0,
    ms: 0,
  };
  try {
    const socket = await connected();
    await asked(socket, body, had, started);
    socket.destroy();
  } catch (error) {
    had.why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
  had.ms = performance.now() - started;
  for (const key of ["at", "firstMs", "ms"] as const) had[key] = Math.round(had[key]);
  return had;
}

/** A connection to the next proxy that takes one. */
async function connected(): Promise<TLSSocket> {
  let last: Error | undefined;
  const first = turn++;
  for (const index of load.proxies.keys()) {
    const { hostname, port } = new URL(load.proxies[(first + index) % load.proxies.length]!);
    const tcp = connect({ host: hostname, port: Number(port), noDelay: true });
    try {
      return await new Promise((resolve, reject) => {
        tcp.setTimeout(load.patienceMs, () => tcp.destroy(new Error("no connection in time")));
        tcp.once("error", reject);
        tcp.once("connect", () => {
          tcp.setTimeout(0);
          const secured = secure({ socket: tcp, servername: load.host, ca }, () => resolve(secured));
          secured.once("error", reject);
          secured.once("close", () => reject(new Error("closed before it was secured")));
        });
      });
    } catch (error) {
      tcp.destroy();
      last = error as Error;
    }
  }
  throw last!;
}

function asked(socket: TLSSocket, body: Buffer, had: Had, started: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: load.host,
      authorization: `Bearer ${load.key}`,
      "content-type": "application/json",
      "content-length": body.length,
    };
    const sent: ClientRequest = request(
      { method: "POST", path: "/v1/chat/completions", headers, createConnection: () => socket },
      (response: IncomingMessage) => {
        had.status = response.statusCode ?? 0;
        had.id = (response.headers["x-request-id"] as string | undefined) ?? null;
        had.how = "cut";
        const isStream = response.headers["content-type"]?.includes("text/event-stream") ?? false;
        let tail = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          had.firstMs ||= performance.now() - started;
          had.bytes += chunk.length;
          tail = (tail + chunk).slice(-4096);
        });
        response.on("error", () => {});
        response.on("close", () => {
          had.tokens = Number([...tail.matchAll(/"total_tokens":(\d+)/g)].at(-1)?.[1] ?? 0);
          if (response.complete && (!isStream || tail.trimEnd().endsWith("data: [DONE]"))) had.how = "whole";
          resolve();
        });
      },
    );
    sent.on("error", (error) => (had.how === "cut" ? resolve() : reject(error)));
    sent.setTimeout(load.patienceMs, () => sent.destroy(new Error("no answer in time")));
    sent.end(body);
  });
}
