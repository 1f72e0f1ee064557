// The program behind `pulumi up -C bootstrap -s <country>`: makes what freehold:state declares, so that Pulumi can keep the
// country's state there. `npx freehold bootstrap <country>` prints the commands around it.
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { firstStepOf } from "../components/bootstrap.ts";
import { placed } from "../components/country/fault.ts";
import { CountryFaults, judgeState, jurisdiction, loadCountry, readStackFile } from "../components/country.ts";
import { stateInForce } from "../components/state-in-force.ts";
import { guard } from "../policies/program.ts";
import { approve } from "../policies/waiver.ts";

// As in stacks/index.ts: stack frames are right as they are.
Reflect.deleteProperty(Error, "prepareStackTrace");

const folder = pulumi.runtime.getRootDirectory();
const stack = pulumi.getStack();
// Pulumi's own notes on this stack lie beside this program; the country file is the one that the country is made from.
process.chdir(dirname(folder));
const file = join("stacks", `Pulumi.${stack}.yaml`);
const country = loadCountry(file);
const { locate } = readStackFile(file);
const step = await firstStepOf(country);

const faults = step.findings.map((finding) => placed(finding, file, locate));
const inForce = stateInForce(folder, join(folder, `Pulumi.${stack}.yaml`));
// It begins in a folder of this machine, because there is nowhere else yet, and moves to what is declared.
if (!inForce.backend.startsWith("file://")) faults.push(...judgeState(country, inForce, file, locate));
if (faults.length > 0) throw new CountryFaults(faults);

const approvals = await approve(country.guards.waivers, country.country, process.env);
const make = await step.load();
if (step.makes.length === 0) pulumi.log.info(`Nothing is made: ${step.leaves.join("; ")}`);
await guard(jurisdiction(country), () => make(stack), { approvals });

/** What stands for the state. */
export const stands = step.makes;
