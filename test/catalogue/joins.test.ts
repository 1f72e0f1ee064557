import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  accelerator,
  accelerators,
  countries,
  country,
  economicSeries,
  economics,
  engine,
  instance,
  instances,
  isCountryCode,
  migProfiles,
  model,
  models,
  placeOf,
  regions,
} from "../../catalogue/index.ts";

const folder = new URL("../../catalogue/", import.meta.url);
const yamlFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));

describe("what tables of the catalogue say of each other", () => {
  it("holds for instance types: their accelerators are there, and their regions are where a price was listed", () => {
    expect(instances()).toHaveLength(85);
    for (const id of instances()) {
      const { accelerator, chip, listed_in, provider } = instance(id);
      if (chip === undefined) expect(accelerators(), id).toContain(accelerator);
      for (const name of listed_in) expect(placeOf(name), `${id} ${name}`).toMatchObject({ kind: "region", provider });
    }
  });

  it("holds for economics: every country has them, every value its series, and every observed region stands there", () => {
    for (const code of countries()) {
      const { electricity, carbon, pue, water, climate } = economics(code);
      const values = { electricity, carbon, pue: pue.colocation, water, climate };
      for (const [what, value] of Object.entries(values)) {
        if (value) expect(economicSeries(value.from).of, `${code} ${what}`).toContain(what);
      }
      for (const { region } of [...(pue.hyperscale?.observed ?? []), ...(water?.observed ?? [])]) {
        expect(placeOf(region)?.country, `${code} ${region}`).toBe(code);
      }
    }
    expect(() => economics("US")).toThrow('no economics of "US"');
    expect(() => economicSeries("constructor")).toThrow('no series "constructor"');
  });

  it("holds for regions: each stands in a country of ISO 3166-1", () => {
    for (const { name, country } of regions()) expect(isCountryCode(country), name).toBe(true);
  });

  it("holds for models: what reads their calls of tools and their reasoning is known to the engine", () => {
    const read = models().flatMap((id) => Object.entries(model(id).parsers).map((entry) => [id, ...entry] as const));
    expect(read.length).toBeGreaterThan(40);
    for (const [id, name, { tools, reasoning, template, sources }] of read) {
      const { value } = engine(name).parsers;
      if (tools !== undefined) expect(value.tools, id).toContain(tools);
      if (reasoning !== undefined) expect(value.reasoning, id).toContain(reasoning);
      expect(tools ?? reasoning, id).toBeDefined();
      if (template !== undefined)
        expect([tools, template], id).toEqual([expect.any(String), expect.stringMatching(/^[\w.]+\.jinja$/)]);
      expect(sources, id).not.toEqual([]);
      expect(model(id).kind, id).not.toMatch(/embedding|reranker|base/);
    }
  });

  it("holds for models: their languages and the country of their publisher exist", () => {
    const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
    const collective = ["btk"]; // ISO 639-2's code for the Batak languages together
    for (const id of models()) {
      const { languages, publisher_country } = model(id);
      for (const tag of languages)
        expect(names.of(tag) ?? collective.find((code) => code === tag), `${id} ${tag}`).toBeDefined();
      expect(publisher_country === "EU" || isCountryCode(publisher_country), id).toBe(true);
      expect(new Set(languages).size, id).toBe(languages.length);
    }
  });

  it("holds for countries: their languages are spoken there, and one data zone is the EEA", () => {
    for (const code of countries()) {
      const { languages, bloc } = country(code);
      for (const tag of languages) expect(tag.split("-").at(-1), code).toBe(code);
      expect(bloc.same_data_zone, code).toBe(bloc.memberships.includes("EEA") ? "EEA" : undefined);
      expect(bloc.eu_adequacy === "member", code).toBe(bloc.memberships.includes("EEA"));
    }
  });
});

describe("how sure the catalogue is", () => {
  it("never says verified without a source", () => {
    for (const id of accelerators()) {
      const { verified, sources, mig } = accelerator(id);
      if (verified) expect(sources.length, id).toBeGreaterThan(0);
      if (mig?.verified) expect(mig.sources.length, `${id} MIG`).toBeGreaterThan(0);
    }
    for (const id of models()) {
      const { attention, attention_verified, id_confirmed, sources, status, verified_fields } = model(id);
      if (status === "recalled") expect([verified_fields, id_confirmed], id).toEqual([[], false]);
      else expect(sources.length, id).toBeGreaterThan(0);
      if (attention_verified) expect([attention !== undefined, sources.length > 0], id).toEqual([true, true]);
    }
    for (const code of countries()) {
      const { bloc, sectors } = country(code);
      for (const { verified, sources, evidence } of [bloc, sectors]) {
        if (verified === false) expect([evidence, sources], code).toEqual(["none", []]);
        else expect(sources.length, code).toBeGreaterThan(0);
      }
    }
  });

  it("names sources in full, and none that asks for the same terms in return", () => {
    expect(instance("p5.48xlarge").sources[0]).toMatch(/^https:\/\/github\.com\/aws\/karpenter/);
    expect(yamlFiles.length).toBeGreaterThan(230);
    const sameTerms = /ODbL|share-?alike|CC[- ]BY(-NC)?-SA|find_string/i;
    for (const licence of ["ODbL (share-alike)", "CC BY-SA 4.0", "cc-by-nc-sa-4.0"]) expect(licence).toMatch(sameTerms);
    for (const name of yamlFiles) {
      const text = readFileSync(new URL(name, folder), "utf8");
      expect(text, name).not.toMatch(sameTerms);
    }
  });
});

