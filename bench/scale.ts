// npm run bench:scale [-- <tenants> <models>]: a door for one tenant and for many, in one run: what it adds to a chat, how long a
// new key takes until every proxy knows it, and what its parts hold. Model servers are simulated, one replica each.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { call, configOf } from "../rehearsal/api-call.ts";
import type { Measured, Order } from "./door/load.ts";
import { memoryLines, noLimits, Standing } from "./door/standing.ts";

const [most = 300, models = 20] = process.argv.slice(2).map(Number);
const load = { rate: 40, seconds: 20, warmSeconds: 5 };
const turns = 3;
const giveUpMs = 60_000;
const names = Array.from({ length: models }, (_, index) => `model-${index + 1}`);
const model = names.at(-1)!;
const tenant = "tenant-1";

await using standing = await Standing.up({
  pools: { l40s: { accelerator: "l40s", nodes: Math.ceil(models / 8) + 1 } },
  models: Object.fromEntries(names.map((name) => [name, { model: "BSC-LT/salamandra-7b-instruct", pool: "l40s" }])),
  tenants: tenants(1),
});
await measure(1);
const began = Date.now();
await standing.change({ tenants: tenants(most) });
await standing.open();
console.log(
  `\nupdate from 1 to ${most} tenants, until all proxies answer: ${((Date.now() - began) / 1000).toFixed(1)} s`,
);
await measure(most);

/** Every tenant may use every model; some are limited otherwise than others. */
function tenants(count: number): Record<string, object> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Object.fromEntries(
    numbers.map((number) => [
      `tenant-${number}`,
      number === 1 ? noLimits : { tokensPerMinute: [100_000, 400_000, 1_000_000][number % 3]! },
    ]),
  );
}

async function measure(count: number): Promise<void> {
  console.log(`\n${count} tenants x ${models} models\n`);
  for (let turn = 1; turn <= turns; turn++)
    console.log(`  new key known to every proxy after ${await reload(count, turn)} s`);
  const { door, cell } = standing;
  const own = door.tenants[tenant]!;
  const [server] = (await cell.pods("freehold-models")).filter(({ metadata }) =>
    metadata!.name!.startsWith(`${model}-`),
  );
  const body = { model, messages: [{ role: "user", content: "word ".repeat(80) }], max_tokens: 16 };
  const [proxy] = await standing.proxies();
  const host = new URL(own.baseUrl).hostname;
  const orders: Record<string, Order> = {
    "the bare model server": { ...load, body, url: `http://${server!.status!.podIP}:8000/v1/chat/completions` },
    "the door": {
      ...load,
      ...{ body, host, key: own.key, root: readFileSync(door.root, "utf8") },
      url: `${proxy}/v1/chat/completions`,
    },
  };
  for (let turn = 1; turn <= turns; turn++) {
    for (const [name, order] of Object.entries(orders)) {
      const { p50, p99, refused } = JSON.parse(
        await cell.inside([process.execPath, join(import.meta.dirname, "door/load.ts"), JSON.stringify(order)]),
      ) as Measured;
      const others = Object.keys(refused).length > 0 ? `, refused ${JSON.stringify(refused)}` : "";
      console.log(`  ${name.padEnd(24)} p50 / p99  ${p50.toFixed(1)} / ${p99.toFixed(1)} ms${others}`);
    }
  }
  for (const line of memoryLines(cell)) console.log(line);
}

/** Seconds from the change of the Secret that holds the keys to the first answer of the last proxy. */
async function reload(count: number, turn: number): Promise<string> {
  const { door, cell } = standing;
  const config = configOf(join(door.root, "../../kubeconfig"));
  const key = `fh-bench-${count}-${turn}`;
  const waiting = new Set(await standing.proxies());
  const host = new URL(door.tenants[tenant]!.baseUrl).hostname;
  const path = "/api/v1/namespaces/freehold-gateway/secrets/tenant-keys";
  const body = JSON.stringify({ stringData: { [`${tenant}.bench${turn}`]: key } });
  const { status } = await call(config, "PATCH", path, { "content-type": "application/merge-patch+json" }, body);
  if (status !== 200) throw new Error(`the Secret could not be changed (${status})`);
  const began = Date.now();
  while (waiting.size > 0) {
    if (Date.now() - began > giveUpMs) return `more than ${giveUpMs / 1000}`;
    for (const proxy of waiting) {
      const { hostname, port } = new URL(proxy);
      const answered = await cell.inside([
        ...["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--cacert", door.root],
        ...["--connect-to", `${host}:443:${hostname}:${port}`, "-H", `Authorization: Bearer ${key}`],
        `https://${host}/v1/models`,
      ]);
      if (answered === "200") waiting.delete(proxy);
    }
    await sleep(20);
  }
  return ((Date.now() - began) / 1000).toFixed(1);
}
