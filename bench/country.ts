// What the program of a country does before the first resource is registered: file, ground, plan, guards. Touches nothing.
// Usage: node bench/country.ts <stack>. Prints as JSON how much there was, and what the process needed of memory, in MiB.
import { join } from "node:path";
import process from "node:process";
import { cloudOf } from "../components/cloud.ts";
import { jurisdiction, loadCountry } from "../components/country.ts";
import { Freehold } from "../components/freehold.ts";
import { judge } from "../policies/judge.ts";
import { plan } from "../policies/plan.ts";
import { hallState } from "../rehearsal/hall-state.ts";

const [stack = "ch"] = process.argv.slice(2);
const country = loadCountry(join(import.meta.dirname, `../stacks/Pulumi.${stack}.yaml`));
const cloud = await cloudOf(country.target.kind);
const cluster = hallState(country);
const planned = await plan(() => new Freehold(stack, { country, cloud, cluster, keySeed: "0".repeat(64) }));
const judgement = judge(planned, jurisdiction(country));
if (judgement.byVerdict.broken > 0) throw new Error(`The guards refuse ${stack}.`);
const { maxRSS } = process.resourceUsage();
process.stdout.write(JSON.stringify({ resources: planned.length, peak: maxRSS / 2 ** 10 }));
