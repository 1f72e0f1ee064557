// The program behind `pulumi up -s <country>`: reads the country file, looks at the cluster, judges the plan, makes it so.
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "../components/cloud.ts";
import { engineValues, locateIn } from "../components/country/engine-values.ts";
import { placed } from "../components/country/fault.ts";
import { CountryFaults, countryFromEngine, judgeState, jurisdiction } from "../components/country.ts";
import { Freehold } from "../components/freehold.ts";
import { preflight } from "../components/preflight.ts";
import { stateInForce } from "../components/state-in-force.ts";
import { guard } from "../policies/program.ts";
import { approve } from "../policies/waiver.ts";

// Node strips types where they stand, so stack frames are right as they are; the SDK maps each through source maps, which
// is the dearest part of registering a resource.
Reflect.deleteProperty(Error, "prepareStackTrace");

const project = pulumi.runtime.getRootDirectory();
const stack = pulumi.getStack();
const file = join("stacks", `Pulumi.${stack}.yaml`);
// The engine starts the program in its own folder; reports name files as the operator in the project folder does.
process.chdir(project);
const settings = pulumi.runtime.allConfig();
const secretKeys = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]");
const country = countryFromEngine(settings, { secretKeys, file });
const locate = locateIn(file, engineValues(settings, secretKeys));
const cloud = await cloudOf(country.target.kind);
const cluster = await cloud.inspect(country);

const findings = [...preflight(country, cluster), ...(await cloud.preflight(country, cluster))];
const faults = findings.map((finding) => placed(finding, file, locate));
// A rehearsal keeps its state on this machine, whatever the country declares; only a rehearsal cluster makes a rehearsal.
if (!cluster.rehearsal) faults.push(...judgeState(country, stateInForce(project, file), file, locate));
const keySeed = new pulumi.Config().getSecret("keySeed", { minLength: 32 });
if (!keySeed) {
  faults.push({
    file,
    path: "freehold:keySeed",
    found: "no key seed",
    allowed: "a secret of at least 32 characters, from which the tenants' API keys come",
    remedy: `npx pulumi config set --secret freehold:keySeed "$(openssl rand -hex 32)" -s ${stack}`,
  });
}
if (faults.length > 0 || !keySeed) throw new CountryFaults(faults);

const approvals = await approve(country.guards.waivers, country.country, process.env);
const { built, judgement } = await guard(
  jurisdiction(country),
  () => new Freehold(stack, { country, cloud, cluster, keySeed }),
  { approvals },
);

/** Base URL of each tenant. */
export const addresses = built.addresses;
/** API keys of each tenant by their names: npx freehold keys show, or npx pulumi stack output keys --show-secrets. */
export const keys = built.keys;
/** Nodes whose GPUs the cluster does not show yet, by pool. */
export const awaited = built.awaited;
/** What the guards judged before the first resource was registered. */
export const guards = { resources: judgement.judged, verdicts: judgement.byVerdict, rules: judgement.byRule };
