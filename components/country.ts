import { z } from "zod";
import { accelerator, country as countryFacts, engine, model as modelFacts, profile } from "../catalogue/index.ts";
import { completeTarget, ownRegistry, usualRdmaResource } from "./country/complete-target.ts";
import { engineValues, locateIn } from "./country/engine-values.ts";
import { explain } from "./country/explain.ts";
import { CountryFaults, type Finding, type Locate, placed } from "./country/fault.ts";
import { hints, name, registry } from "./country/field.ts";
import { declaredNames } from "./country/fit/names.ts";
import { judgeFit } from "./country/fit.ts";
import { jurisdictionOf } from "./country/jurisdiction.ts";
import { modelServers } from "./country/model-servers.ts";
import { chosenAddons } from "./country/needed-addons.ts";
import { judgeResidence } from "./country/residence.ts";
import {
  addonChoices,
  country,
  digests,
  drivers,
  erase,
  gateway,
  guards,
  model,
  monitoring,
  network,
  operator,
  pool,
  state,
  storage,
  target,
  tenant,
} from "./country/sections.ts";
import { type Sound, soundPart } from "./country/sound.ts";
import { readStackFile } from "./country/stack-file.ts";
import { judgePulumiKeys } from "./country/state.ts";
import { publishedPrecision } from "./sizing.ts";

export { CountryFaults, type Fault, type Locate } from "./country/fault.ts";
export {
  hostInCountry,
  type Jurisdiction,
  jurisdictionOf,
  jurisdictionOfCountry as jurisdiction,
  registryInCountry,
} from "./country/jurisdiction.ts";
export { readStackFile, type StackFile } from "./country/stack-file.ts";
export { judgeState, type StateInUse } from "./country/state.ts";

