// npm run bench:attacks [-- <requests> <seed>]: attacks drawn at random from test/engine/attacks, up to four parts of a request
// changed at once, by each of two tenants on the other, at a live door. Judged by what the model servers say that they did and by
// the ledger. Ends with 1 where something came through.
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { attacks } from "../test/engine/attacks/all.ts";
import { type Attack, honest, type Scene, sceneOf } from "../test/engine/attacks/attack.ts";
import { cameThrough, drawnBy, type Sent, told } from "../test/engine/attacks/judge.ts";
import { keptBy } from "../test/engine/kept.ts";
import { send } from "../test/engine/wire.ts";
import { ledger, noLimits, Standing } from "./door/standing.ts";

const requests = Number(process.argv[2] ?? 10_000);
const seed = process.argv[3] ?? "freehold";
const atOnce = 16;
const mostParts = 4;
const settleMs = 60_000;

await using standing = await Standing.up({
  models: {
    salamandra: { model: "BSC-LT/salamandra-7b-instruct", pool: "l40s", replicas: 2 },
    vectors: { model: "BAAI/bge-m3", pool: "l40s" },
    katalog: { model: "BSC-LT/salamandra-7b-instruct", pool: "l40s" },
  },
  tenants: {
    linn: { models: ["salamandra", "katalog"], ...noLimits },
    vald: { models: ["salamandra", "vectors"], ...noLimits },
  },
  storage: ledger,
});
const { door } = standing;
const scenes = [sceneOf(door, "linn", "vald"), sceneOf(door, "vald", "linn")];
// Another tenant's key at that tenant's host is no attack of ours: who has it is that tenant.
const aspects = [...Map.groupBy(attacks, ({ of }) => (of === "key" ? "host" : of)).values()];

/** Without what was sent, which may be as long as a request may be. */
const sent: (Omit<Sent, "wire"> & { made: Attack[] })[] = [];
const telling: string[] = [];
const began = Date.now();
const numbers = Array.from({ length: requests }, (_, number) => number).values();
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (const number of numbers) sent.push(await attack(number));
  }),
);
const seconds = (Date.now() - began) / 1000;

const served = await standing.cell.served();
let found: string[];
for (const giveUp = Date.now() + settleMs; ; await sleep(1000)) {
  found = cameThrough(sent, served, await keptBy(door, standing.countryFile));
  if (found.length === 0 || Date.now() > giveUp) break;
}
found.push(...telling);
for (const { made, name, seen } of sent) {
  // What is refused by itself is refused with anything beside it.
  const isRefused = made.some(({ statuses }) => statuses.every((status) => status < 200 || status > 299));
  if (isRefused && seen.statuses[0]! >= 200 && seen.statuses[0]! < 300)
    found.push(`${name}: answered ${seen.statuses}`);
}

const statuses = Object.entries(Object.groupBy(sent, ({ seen }) => seen.statuses[0]!));
console.log(`${requests} attacks of ${attacks.length} kinds in ${seconds.toFixed(0)} s, seed ${seed}\n`);
for (const [status, some] of statuses) console.log(`  ${status === "0" ? "no answer" : status}  ${some!.length}`);
console.log(`\n${served.length} reached a model server; found: ${found.length}`);
for (const fault of found.slice(0, 50)) console.log(`  ${fault}`);
process.exitCode = found.length === 0 ? 0 : 1;

async function attack(number: number): Promise<(typeof sent)[number]> {
  const draw = drawnBy(`${seed} ${number}`);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)]!;
  const scene: Scene = pick(scenes);
  const parts = new Set(Array.from({ length: 1 + Math.floor(draw() * draw() * mostParts) }, () => pick(aspects)));
  const made = [...parts].map(pick);
  const wire = made.reduce((one, { change }) => change(one, scene), honest(scene.own, number));
  const name = `${number}: ${made.map(({ name }) => name).join(" + ")}`;
  const seen = await send(door, wire);
  telling.push(...told({ name, scene, wire, seen }));
  return { name, made, scene, seen };
}
