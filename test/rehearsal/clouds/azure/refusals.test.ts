import { afterAll, describe, expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import {
  azure,
  dropPatterns,
  grant,
  identityId,
  link,
  networkId,
  type Part,
  registryId,
  subscriptionId,
  type TestAzure,
  vaultId,
} from "./landscape.ts";

afterAll(dropPatterns);

type Row = [what: string, parts: Part[], type: string, name: string, inputs: Properties, refusal: RegExp];

const other = "99999999-8888-7777-6666-555555555555";
const rows: Row[] = [
  // Shapes, as the SDK declares them.
  ["an unknown property", [], "network:RouteTable", "rt", { disableBgp: true }, /'disableBgp' is no property/],
  [
    "a missing property",
    [],
    "keyvault:Vault",
    "kv1",
    { properties: { tenantId: other } as Properties },
    /missing required property 'properties\.sku'/,
  ],
  [
    "a property of a wrong type",
    [],
    "operationalinsights:Workspace",
    "logs",
    { retentionInDays: "365" },
    /should be of type 'number'/,
  ],
  [
    "a word that Azure does not know",
    [],
    "storage:StorageAccount",
    "weightsofbr",
    { sku: { name: "Standard_XRS" } },
    /'sku\.name' is 'Standard_XRS'; allowed are .*Standard_ZRS/,
  ],
  // Limits, as Azure publishes them.
  [
    "a key vault's mode outside a closed list",
    [],
    "keyvault:Vault",
    "kv1",
    {
      properties: {
        tenantId: "5a1e0f0c-7d0c-4b1e-9a53-2f3c6d8e9b10",
        sku: { family: "A", name: "premium" },
        createMode: "fresh",
      },
    },
    /createMode/,
  ],
  [
    "a retention beyond what Azure takes",
    [],
    "storage:BlobServiceProperties",
    "default",
    { deleteRetentionPolicy: { enabled: true, days: 999 } },
    /'deleteRetentionPolicy\.days' is too high \(999 > 365\)/,
  ],
  [
    "a disk larger than Azure makes",
    ["network", "vault", "disks", "registry", "identities", "cluster"],
    "containerservice:AgentPool",
    "gpu",
    { osDiskSizeGB: 4096 },
    /'osDiskSizeGB' is too high \(4096 > 2048\)/,
  ],
  // Names.
  [
    "a storage account's name in capitals",
    [],
    "storage:StorageAccount",
    "Weights",
    {},
    /3 to 24 lower-case letters and digits/,
  ],
  ["a storage account's name that is too long", [], "storage:StorageAccount", "a".repeat(25), {}, /3 to 24/],
  ["a vault's name that begins with a digit", [], "keyvault:Vault", "1vault", {}, /'1vault'; it must be 3 to 24/],
  ["a vault's name with two hyphens together", [], "keyvault:Vault", "a--b", {}, /single hyphens/],
  ["a registry's name with a hyphen", [], "containerregistry:Registry", "my-images", {}, /5 to 50 letters and digits/],
  [
    "a resource group's name that ends in a full stop",
    [],
    "resources:ResourceGroup",
    "group.",
    {},
    /the last no full stop/,
  ],
  [
    "an agent pool's name with a hyphen",
    ["network", "vault", "disks", "registry", "identities", "cluster"],
    "containerservice:AgentPool",
    "h-200",
    {},
    /1 to 12 lower-case/,
  ],
  ["a container's name with a capital", [], "storage:BlobContainer", "Weights", {}, /3 to 63 lower-case/],
  ["a workspace's short name", [], "operationalinsights:Workspace", "abc", {}, /4 to 63/],
  ["a subnet's name that ends in a hyphen", ["network"], "network:Subnet", "a-", {}, /1 to 80/],
  ["a blob service that is not the default", [], "storage:BlobServiceProperties", "other", {}, /must be default/],
  [
    "a role assignment whose name is no GUID",
    ["vault"],
    "authorization:RoleAssignment",
    "x",
    {
      roleAssignmentName: "wraps",
      principalId: other,
      principalType: "Group",
      scope: vaultId,
      roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
    },
    /must be a GUID/,
  ],
  ["a private zone that is no domain", [], "privatedns:PrivateZone", "zone", {}, /a domain of 2 to 34 labels/],
  // Places.
  [
    "a location that does not exist",
    [],
    "network:RouteTable",
    "rt",
    { location: "brazilnorth" },
    /'brazilnorth', which is no location of Azure/,
  ],
  [
    "a private zone in a region",
    [],
    "privatedns:PrivateZone",
    "a.example",
    { location: "brazilsouth" },
    /are in 'global'/,
  ],
  [
    "copies in zones where there are none",
    [],
    "storage:StorageAccount",
    "weightsofbr",
    { location: "brazilsoutheast" },
    /no availability zones/,
  ],
  // Groups and parents.
  [
    "a resource in a group that is not there",
    [],
    "network:RouteTable",
    "rt",
    { resourceGroupName: "gone" },
    /Status=404 Code="ResourceGroupNotFound" Message="Resource group 'gone'/,
  ],
  ["a subnet of a network that is not there", [], "network:Subnet", "one", {}, /ParentResourceNotFound/],
  ["a container of an account that is not there", [], "storage:BlobContainer", "weights", {}, /ParentResourceNotFound/],
  [
    "a resource that is there",
    ["network"],
    "network:VirtualNetwork",
    "net",
    {},
    /cannot create already existing resource '\/subscriptions\/.*\/virtualNetworks\/net'/,
  ],
  [
    "an id that is none",
    ["network"],
    "network:Subnet",
    "one",
    { routeTable: { id: "rt" } },
    /'rt', which is not the id of a resource/,
  ],
  [
    "an id under which nothing is",
    ["network"],
    "network:Subnet",
    "one",
    { routeTable: { id: `${networkId.replace("virtualNetworks/net", "routeTables/rt")}` } },
    /Code="ResourceNotFound" Message="The Resource 'Microsoft.Network\/routeTables\/rt' under resource group 'rg'/,
  ],
  [
    "an id of another subscription",
    ["network"],
    "network:Subnet",
    "one",
    {
      networkSecurityGroup: {
        id: `/subscriptions/${other}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/a`,
      },
    },
    /ResourceNotFound/,
  ],
  // Networks.
  [
    "a subnet outside its network",
    ["network"],
    "network:Subnet",
    "one",
    { addressPrefix: "10.65.0.0/24" },
    /NetcfgInvalidSubnet/,
  ],
  [
    "a subnet on another",
    ["network"],
    "network:Subnet",
    "one",
    { addressPrefix: "10.64.3.0/24" },
    /NetcfgSubnetRangesOverlap.*'nodes'/,
  ],
  [
    "a subnet that is too small",
    ["network"],
    "network:Subnet",
    "one",
    { addressPrefix: "10.64.9.0/30" },
    /InvalidSubnetMask/,
  ],
  [
    "a subnet without a range",
    ["network"],
    "network:Subnet",
    "one",
    { addressPrefix: null },
    /NoAddressPrefixOrPoolProvided/,
  ],
  ["a range with host bits", ["network"], "network:Subnet", "one", { addressPrefix: "10.64.9.1/24" }, /no CIDR block/],
  [
    "a network without addresses",
    [],
    "network:VirtualNetwork",
    "two",
    { addressSpace: { addressPrefixes: [] } },
    /AddressSpaceMissing/,
  ],
  [
    "two rules of one priority",
    [],
    "network:NetworkSecurityGroup",
    "nsg",
    { securityRules: [rule("a", 100), rule("b", 100)] },
    /SecurityRuleConflict/,
  ],
  [
    "a rule's priority that Azure does not take",
    [],
    "network:NetworkSecurityGroup",
    "nsg",
    { securityRules: [rule("a", 99)] },
    /99; it must be 100 to 4096/,
  ],
  [
    "a rule that says no ports",
    [],
    "network:NetworkSecurityGroup",
    "nsg",
    { securityRules: [{ ...rule("a", 100), destinationPortRange: null }] },
    /SecurityRuleParameterMissing/,
  ],
  [
    "a route to an appliance without an address",
    [],
    "network:RouteTable",
    "rt",
    { routes: [{ name: "out", addressPrefix: "0.0.0.0/0", nextHopType: "VirtualAppliance" }] },
    /an address of the next hop is for VirtualAppliance, and needed there/,
  ],
  [
    "a private endpoint for a service that there is not",
    ["network", "vault"],
    "network:PrivateEndpoint",
    "pe",
    { privateLinkServiceConnections: link(vaultId, "blob") },
    /PrivateLinkServiceGroupIdInvalid.*vault/,
  ],
  [
    "a private endpoint to nothing",
    ["network", "vault"],
    "network:PrivateEndpoint",
    "pe",
    { privateLinkServiceConnections: [] },
    /PrivateLinkServiceConnectionMissing/,
  ],
  [
    "a private endpoint in another region than its subnet",
    ["network", "vault"],
    "network:PrivateEndpoint",
    "pe",
    { location: "brazilsoutheast" },
    /both have to be in one region/,
  ],
  // Keys.
  [
    "a vault that says it is not protected",
    [],
    "keyvault:Vault",
    "kv1",
    { properties: vault({ enablePurgeProtection: false }) },
    /cannot be set to false/,
  ],
  [
    "a vault whose deletion is kept too short",
    [],
    "keyvault:Vault",
    "kv1",
    { properties: vault({ softDeleteRetentionInDays: 3 }) },
    /3; it must be 7 to 90/,
  ],
  [
    "a vault of another tenant",
    [],
    "keyvault:Vault",
    "kv1",
    { properties: vault({ tenantId: other }) },
    /not the subscription's tenant/,
  ],
  [
    "a key of an odd size",
    ["vault"],
    "keyvault:Key",
    "k",
    { properties: { kty: "RSA", keySize: 1024 } },
    /2048, 3072 or 4096/,
  ],
  [
    "a disk encryption set of a key that is not there",
    ["vault"],
    "compute:DiskEncryptionSet",
    "des",
    {
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId("encryption")] },
      activeKey: { keyUrl: "https://keys-of-br.vault.azure.net/keys/nothing" },
    },
    /KeyNotFound/,
  ],
  [
    "a disk encryption set whose key is no URI",
    ["vault"],
    "compute:DiskEncryptionSet",
    "des",
    { activeKey: { keyUrl: "keys/disks" } },
    /not the URI of a key/,
  ],
  [
    "a disk encryption set in another region than its vault",
    ["vault"],
    "compute:DiskEncryptionSet",
    "des",
    { location: "brazilsoutheast" },
    /KeyVaultAndResourceInDifferentRegions/,
  ],
  [
    "an identity that is not there",
    ["vault"],
    "compute:DiskEncryptionSet",
    "des",
    { identity: { type: "UserAssigned", userAssignedIdentities: [identityId("nobody")] } },
    /ResourceNotFound/,
  ],
  [
    "an identity where none is said",
    ["vault"],
    "compute:DiskEncryptionSet",
    "des",
    { identity: { type: "SystemAssigned", userAssignedIdentities: [identityId("encryption")] } },
    /InvalidIdentityTypeAndUserAssignedIdentities/,
  ],
  // Registries, storage, logs.
  [
    "a registry that is closed and not of the highest tier",
    [],
    "containerregistry:Registry",
    "images",
    { sku: { name: "Standard" } },
    /SkuNotSupported.*publicNetworkAccess/,
  ],
  [
    "a registry whose exports are off in public",
    [],
    "containerregistry:Registry",
    "images",
    { publicNetworkAccess: "Enabled", policies: { exportPolicy: { status: "disabled" } } },
    /can only be disabled where publicNetworkAccess is Disabled/,
  ],
  [
    "a cache rule without a target",
    ["network", "vault", "registry"],
    "containerregistry:CacheRule",
    "other",
    { targetRepository: null },
    /InvalidCacheRuleRequest/,
  ],
  [
    "a cache rule to a target that is taken",
    ["network", "vault", "registry"],
    "containerregistry:CacheRule",
    "other",
    {},
    /CacheRuleTargetRepositoryExists/,
  ],
  [
    "storage under a key without an identity",
    ["vault"],
    "storage:StorageAccount",
    "weightsofbr",
    {
      encryption: {
        keySource: "Microsoft.Keyvault",
        keyVaultProperties: { keyVaultUri: "https://keys-of-br.vault.azure.net/", keyName: "disks" },
      },
    },
    /EncryptionIdentityNotAssigned/,
  ],
  [
    "a retention of logs that Azure does not keep",
    [],
    "operationalinsights:Workspace",
    "audit",
    { retentionInDays: 3650 },
    /30 to 730/,
  ],
  [
    "a diagnostic setting that goes nowhere",
    ["vault"],
    "monitor:DiagnosticSetting",
    "audit",
    { workspaceId: null },
    /At least one data sink/,
  ],
  // Identities.
  [
    "a credential whose issuer is no https",
    ["vault"],
    "managedidentity:FederatedIdentityCredential",
    "db1",
    { issuer: "http://x" },
    /must be an https URL/,
  ],
  [
    "a credential of two audiences",
    ["vault"],
    "managedidentity:FederatedIdentityCredential",
    "db1",
    { audiences: ["a", "b"] },
    /exactly one member/,
  ],
  [
    "a proximity placement group with zones and no sizes",
    [],
    "compute:ProximityPlacementGroup",
    "near",
    { zones: ["1"] },
    /needs an intent of VM sizes/,
  ],
];