/** A country file as it is written: the sections that stand under `freehold:` in a stack file. */
export const countryFile = z.strictObject({
  country,
  operator,
  target,
  state,
  registry: registry().optional().meta({
    description:
      "Registry that every image comes from, host[:port][/prefix]. Default: on Azure the registry that is made with the cluster, else registry.<operator.domain>.",
  }),
  digests: digests.default({}),
  addons: addonChoices.prefault({}),
  network: network.prefault({}),
  drivers: drivers.prefault({ from: "nodes" }),
  pools: named(pool, "pool").meta({
    description: "Pools of GPU nodes, by name.",
    examples: [{ h200: { accelerator: "h200-sxm", nodes: 4 } }],
  }),
  storage: storage.optional(),
  monitoring: monitoring.optional(),
  models: named(model, "model").meta({
    description: "Models that are served, by the name that clients ask for.",
    examples: [{ "apertus-70b": { model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200", gpus: 4 } }],
  }),
  gateway: gateway.prefault({}),
  tenants: named(tenant, "tenant").meta({
    description: "Who may use the models, by name.",
    examples: [{ administration: {} }],
  }),
  guards: guards.prefault({}),
  erase: erase.default([]),
  keySeed: z
    .strictObject({ secure: z.string() })
    .optional()
    .meta({ description: "Seed of the tenants' API keys; set it with `pulumi config set --secret`." })
    .register(hints, {
      sealed: {
        allowed: "an encrypted value",
        remedy: 'npx pulumi config set --secret freehold:keySeed "$(openssl rand -hex 32)" -s <stack>',
      },
    }),
});

/** The sections of a country file as they are written, each section's own defaults applied. */
export type Written = z.output<typeof countryFile>;

/** A country, complete: every default is applied and every cross-check has passed. */
export type Country = ReturnType<typeof complete>;

/**
 * A country from the values of its file, keyed without `freehold:`. Throws one `CountryFaults` with everything that is
 * wrong; `locate` and `file` say where each value was written.
 */
export function parseCountry(values: Record<string, unknown>, locate?: Locate, file?: string): Country {
  const { country, findings } = judge(values);
  if (country) return country;
  throw new CountryFaults(findings.map((finding) => placed(finding, file, locate)));
}

/** The country in a stack file. Throws one `CountryFaults` with everything that is wrong in it. */
export function loadCountry(path: string): Country {
  const file = readStackFile(path);
  const { country, declaredProvider, law, findings } = judge(file.values);
  const faults = [
    ...file.faults,
    ...findings.map((finding) => placed(finding, path, file.locate)),
    ...judgePulumiKeys(file, declaredProvider, law),
  ];
  if (country && faults.length === 0) return country;
  throw new CountryFaults(faults);
}

/**
 * The country in the settings that Pulumi's engine hands to a program, such as `pulumi.runtime.allConfig()`; sections may
 * be JSON. `secretKeys` says which of them the engine holds as secrets. Faults are placed in `file` wherever it says the same.
 */
export function countryFromEngine(
  config: Record<string, unknown>,
  { secretKeys, file }: { secretKeys: readonly string[]; file?: string },
): Country {
  const values = engineValues(config, secretKeys);
  return parseCountry(values, file === undefined ? undefined : locateIn(file, values), file);
}

type Judged = { country?: Country; declaredProvider?: string; law?: string; findings: Finding[] };

function judge(values: Record<string, unknown>): Judged {
  const parsed = countryFile.safeParse(values);
  const sound = (parsed.data ?? soundPart(countryFile, values)) as Sound;
  const findings = [
    ...explain(countryFile, values, parsed.error?.issues ?? []),
    ...judgeResidence(sound),
    ...judgeFit(sound, declaredNames(values)),
  ];
  const country = parsed.success && findings.length === 0 ? complete(parsed.data) : undefined;
  return {
    country,
    declaredProvider: sound.state?.secretsProvider,
    law: sound.country && jurisdictionOf(sound.country).law,
    findings,
  };
}

/** A section whose entries stand under names of their own. */
function named<Entry extends z.ZodType>(entry: Entry, of: string) {
  return z
    .record(name, entry)
    .refine((entries) => Object.keys(entries).length > 0, `at least one ${of}, under its name`)
    .meta({ minProperties: 1 });
}

function complete({ keySeed, ...file }: Written) {
  const target = completeTarget(file);
  const registry = file.registry ?? ownRegistry(target) ?? `registry.${file.operator.domain}`;
  const inRegistry = (path: string) => pinned(registry, path, file.digests);
  const models = mapped(file.models, ({ weights, ...entry }) => ({
    ...entry,
    contextTokens: entry.contextTokens ?? modelFacts(entry.model).context_length,
    precision: entry.precision ?? publishedPrecision(entry.model) ?? "bf16",
    // The door salts chats and completions for each tenant, and texts to embed it does not.
    prefixCache: entry.prefixCache ?? (modelFacts(entry.model).kind === "embedding" ? undefined : true),
    image: entry.image ?? inRegistry(engineImage(entry.engine, file.pools[entry.pool]!.accelerator)!),
    weights:
      weights.from === "image"
        ? { ...weights, reference: weights.reference ?? inRegistry(`models/${entry.model.toLowerCase()}:main`) }
        : weights,
  }));
  const tenants = mapped(file.tenants, ({ budget, ...entry }, name) => {
    const sector = profile(entry.profile);
    return {
      ...entry,
      displayName: entry.displayName ?? name,
      models: entry.models ?? Object.keys(models),
      keys: { default: { generation: 1, revoked: false }, ...entry.keys } as typeof entry.keys,
      ownReplicas: entry.ownReplicas ?? (sector.own_replicas ? 1 : 0),
      ownKey: sector.dedicated_key,
      recordDays: entry.recordDays ?? sector.audit_days,
      ...(budget && { budget: { ...budget, timeZone: budget.timeZone ?? countryFacts(file.country).time_zone } }),
    };
  });
  const pools = mapped(file.pools, ({ rdma, ...pool }) => ({
    ...pool,
    ...(rdma && { rdma: { ...rdma, resource: rdma.resource ?? usualRdmaResource(file.target.kind) } }),
  }));
  const gateway = {
    ...file.gateway,
    host: file.gateway.host ?? `ai.${file.operator.domain}`,
    service:
      file.gateway.service ?? (file.target.kind === "onprem" ? ("ClusterIP" as const) : ("LoadBalancer" as const)),
  };
  return {
    ...file,
    target,
    registry,
    pools,
    models,
    tenants,
    gateway,
    addons: chosenAddons(file),
    modelServers: modelServers(models, tenants),
  };
}

/** An image of the country's registry, by its digest where the file says one. `path` is without registry, with its tag. */
export function pinned(registry: string, path: string, digests: Record<string, string>): string {
  const digest = Object.hasOwn(digests, path) ? `@${digests[path]}` : "";
  return `${registry}/${path}${digest}`;
}

function engineImage(id: string, acceleratorId: string): string | undefined {
  return engine(id).images[accelerator(acceleratorId).vendor];
}

function mapped<Entry, Result>(entries: Record<string, Entry>, to: (entry: Entry, name: string) => Result) {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, to(entry, name)]));
}
