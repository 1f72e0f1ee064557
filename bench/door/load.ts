// Asks one address at an even rate, whatever the answers take, and prints what was measured as JSON. Started with one word: an
// `Order` as JSON.
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** What is asked: chats at `rate` a second for `seconds`, after `warmSeconds` that do not count. */
export type Order = {
  url: string;
  /** Name that stands in `Host` and in the server's certificate, where the address is an IP. */
  host?: string;
  /** The root certificate, PEM. */
  root?: string;
  key?: string;
  body: object;
  rate: number;
  seconds: number;
  warmSeconds: number;
};

/** Milliseconds from the moment at which a request was due to the last byte of its answer. */
export type Measured = { answered: number; refused: Record<string, number>; p50: number; p99: number; rate: number };

const order = JSON.parse(process.argv[2]!) as Order;
const { protocol } = new URL(order.url);
const isSecure = protocol === "https:";
const ask = isSecure ? httpsRequest : httpRequest;
const agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 64 });
const body = JSON.stringify(order.body);
const headers = {
  "content-type": "application/json",
  "content-length": Buffer.byteLength(body),
  ...(order.host && { host: order.host }),
  ...(order.key && { authorization: `Bearer ${order.key}` }),
};

await run(order.warmSeconds);
process.stdout.write(JSON.stringify(await run(order.seconds)));
agent.destroy();

async function run(seconds: number): Promise<Measured> {
  const taken: number[] = [];
  const refused: Record<string, number> = {};
  const asked: Promise<void>[] = [];
  const began = performance.now();
  for (let number = 0; number < seconds * order.rate; number++) {
    const due = began + (number * 1000) / order.rate;
    if (due > performance.now()) await sleep(due - performance.now());
    asked.push(
      one().then(
        (status) => {
          if (status === 200) taken.push(performance.now() - due);
          else refused[status] = (refused[status] ?? 0) + 1;
        },
        (error: NodeJS.ErrnoException) => {
          const why = error.code ?? error.message;
          refused[why] = (refused[why] ?? 0) + 1;
        },
      ),
    );
  }
  await Promise.all(asked);
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.floor((taken.length - 1) * share)] ?? Number.NaN;
  const rate = taken.length / ((performance.now() - began) / 1000);
  return { answered: taken.length, refused, p50: at(0.5), p99: at(0.99), rate };
}

function one(): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = ask(
      order.url,
      { method: "POST", agent, headers, servername: order.host, ca: order.root },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
        response.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