function rule(name: string, priority: number): Properties {
  return {
    name,
    priority,
    access: "Deny",
    direction: "Outbound",
    protocol: "*",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "Internet",
    destinationPortRange: "*",
  };
}

function vault(properties: Properties): Properties {
  return { tenantId: "5a1e0f0c-7d0c-4b1e-9a53-2f3c6d8e9b10", sku: { family: "A", name: "premium" }, ...properties };
}

describe("the simulated Azure refuses", () => {
  test.each(rows)("%s", async (_, parts, type, name, inputs, refusal) => {
    using world = await azure({}, ...parts);
    const before = world.world.standing().length;
    await expect(world.make(type, name, inputs)).rejects.toThrow(refusal);
    expect(world.world.standing()).toHaveLength(before);
  });

  test("limits that it has no models for are unchecked, and the shapes and rules still hold", async () => {
    using world = await azure({ models: false });
    await world.make("storage:StorageAccount", "weightsofbr");
    await world.make("storage:BlobServiceProperties", "default", {
      deleteRetentionPolicy: { enabled: true, days: 999 },
    });
    await expect(world.make("storage:StorageAccount", "Weights")).rejects.toThrow(/lower-case/);
  });
});

describe("names that are of the whole world", () => {
  test.each([
    ["storage:StorageAccount", "weightsofbr", { storageAccounts: ["weightsofbr"] }, /StorageAccountAlreadyTaken/],
    ["keyvault:Vault", "keys-of-br", { vaults: ["keys-of-br"] }, /VaultAlreadyExists/],
    ["containerregistry:Registry", "imagesofbr", { registries: ["ImagesOfBR"] }, /AlreadyInUse/],
  ])(
    "%s: one that somebody else has is refused, and one that stands in another group",
    async (type, name, taken, refusal) => {
      using theirs = await azure({
        subscription: { taken: { storageAccounts: [], vaults: [], registries: [], ...taken } },
      });
      await expect(theirs.make(type, name)).rejects.toThrow(refusal);
      using ours = await azure();
      await ours.make("resources:ResourceGroup", "second");
      await ours.make(type, name);
      await expect(ours.make(type, name, { resourceGroupName: "second" })).rejects.toThrow(refusal);
    },
  );

  test("a deleted vault keeps its name until it is purged, and is recovered where that is asked for", async () => {
    using world = await azure({}, "vault");
    await world.drop("keyvault:Key", "disks");
    await expect(world.make("keyvault:Key", "disks")).rejects.toThrow(/ObjectIsDeletedButRecoverable/);
    await world.drop("keyvault:Vault", "keys-of-br");
    expect(world.world.standing("azure-native:keyvault:Vault")).toEqual([]);
    await expect(world.make("keyvault:Vault", "keys-of-br")).rejects.toThrow(/ConflictError.*purge protection on/);
    await world.make("keyvault:Vault", "keys-of-br", {
      properties: { ...vault({ enablePurgeProtection: true }), createMode: "recover" },
    });
    expect(world.world.leaving("azure-native:keyvault:Vault")).toEqual([]);
    // What was deleted before its vault was stays deleted.
    await expect(world.make("keyvault:Key", "disks")).rejects.toThrow(/ObjectIsDeletedButRecoverable/);
  });

  test.each([
    ["vault", (world: TestAzure) => world.drop("keyvault:Vault", "keys-of-br")],
    ["resource group", (world: TestAzure) => world.drop("resources:ResourceGroup", "rg")],
  ])("keys that went with their %s come back with the vault", async (_, remove) => {
    using world = await azure({}, "vault");
    const { keyUriWithVersion } = world.named("keyvault:Key", "disks").outputs;
    await remove(world);
    expect(world.world.standing("azure-native:keyvault:Key")).toEqual([]);
    if (world.world.isEmpty()) await world.make("resources:ResourceGroup", "rg");
    const properties = { ...vault({ enablePurgeProtection: true }), createMode: "recover" };
    await world.make("keyvault:Vault", "keys-of-br", { properties });
    expect(world.named("keyvault:Key", "disks").outputs).toMatchObject({ keyUriWithVersion });
  });

  test("a deleted workspace is the same again for two weeks where it was, and its name is taken elsewhere", async () => {
    using world = await azure();
    const { outputs } = await world.make("operationalinsights:Workspace", "logs");
    await world.drop("operationalinsights:Workspace", "logs");
    expect(world.world.isEmpty()).toBe(false);
    await expect(world.make("operationalinsights:Workspace", "logs", { location: "brazilsoutheast" })).rejects.toThrow(
      /taken by a deleted workspace in brazilsouth/,
    );
    const again = await world.make("operationalinsights:Workspace", "logs");
    expect(again.outputs.customerId).toBe(outputs.customerId);
  });
});

