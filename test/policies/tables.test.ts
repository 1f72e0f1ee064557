import { describe, expect, it } from "vitest";
import { describedPackages, describedTypes, type ResourceTable, resourceTable } from "../../catalogue/resource.ts";
import { type ProviderPackage, providerPackage, strayStep } from "./provider-package.ts";

// Their packages are not installed, so whether a name is right cannot be told from here.
const UNCHECKED = ["azuread", "cloudflare", "docker", "docker-build", "hcloud"];
// Most kinds of a cluster are custom and in no package; the providers' own settings are checked against each provider.
const OTHERWISE = ["kubernetes", "pulumi"];

const installed = describedPackages().filter((pack) => ![...UNCHECKED, ...OTHERWISE].includes(pack));

describe("tables of resources name what the providers' types have", () => {
  it.each(installed)("in @pulumi/%s", (pack) => {
    const types = providerPackage(pack);
    if (!types) throw new Error(`@pulumi/${pack} is not installed, and not named as unchecked`);
    expect(describedTypes(pack).flatMap((token) => strays(types, token, resourceTable(pack, token)))).toEqual([]);
  });

  it("in the providers' own settings", () => {
    const strange = describedTypes("pulumi").flatMap((token) => {
      const pack = token.split(":")[1] ?? "";
      const types = providerPackage(pack);
      if (!types) return UNCHECKED.includes(pack) ? [] : [`${token} is of no installed package`];
      return strays(types, token, resourceTable("pulumi", token));
    });
    // Where its code is fetched is the engine's own setting, which no provider's types have.
    expect(strange.filter((found) => !/ (?:__internal\.)?pluginDownloadURL /.test(found))).toEqual([]);
  });

  it("and only packages that are not installed go unchecked", () => {
    expect(UNCHECKED.filter((pack) => providerPackage(pack) !== undefined)).toEqual([]);
  });
});

describe("the check of the tables", () => {
  const types = providerPackage("aws");
  if (!types) throw new Error("@pulumi/aws is not installed");
  const table = (from: Partial<ResourceTable>): ResourceTable => ({
    facts: [],
    ignore: [],
    nowhere: false,
    regional: false,
    identities: [],
    ...from,
  });
  const row = (path: string, more: Partial<ResourceTable["facts"][number]> = {}) =>
    table({ facts: [{ path, for: "data", mustResolve: false, ...more }] });

  it.each<[string, string, ResourceTable, string[]]>([
    ["a type that is not there", "s3/buckett:Buckett", table({}), ["s3/buckett:Buckett"]],
    [
      "a property that is not there",
      "s3/bucket:Bucket",
      row("accelerationStatuss"),
      ["s3/bucket:Bucket accelerationStatuss (accelerationStatuss)"],
    ],
    [
      "a step below a structure",
      "s3/bucket:Bucket",
      row("logging.bucket"),
      ["s3/bucket:Bucket logging.bucket (bucket)"],
    ],
    [
      "a step below a number",
      "kms/key:Key",
      row("rotationPeriodInDays.days"),
      ["kms/key:Key rotationPeriodInDays.days (days)"],
    ],
    [
      "a condition",
      "kms/key:Key",
      row("multiRegion", { if: { region2: { absent: true } } }),
      ["kms/key:Key region2 (region2)"],
    ],
    [
      "a condition beside the row's own element",
      "ec2/networkAcl:NetworkAcl",
      row("egress[].cidrBlock", { if: { "./actions": { absent: true } } }),
      ["ec2/networkAcl:NetworkAcl egress[].actions (actions)"],
    ],
    [
      "a path that is ignored",
      "ec2/vpcIpam:VpcIpam",
      table({ ignore: ["operatingRegion"] }),
      ["ec2/vpcIpam:VpcIpam operatingRegion (operatingRegion)"],
    ],
    ["an identity", "s3/bucket:Bucket", table({ identities: ["s3:{name}"] }), ["s3/bucket:Bucket {name} (name)"]],
  ])("tells %s", (_, token, made, told) => {
    expect(strays(types, token, made)).toEqual(told);
  });

  it.each<[string, string, ResourceTable]>([
    ["lists and structures", "s3/bucket:Bucket", row("replicationConfiguration.rules[].destination.bucket")],
    ["JSON in a string", "ecs/taskDefinition:TaskDefinition", row("containerDefinitions[].image")],
    ["a map", "cognito/identityPool:IdentityPool", row("supportedLoginProviders.anything")],
    ["the resource as a whole", "cloudfront/distribution:Distribution", row("")],
    ["what the provider answers", "s3/bucket:Bucket", table({ identities: ["s3:{bucket}", "{arn}"] })],
  ])("lets %s pass", (_, token, made) => {
    expect(strays(types, token, made)).toEqual([]);
  });
});

/** What a table names that the types of the package do not have. */
function strays(types: ProviderPackage, token: string, table: ResourceTable | undefined): string[] {
  const root = types.resource(token);
  if (!root) return [token];
  const { facts = [], ignore = [], identities = [] } = table ?? {};
  const paths = [
    ...facts.flatMap(({ path, if: conditions }) => [
      path,
      ...Object.keys(conditions ?? {}).map((where) => beside(path, where)),
    ]),
    ...ignore,
  ];
  const named = identities.flatMap((template) => [...template.matchAll(/\{([^}]+)\}/g)].map(([, key = ""]) => key));
  return [
    ...paths.flatMap((path) => told(token, path, path === "" ? undefined : strayStep(types, root, path))),
    ...named.flatMap((key) =>
      told(token, `{${key}}`, types.answers(token, key) ? undefined : strayStep(types, root, key)),
    ),
  ];
}

function told(token: string, path: string, stray: string | undefined): string[] {
  return stray === undefined ? [] : [`${token} ${path} (${stray})`];
}

/** `./action` of a row at `egress[].cidrBlock` is `egress[].action`. */
function beside(path: string, where: string): string {
  if (!where.startsWith("./")) return where;
  return [...path.split(".").slice(0, -1), where.slice(2)].join(".");
}
