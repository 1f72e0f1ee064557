import {
  accelerator,
  accelerators,
  addon,
  addons,
  countries,
  country,
  countryName,
  economicSeries,
  economics,
  engine,
  engines,
  instance,
  instances,
  migProfiles,
  model,
  models,
  placeOf,
  profile,
  profiles,
  regions,
  regionsIn,
} from "../../catalogue/index.ts";
import { grouped } from "../../components/country/wording.ts";

/** A part of the catalogue as a table: what it lists, one row and one whole entry by id, and what may narrow it. */
export type Table = {
  ids(): string[];
  /** Cells by their headings, in order; the last says how sure the entry is. */
  row(id: string): Record<string, string>;
  /** Everything that is known, with sources. */
  entry(id: string): object;
  /** The file that holds the entry. */
  file(id: string): string;
  filters?: Partial<Record<Filter, (id: string, value: string) => boolean>>;
  /** What a reader of the narrowed table must know. */
  caution?: Partial<Record<Filter, string>>;
};
export type Filter = "country" | "accelerator" | "language";

/** Every table of the catalogue, by the name that `freehold catalogue` takes. */
export const tables: Record<string, Table> = {
  countries: {
    ids: countries,
    row: (code) => {
      const { name, bloc, localisation, data_protection } = country(code);
      return {
        code,
        country: name,
        bloc: bloc.memberships.join(" "),
        localisation: localisation.level,
        sure: `law ${sure(data_protection.verified)}; localisation ${sure(localisation.verified)}`,
      };
    },
    entry: (code) => {
      const values = economics(code);
      const from = new Set([...JSON.stringify(values).matchAll(/"from":"([^"]+)"/g)].map(([, name]) => name!));
      return {
        ...country(code),
        regions: regionsIn(code),
        economics: values,
        series: Object.fromEntries([...from].map((name) => [name, economicSeries(name)])),
      };
    },
    file: (code) => `countries/${code.toLowerCase()}.yaml`,
  },
  places: {
    ids: () => regions().map(({ name }) => name),
    row: (name) => {
      const { country, provider, called, verified } = region(name);
      return { region: name, country: countryName(country), provider, called, sure: sure(verified) };
    },
    entry: region,
    file: (name) => `places/${region(name).provider.toLowerCase().replace(" cloud", "")}.yaml`,
    filters: { country: (name, code) => region(name).country === code },
  },
  accelerators: {
    ids: accelerators,
    row: (id) => {
      const { name, memory_gib, memory_tb_per_s, dense_tflops, tdp_w, label, verified } = accelerator(id);
      const [smallest] = migProfiles(id);
      return {
        id,
        name,
        GiB: String(memory_gib),
        "TB/s": String(memory_tb_per_s),
        "bf16 TFLOPS": String(dense_tflops?.bf16 ?? ""),
        W: String(tdp_w),
        MIG: smallest ? `${smallest.max_per_gpu} × ${smallest.name}` : "",
        sure: `${sure(verified)}${label.verified ? "" : "; label from memory"}`,
      };
    },
    entry: accelerator,
    file: (id) => `accelerators/${id}.yaml`,
  },
  instances: {
    ids: instances,
    row: (id) => {
      const { provider, accelerator, chip, gpus, fraction, vcpus, memory_gib, network_gbps, price, verified } =
        instance(id);
      return {
        id,
        provider,
        accelerator: accelerator ?? `${chip} (no entry)`,
        GPUs: String(gpus ?? fraction),
        vCPUs: String(vcpus),
        GiB: String(memory_gib),
        "Gbit/s": String(network_gbps ?? ""),
        "USD/h": price ? price.usd_per_hour.toFixed(2) : "",
        sure: sure(verified),
      };
    },
    entry: instance,
    file: () => "instances.yaml",
    filters: {
      country: (id, code) => instance(id).listed_in.some((name) => placeOf(name)?.country === code),
      accelerator: (id, wanted) => instance(id).accelerator === wanted,
    },
    caution: {
      country:
        "A price is no promise of capacity. AWS publishes no such list without credentials, so its types are left out.",
    },
  },
  models: {
    ids: models,
    row: (id) => {
      const facts = model(id);
      return {
        id,
        from: facts.publisher_country,
        kind: facts.kind,
        billions: facts.params_active_b === facts.params_total_b ? `${facts.params_total_b}` : active(facts),
        context: grouped(facts.context_length),
        tools: Object.keys(facts.parsers)
          .filter((engine) => facts.parsers[engine]!.tools)
          .join(" "),
        licence: facts.license ?? "unknown",
        sure: `${stated[facts.status]}${facts.id_confirmed ? "" : "; id not confirmed"}`,
      };
    },
    entry: model,
    file: (id) => `models/${id}.yaml`,
    filters: {
      country: (id, code) => model(id).publisher_country === code,
      language: (id, wanted) => model(id).languages.some((tag) => tag === wanted || tag.startsWith(`${wanted}-`)),
    },
    caution: { language: "Models that claim many languages without naming them are left out." },
  },
  addons: {
    ids: addons,
    row: (id) => {
      const { default: by, namespace, proven, verified } = addon(id);
      return { id, version: proven, "by default": by, namespace, sure: sure(verified) };
    },
    entry: addon,
    file: () => "addons.yaml",
  },
  profiles: {
    ids: profiles,
    row: (id) => {
      const { own_replicas, prefix_cache, dedicated_key, audit_days, verified } = profile(id);
      return {
        id,
        "own replicas": yes(own_replicas),
        "prefix cache": yes(prefix_cache),
        "own key": yes(dedicated_key),
        "days of records": String(audit_days),
        sure: sure(verified),
      };
    },
    entry: profile,
    file: () => "profiles.yaml",
  },
  engines: {
    ids: engines,
    row: (id) => ({ id, "images for": Object.keys(engine(id).images).join(" "), sure: sure(engine(id).verified) }),
    entry: engine,
    file: () => "engines.yaml",
  },
};

const stated = { verified: "verified", "partly-verified": "partly", recalled: "from memory" };

function sure(verified: boolean | "partial"): string {
  return verified === "partial" ? "partly" : verified ? "verified" : "from memory";
}

function yes(value: boolean): string {
  return value ? "yes" : "no";
}

function active({ params_total_b, params_active_b }: ReturnType<typeof model>): string {
  return `${params_total_b} (${params_active_b ?? "?"} active)`;
}

function region(name: string) {
  return regions().find((region) => region.name === name)!;
}
