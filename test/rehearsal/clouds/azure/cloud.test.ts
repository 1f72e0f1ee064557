import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { aksVersions, azureBuiltinRole, azureSize, azureZones } from "../../../../catalogue/azure-offering.ts";
import { addressRange, overlap } from "../../../../rehearsal/clouds/azure/address-range.ts";
import { azureCloud } from "../../../../rehearsal/clouds/azure/cloud.ts";
import { parseResourceId, scopeHolds } from "../../../../rehearsal/clouds/azure/resource-id.ts";
import { cloudProvider } from "../../../../rehearsal/clouds/cloud-provider.ts";
import { azure, dropPatterns, subscriptionId, token, whole } from "./landscape.ts";

afterAll(dropPatterns);

const subscription = `/subscriptions/${subscriptionId}`;

test("every type is one of the SDK's, with inputs and outputs", () => {
  const { types, functions, shapes, version } = azureCloud();
  expect(version).toBe("3.28.0");
  expect(Object.keys(types)).toHaveLength(25);
  for (const type of Object.keys(types)) expect(shapes.resource(type).inputs.size, type).toBeGreaterThan(2);
  for (const name of Object.keys(functions)) expect(() => shapes.arguments(name), name).not.toThrow();
});

test("every API version is the one that the SDK's resource is of", async () => {
  using world = await azure({}, ...whole);
  const folder = dirname(createRequire(import.meta.url).resolve("@pulumi/azure-native/package.json"));
  const versions = new Map(world.world.standing().map(({ type, outputs }) => [type, outputs.azureApiVersion]));
  expect(versions.size).toBeGreaterThan(12);
  for (const [type, version] of versions) {
    // A pool that is declared inside its cluster has no version of its own.
    if (version === undefined) continue;
    const [, module, name] = type.split(":") as [string, string, string];
    const text = readFileSync(join(folder, module, `${name[0]!.toLowerCase()}${name.slice(1)}.d.ts`), "utf8");
    expect(text, type).toContain(`Uses Azure REST API version ${version}.`);
  }
});

test("what the rehearsal lacks to check is said", async () => {
  const said: string[] = [];
  using world = await azure({ models: false });
  const { types, configure } = azureCloud();
  const settings = configure({ subscriptionId }, { FREEHOLD_REHEARSAL: world.home });
  const inputs = { resourceGroupName: "rg", routeTableName: "rt", location: "brazilsouth" };
  const call = { settings, world: world.world, name: "rt", inputs, signal: new AbortController().signal };
  types[token("network:RouteTable")]!.judge!({ ...call, say: (text) => said.push(text) });
  expect(said).toEqual(["the limits of RouteTable are unchecked: Azure's models are not here"]);
});

test("a type that no component uses is refused, and everything outside a rehearsal", async () => {
  using world = await azure();
  await expect(world.create("azure-native:compute:VirtualMachine", {})).rejects.toThrow(
    /not in this simulated cloud.*25 types/,
  );
  const handlers = cloudProvider(azureCloud(), "127.0.0.1:1", { env: {} });
  const configure = handlers.configure as (call: object, done: (error: { details: string }) => void) => void;
  const request = { getVariablesMap: () => ({ getEntryList: () => [] }), getArgs: () => undefined };
  const error = await new Promise<{ details: string }>((resolve) => configure({ request }, resolve));
  expect(error.details).toMatch(/FREEHOLD_REHEARSAL is not set/);
});

test("the plugin says where it listens, and ends with the engine", async () => {
  const file = fileURLToPath(new URL("../../../../rehearsal/azure-native-provider.ts", import.meta.url));
  const plugin = spawn(process.execPath, [file, "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve) => plugin.stdout.once("data", (data) => resolve(String(data))));
  expect(Number(port)).toBeGreaterThan(1024);
  plugin.stdin.end();
  expect(await new Promise((resolve) => plugin.on("exit", resolve))).toBe(0);
});

test.each([
  [`${subscription}`, "Microsoft.Resources/subscriptions"],
  [`${subscription}/resourceGroups/rg`, "Microsoft.Resources/resourceGroups"],
  [
    `${subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
    "Microsoft.Network/virtualNetworks/subnets",
  ],
  [`${subscription}/providers/Microsoft.Authorization/roleDefinitions/r`, "Microsoft.Authorization/roleDefinitions"],
  ["/subscriptions/mine/resourceGroups/rg", undefined],
  [`${subscription}/resourceGroups/`, undefined],
  [`${subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks`, undefined],
  [`${subscription}/resourceGroups/rg/Microsoft.Network/virtualNetworks/v`, undefined],
  ["v", undefined],
])("%s is the id of %s", (id, type) => {
  expect(parseResourceId(id)?.type).toBe(type);
});

test("a scope holds for what is below it, whatever the case, and for nothing beside it", () => {
  const network = `${subscription}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net`;
  expect(scopeHolds(network.toUpperCase(), `${network}/subnets/a`)).toBe(true);
  expect(scopeHolds(network, `${network}2`)).toBe(false);
});

test("ranges of addresses are read, and refused with host bits", () => {
  expect(addressRange("10.64.0.0/16")).toMatchObject({ bits: 16 });
  expect(addressRange("10.64.0.1/16")).toBeUndefined();
  expect(addressRange("10.64.0.0/33")).toBeUndefined();
  expect(addressRange("10.64.300.0/24")).toBeUndefined();
  expect(overlap(addressRange("10.64.0.0/16")!, addressRange("10.65.0.0/16")!)).toBe(false);
});

test("what Azure offers is in the catalogue: sizes, zones, versions, roles", () => {
  expect(azureSize("standard_d8ds_v5")).toMatchObject({ name: "Standard_D8ds_v5", vcpus: 8, memoryGib: 32 });
  expect(azureSize("Standard_D8s_v6")!.offeredIn("chilecentral")).toBe(false);
  expect(azureSize("Standard_D7s_v5")).toBeUndefined();
  expect(azureSize("p5.48xlarge")).toBeUndefined();
  expect(azureZones("brazilsouth")).toEqual(["1", "2", "3"]);
  expect(azureZones("brazilsoutheast")).toEqual([]);
  expect(aksVersions().general).toContain("1.35.6");
  expect(azureBuiltinRole("7F951DDA-4ED3-4680-A7CA-43FE172D538D")?.name).toBe("AcrPull");
});
