import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { planCountry } from "../../cli/plan-country.ts";
import { jurisdiction, loadCountry } from "../../components/country.ts";
import { preflight } from "../../components/preflight.ts";
import type { Resource } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { hallState } from "../../rehearsal/hall-state.ts";

const stacks = fileURLToPath(new URL("../../stacks/", import.meta.url));
const examples = readdirSync(stacks).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);

it("has a full example, one that differs in everything, and the smallest", () => {
  expect(examples).toEqual(expect.arrayContaining(["ch", "ae", "ee"]));
});

describe.each(examples)("the country of %s", (stack) => {
  const country = loadCountry(join(stacks, `Pulumi.${stack}.yaml`));
  let resources: Resource[];
  let objects: Resource[];
  beforeAll(async () => {
    resources = await planCountry(country);
    objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
  });

  it("keeps the names of its resources, which are contract: a changed name replaces what stands", () => {
    const names = resources.map(({ urn }) => urn.split("::").slice(2).join("::")).sort();
    expect(names).toMatchSnapshot();
  });

  it("gives every object the country's own provider, and never the default one", () => {
    expect(objects.length).toBeGreaterThan(60);
    expect(objects.filter(({ provider }) => provider?.name !== "cluster")).toEqual([]);
  });

  it("takes every image from the declared registry", () => {
    const images = JSON.stringify(resources).match(/"(image|reference)":"[^"]+"/g) ?? [];
    expect(images.length).toBeGreaterThanOrEqual(4);
    for (const image of images) expect(image).toContain(`:"${country.registry}/`);
  });

  it("puts nothing into the state of a component that an argument carried", () => {
    const components = resources.filter(({ type }) => type.startsWith("freehold:"));
    expect(components.map(({ props }) => props)).toEqual(components.map(() => ({})));
  });

  it("shows keys to nobody but their Secrets", () => {
    const holders = objects
      .filter(({ props }) => /fh-[\w-]{43}|Zmgt[\w+/]{58}/.test(JSON.stringify(props)))
      .map(({ type }) => type);
    expect(new Set(holders)).toEqual(new Set(["kubernetes:core/v1:Secret"]));
  });

  it("is held by its own guards, and found fit for the cluster that it declares", () => {
    // What the provider's context leads to, a kubeconfig says, which there is none of here.
    const judged = judge(
      resources.filter(({ type }) => !type.startsWith("pulumi:providers:")),
      jurisdiction(country),
    );
    // What a cloud only says of a resource when it stands is judged then.
    const open = country.target.kind === "onprem" ? [] : ["pending"];
    expect(judged.findings.filter(({ verdict }) => !open.includes(verdict))).toEqual([]);
    expect(preflight(country, hallState(country))).toEqual([]);
  });

  it.runIf(country.target.kind === "onprem")(
    "is refused before anything is registered where the cluster has a node too few",
    async () => {
      const cluster = hallState(country);
      const [name, pool] = Object.entries(country.pools)[0]!;
      const nodes = cluster.nodes.filter((node) => node.name !== `${name}-01`);
      await expect(planCountry(country, { ...cluster, nodes })).rejects.toThrow(
        new RegExp(`Pool ${name} declares ${pool.nodes} node`),
      );
    },
  );
});

it("makes at least two hundred objects of the full example", async () => {
  const country = loadCountry(join(stacks, "Pulumi.ch.yaml"));
  const objects = (await planCountry(country)).filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
  expect(objects.filter(({ type }) => !/NodePatch$/.test(type)).length).toBeGreaterThanOrEqual(200);
});
