// One point of the series: what the program does before the first resource is registered, for a country with many tenants.
// Usage: node --expose-gc bench/tenants.ts <tenants> <models>. Prints what it took as JSON: seconds of processor time, MiB.
import process from "node:process";
import { onprem } from "../components/clouds/onprem.ts";
import { jurisdiction, parseCountry } from "../components/country.ts";
import { Freehold } from "../components/freehold.ts";
import { judge } from "../policies/judge.ts";
import { plan } from "../policies/plan.ts";
import { manyTenants, roomyCluster } from "./many-tenants.ts";

const [tenants = 1, models = 1] = process.argv.slice(2).map(Number);
const keySeed = "0".repeat(64);

const before = process.cpuUsage();
const country = parseCountry(manyTenants(tenants, models));
const cluster = roomyCluster(models);
const planned = await plan(() => new Freehold("ch", { country, cloud: onprem, cluster, keySeed }));
const judgement = judge(planned, jurisdiction(country));
const { user, system } = process.cpuUsage(before);
if (judgement.byVerdict.broken > 0) throw new Error("The guards refuse the country of the series.");

const { maxRSS } = process.resourceUsage();
globalThis.gc!();
const held = process.memoryUsage().heapUsed / 2 ** 20;
const point = { resources: planned.length, processor: (user + system) / 1e6, held, peak: maxRSS / 2 ** 10 };
process.stdout.write(JSON.stringify({ country: country.country, ...point }));