describe("what stands cannot be changed or deleted freely", () => {
  test.each<[string, Part[], string, string, Properties, RegExp]>([
    [
      "purge protection is for good",
      ["vault"],
      "keyvault:Vault",
      "keys-of-br",
      { properties: vault({ softDeleteRetentionInDays: 90 }) },
      /irreversible/,
    ],
    [
      "a vault's retention is for good",
      ["vault"],
      "keyvault:Vault",
      "keys-of-br",
      { properties: vault({ enablePurgeProtection: true, softDeleteRetentionInDays: 30 }) },
      /can't be modified/,
    ],
    [
      "a key's kind is for good",
      ["vault"],
      "keyvault:Key",
      "disks",
      { properties: { kty: "EC" } },
      /PropertyChangeNotAllowed.*properties\.kty/,
    ],
    [
      "a subnet's range, while something is in it",
      ["network", "vault", "registry"],
      "network:Subnet",
      "endpoints",
      { addressPrefix: "10.64.20.0/24" },
      /InUseSubnetCannotBeDeleted/,
    ],
    [
      "a network's range, while a subnet is in it",
      ["network"],
      "network:VirtualNetwork",
      "net",
      { addressSpace: { addressPrefixes: ["10.99.0.0/16"] } },
      /NetcfgInvalidSubnet/,
    ],
    [
      "a cache rule's source",
      ["network", "vault", "registry"],
      "containerregistry:CacheRule",
      "aks-managed-mcr",
      { sourceRepository: "docker.io/*" },
      /PropertyChangeNotAllowed/,
    ],
  ])("%s", async (_, parts, type, name, inputs, refusal) => {
    using world = await azure({}, ...parts);
    await expect(world.remake(type, name, inputs)).rejects.toThrow(refusal);
  });

  test.each<[string, Part[], string, string, RegExp]>([
    [
      "a subnet with an endpoint in it",
      ["network", "vault", "registry"],
      "network:Subnet",
      "endpoints",
      /InUseSubnetCannotBeDeleted/,
    ],
    [
      "a network with a subnet in use",
      ["network", "vault", "registry"],
      "network:VirtualNetwork",
      "net",
      /InUseSubnetCannotBeDeleted/,
    ],
    [
      "a disk encryption set of a cluster",
      ["network", "vault", "disks", "registry", "identities", "cluster"],
      "compute:DiskEncryptionSet",
      "disks",
      /OperationNotAllowed.*in use/,
    ],
  ])("%s cannot be deleted", async (_, parts, type, name, refusal) => {
    using world = await azure({}, ...parts);
    await expect(world.drop(type, name)).rejects.toThrow(refusal);
    expect(world.named(type, name)).toBeDefined();
  });

  test("a private zone with a link cannot be deleted", async () => {
    using world = await azure({}, "network");
    await world.make("privatedns:PrivateZone", "privatelink.brazilsouth.azmk8s.io");
    await world.make("privatedns:VirtualNetworkLink", "net");
    await expect(world.make("privatedns:VirtualNetworkLink", "again")).rejects.toThrow(/Code="Conflict"/);
    await expect(world.drop("privatedns:PrivateZone", "privatelink.brazilsouth.azmk8s.io")).rejects.toThrow(
      /CannotDeleteResource/,
    );
    await world.drop("privatedns:VirtualNetworkLink", "net");
    await world.drop("privatedns:PrivateZone", "privatelink.brazilsouth.azmk8s.io");
  });

  test("a route table that a subnet has cannot be deleted", async () => {
    using world = await azure({}, "network");
    await world.make("network:RouteTable", "rt");
    await world.make("network:Subnet", "one", { routeTable: { id: world.id("network:RouteTable", "rt") } });
    await expect(world.drop("network:RouteTable", "rt")).rejects.toThrow(
      /InUseRouteTableCannotBeDeleted.*subnets\/one/,
    );
  });

  test("a key goes by the vault itself: whoever deletes has to be let at it, and to reach it", async () => {
    const caller = { clientId: other, objectId: other, roles: ["Owner"] };
    using stranger = await azure({ subscription: { caller } }, "vault");
    await expect(stranger.drop("keyvault:Key", "disks")).rejects.toThrow(
      /Status=403 Code="Forbidden".*Key Vault Crypto Officer/,
    );
    using closed = await azure({}, "network", "vault");
    const properties = vault({
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
    });
    await closed.remake("keyvault:Vault", "keys-of-br", {
      properties: { ...properties, publicNetworkAccess: "Disabled" },
    });
    await expect(closed.drop("keyvault:Key", "disks")).rejects.toThrow(/approved private link/);
    await closed.make("network:PrivateEndpoint", "keys");
    await closed.drop("keyvault:Key", "disks");
  });
});

describe("role assignments", () => {
  test.each<[string, Properties, RegExp]>([
    ["a principal that nobody knows", { principalId: other }, /PrincipalNotFound.*principalType/],
    ["a principal that is no GUID", { principalId: "me" }, /must be a GUID/],
    [
      "a role that is not there",
      {
        roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${other}`,
      },
      /RoleDefinitionDoesNotExist/,
    ],
    ["a role by its name", { roleDefinitionId: "Reader" }, /must be the id of a role definition/],
    ["a scope that is not there", { scope: registryId }, /ResourceNotFound/],
    [
      "a scope of another subscription",
      { scope: `/subscriptions/${other}/resourceGroups/rg` },
      /LinkedAuthorizationFailed/,
    ],
    ["one that exists", {}, /RoleAssignmentExists/],
    [
      "a new identity whose type is not said",
      { principalType: null, scope: `/subscriptions/${subscriptionId}` },
      /replication delay/,
    ],
  ])("refuse %s", async (_, inputs, refusal) => {
    using world = await azure({}, "vault");
    const right = grant(world, "wrap", "encryption", vaultId);
    await expect(world.make("authorization:RoleAssignment", "more", { ...right, ...inputs })).rejects.toThrow(refusal);
  });
});