describe("the attention of models", () => {
  it("gives the bytes of KV cache that each token takes", () => {
    const known = models().filter((id) => model(id).kv_bytes_per_token_bf16 !== null);
    expect(known.length).toBeGreaterThan(90);
    for (const id of models()) expect(model(id).kv_bytes_per_token_bf16, id).toBe(bytesPerToken(id));
  });

  it("has heads that its KV heads divide, and no more full attention layers than layers", () => {
    for (const id of models()) {
      const { attention } = model(id);
      if (!attention) continue;
      if (attention.heads && attention.kv_heads) expect(attention.heads % attention.kv_heads, id).toBe(0);
      expect(attention.full_attention_layers, id).toBeLessThanOrEqual(attention.layers);
    }
  });

  it("is that of published configurations", () => {
    const published = {
      "meta-llama/Llama-3.1-8B-Instruct": [32, 8, 131_072],
      "meta-llama/Llama-3.1-405B-Instruct": [128, 8, 516_096],
      "Qwen/Qwen3-32B": [64, 8, 262_144],
      "Qwen/Qwen3-30B-A3B": [32, 4, 98_304],
      "Qwen/Qwen3.5-27B": [24, 4, 65_536],
      "openai/gpt-oss-120b": [64, 8, 36_864],
      "deepseek-ai/DeepSeek-R1": [128, undefined, 70_272],
      "moonshotai/Kimi-K2.5": [64, undefined, 70_272],
      "google/gemma-4-31B-it": [32, 4, 81_920],
      "MiniMaxAI/MiniMax-M2.5": [48, 8, 253_952],
      "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8": [32, 2, 8192],
      "swiss-ai/Apertus-70B-Instruct-2509": [64, 8, 327_680],
    };
    for (const [id, expected] of Object.entries(published)) {
      const { attention, attention_verified, kv_bytes_per_token_bf16 } = model(id);
      expect([attention?.heads, attention?.kv_heads, kv_bytes_per_token_bf16], id).toEqual(expected);
      expect(attention_verified, id).toBe(true);
    }
  });

  function bytesPerToken(id: string): number | null {
    const { attention } = model(id);
    if (!attention || attention.kind === "compressed") return null;
    const { full_attention_layers, head_dim, kind, kv_heads, kv_lora_rank, qk_rope_head_dim } = attention;
    if (kind === "mla") return full_attention_layers * (kv_lora_rank! + qk_rope_head_dim!) * 2;
    return full_attention_layers * 2 * kv_heads! * head_dim! * 2;
  }
});

describe("MIG profiles", () => {
  it("are named as Kubernetes counts them, and are none where a chip has no MIG", () => {
    expect(migProfiles("h100-sxm-80").map(({ resource }) => resource)).toContain("nvidia.com/mig-1g.10gb.me");
    expect(migProfiles("h200-sxm")[0]).toEqual({
      name: "1g.18gb",
      max_per_gpu: 7,
      memory_gib: 16,
      memory_verified: true,
      resource: "nvidia.com/mig-1g.18gb",
    });
    expect(migProfiles("l40s")).toEqual([]);
    expect(accelerators().filter((id) => migProfiles(id).length > 0)).toHaveLength(13);
  });

  it("fit their GPU, as often as they say, and have no more memory than their names", () => {
    for (const id of accelerators()) {
      for (const { name, max_per_gpu, memory_gib, resource } of migProfiles(id)) {
        const [, gigabytes] = /\.(\d+)gb/.exec(name)!;
        expect(memory_gib, `${id} ${name}`).toBeLessThanOrEqual(Number(gigabytes));
        expect(memory_gib * max_per_gpu, `${id} ${name}`).toBeLessThanOrEqual(accelerator(id).memory_gib);
        expect(resource).toMatch(/^nvidia\.com\/mig-[0-9a-z.-]+$/);
      }
    }
  });
});
