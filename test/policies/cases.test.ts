import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { judge, type Resource, UNKNOWN } from "../../policies/judge.ts";

const caseShape = z.strictObject({
  case: z.string(),
  resources: z
    .array(
      z.strictObject({
        type: z.string(),
        name: z.string().optional(),
        props: z.record(z.string(), z.unknown()).default({}),
        /** The settings of its provider. */
        provider: z.record(z.string(), z.unknown()).optional(),
        outputs: z.record(z.string(), z.unknown()).optional(),
        /** The component that it is a part of. */
        parent: z.string().optional(),
      }),
    )
    .min(1),
  /** `<rule> <verdict> <path>`; none for what only looks like a leak. Pending ones count where a case names one. */
  finds: z.array(z.string()),
});

const germany = jurisdictionOf("DE", {
  hosts: ["*.example.de"],
  registries: ["registry.example.de"],
  accounts: ["111122223333", "444455556666"],
});

const SETTINGS: Record<string, Resource["props"]> = {
  aws: { region: "eu-central-1" },
  "azure-native": { location: "germanywestcentral" },
  gcp: { region: "europe-west3" },
};

const folder = new URL("cases/", import.meta.url);
// Those that lie in no folder of a package are of a cluster, and judged elsewhere.
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => /^[\w-]+[\\/].*\.yaml$/.test(name))
  .map((name) => name.replaceAll("\\", "/"))
  .sort();

describe.each(files)("what the guards find in %s", (file) => {
  const cases = z.array(caseShape).parse(parse(readFileSync(new URL(file, folder), "utf8")));

  it.each(cases.map((each) => [each.case, each] as const))("%s", (_, { resources, finds }) => {
    const all = resources.map(resourceOf);
    const waits = finds.some((find) => find.includes(" pending "));
    const found = judge(all, germany)
      .findings.filter(({ verdict }) => waits || verdict !== "pending")
      .map(({ rule, verdict, path }) => `${rule} ${verdict} ${path}`.trim());
    expect(found.sort()).toEqual([...finds].sort());
  });
});

it("no two cases of a file have one name", () => {
  for (const file of files) {
    const names = z
      .array(caseShape)
      .parse(parse(readFileSync(new URL(file, folder), "utf8")))
      .map((each) => each.case);
    expect(names, file).toEqual([...new Set(names)]);
  }
});

function resourceOf({
  type,
  name = "it",
  props,
  provider,
  outputs,
  parent,
}: z.output<typeof caseShape>["resources"][number]): Resource {
  const [pack = ""] = type.split(":");
  const settings = provider ?? SETTINGS[pack];
  return {
    type,
    name,
    urn: `urn:pulumi:de::cases::${parents(parent)}${type}::${name}`,
    props: unknowing(props) as Resource["props"],
    ...(parent && { parent: `urn:pulumi:de::cases::${parent}` }),
    ...(settings && {
      provider: { type: `pulumi:providers:${pack}`, name: pack, props: unknowing(settings) as Resource["props"] },
    }),
    ...(outputs && { outputs: unknowing(outputs) as Resource["props"] }),
  };
}

function unknowing(value: unknown): unknown {
  if (value === "<unknown>") return UNKNOWN;
  if (Array.isArray(value)) return value.map(unknowing);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unknowing(inner)]));
}

/** Types of what a resource stands in, as the engine writes them into its name; the stack is left out. */
function parents(parent: string | undefined): string {
  const type = parent?.split("::")[0];
  return type === undefined || type === "pulumi:pulumi:Stack" ? "" : `${type}$`;
}
