import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectFolder } from "../../rehearsal/home.ts";
import { setup } from "../../rehearsal/toolchain.ts";
import { Workspace } from "./workspace.ts";

// The cases of the fast suite, as two stack exports that the real engine hands to the pack: with nobody's credentials.
type Case = {
  case: string;
  resources: { type: string; name?: string; props?: object; outputs?: object; provider?: object }[];
  finds: string[];
};

const SETTINGS: Record<string, object> = {
  aws: { region: "eu-central-1" },
  "azure-native": { location: "germanywestcentral" },
  gcp: { region: "europe-west3" },
};
const cases = casesIn(join(projectFolder, "test/policies/cases"));
let workspace: Workspace;

beforeAll(async () => {
  workspace = new Workspace(await setup(), "rehearsal", {
    FREEHOLD_COUNTRY: "DE",
    FREEHOLD_HOSTS: "*.example.de",
    FREEHOLD_REGISTRIES: "registry.example.de",
    FREEHOLD_ACCOUNTS: "111122223333,444455556666",
  });
});

afterAll(() => workspace?.remove());

describe("the pack under pulumi policy analyze", () => {
  it("refuses every leak of the cases", async () => {
    // Another case may close a namespace: in one state they share it.
    const leaks = cases.filter(({ finds }) =>
      finds.some((find) => /^(?!egress-closed).* (?:broken|undecidable)/.test(find)),
    );
    expect(leaks.length).toBeGreaterThan(100);
    const { code, violations } = await analyzed(leaks);
    expect(code).not.toBe(0);
    const missed = leaks.filter((_, index) => ![...violations.keys()].some((urn) => urn.startsWith(stem(index))));
    expect(missed.map((each) => each.case)).toEqual([]);
  });

  it("lets every look-alike pass", async () => {
    const benign = cases.filter(({ finds }) => finds.length === 0);
    expect(benign.length).toBeGreaterThan(100);
    const { violations, said } = await analyzed(benign);
    expect(said).toMatch(/freehold: \d{3,} resources judged for DE: \d{3,} held/);
    // A provider abroad is one, whatever stands nowhere under it.
    const alarms = [...violations].filter(([urn]) => !urn.includes("::pulumi:providers:"));
    expect(alarms).toEqual([]);
  });
});

/** What is mandatory and violated, by URN. Each case has a project of its own, so that its URNs tell it. */
async function analyzed(judged: Case[]) {
  const resources = judged.flatMap(({ resources }, index) => resources.flatMap((each) => written(each, stem(index))));
  const unique = [...new Map(resources.map((resource) => [resource.urn, resource])).values()];
  const manifest = { time: "2026-11-21T00:00:00Z", magic: "", version: "" };
  workspace.write("state.json", JSON.stringify({ version: 3, deployment: { manifest, resources: unique } }));
  const pack = join(projectFolder, "policies");
  const { code, stdout, output } = await workspace.pulumi(
    `policy analyze --policy-pack=${pack} --file state.json --json`,
  );
  const violations = new Map<string, string>();
  for (const line of stdout.split("\n").filter((each) => each.startsWith("{"))) {
    const { policyEvent } = JSON.parse(line);
    if (policyEvent?.enforcementLevel === "mandatory") violations.set(policyEvent.resourceUrn, policyEvent.message);
  }
  return { code, violations, said: output };
}

function written(
  { type, name = "it", props = {}, outputs = {}, provider }: Case["resources"][number],
  project: string,
) {
  const [pack = ""] = type.split(":");
  const settings = provider ?? SETTINGS[pack] ?? {};
  const from = {
    urn: `${project}::pulumi:providers:${pack}::of-${name}`,
    custom: true,
    id: "p",
    type: `pulumi:providers:${pack}`,
  };
  const resource = {
    urn: `${project}::${type}::${name}`,
    custom: true,
    id: name,
    type,
    inputs: props,
    outputs: { ...props, ...outputs },
  };
  return [
    { ...from, inputs: settings, outputs: settings },
    { ...resource, provider: `${from.urn}::${from.id}` },
  ];
}

function stem(index: number): string {
  return `urn:pulumi:cases::case-${index}`;
}

/** What is not known yet stands in no state; those cases are of a plan. */
function casesIn(where: string): Case[] {
  return readdirSync(where, { recursive: true, encoding: "utf8" })
    .filter((name) => /^[\w-]+[\\/].*\.yaml$/.test(name))
    .sort()
    .flatMap((name) => parse(readFileSync(join(where, name), "utf8")) as Case[])
    .filter((each) => !JSON.stringify(each).includes("<unknown>"));
}
