// npm run bench:stress [-- <streams>]: what clients see of a live door under stress, and whether the ledger knows of it: many slow
// streams at once, the longest prompts, and each part restarted under load. Model servers are simulated.
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { balanceLine } from "./door/balance.ts";
import { balanced, crowd, kinds } from "./door/crowd.ts";
import { deeds } from "./door/deeds.ts";
import { ledger, memoryLines, noLimits, Standing } from "./door/standing.ts";

const streams = Number(process.argv[2] ?? 5000);
const model = "salamandra";
const tenant = "linn";
// What the simulated engine answers at once.
const atOnce = 256;
const mebibyte = 2 ** 20;

await using standing = await Standing.up({
  pools: { l40s: { accelerator: "l40s", nodes: Math.ceil(streams / atOnce / 8) + 1 } },
  models: {
    [model]: {
      model: "BSC-LT/salamandra-7b-instruct",
      pool: "l40s",
      replicas: Math.max(2, Math.ceil((streams * 1.2) / atOnce)),
    },
  },
  tenants: { [tenant]: { ...noLimits } },
  storage: ledger,
});
const { door, cell, countryFile } = standing;
const ground = { door, cell, countryFile };

console.log(`\n${streams} streams of 100 s, opened within 50 s, and 10 short questions a second\n`);
const said = [{ role: "user", content: "Tell a long story." }];
const orders = { rehearsal_tokens: 50, rehearsal_token_ms: 2000 };
const body = { model, messages: said, stream: true, max_tokens: 50, vllm_xargs: orders };
show("before");
const had = await crowd(
  ground,
  tenant,
  [
    { name: "stream", count: streams, everyMs: 50_000 / streams, body },
    { name: "short", count: 900, everyMs: 100, body: { model, messages: said, max_tokens: 5 } },
  ],
  async () => {
    await sleep(75_000);
    show("when all are open");
  },
);
console.log(balanceLine(await balanced(ground, had)));
show("after");

console.log("\nLong prompts: the model's context is shorter, so its server refuses what the door lets through\n");
for (const [what, promptBytes, count] of [
  ["one of 50 MiB less 1 KiB", 50 * mebibyte - 1024, 1],
  ["one of 50 MiB and 1 KiB", 50 * mebibyte + 1024, 1],
  ["eight at once", 50 * mebibyte - 1024, 8],
] as const) {
  const answers = await crowd(ground, tenant, [
    { name: "long", count, everyMs: 0, body: { model, max_tokens: 5 }, promptBytes },
  ]);
  const ms = Math.max(...answers.map((one) => one.ms));
  console.log(`  ${what.padEnd(26)} ${balanceLine(await balanced(ground, answers))}; ${ms} ms`);
}
show("after");

console.log("\n200 streams of 20 s and 20 short questions a second; 8 s after the first\n");
for (const { name, does } of deeds) {
  const answers = await crowd(ground, tenant, kinds(model, 200, 20, 20), async () => {
    await sleep(8000);
    await does(cell, model);
  });
  console.log(`  ${name}\n    ${balanceLine(await balanced(ground, answers)).replaceAll("; ", "\n    ")}`);
  // As whole as before.
  await standing.open();
}

function show(when: string): void {
  console.log(when);
  for (const line of memoryLines(cell)) console.log(line);
}
