import { beforeAll, describe, expect, it } from "vitest";
import type { AzureTarget } from "../../../../components/clouds/azure/target.ts";
import type { Resource } from "../../../../policies/fact.ts";
import { judge } from "../../../../policies/judge.ts";
import { answered } from "./answered.ts";
import { azureCountry, brazil, planned, plannedGround } from "./planned.ts";

// biome-ignore lint/suspicious/noExplicitAny: resources as deep as Azure has them.
type Any = any;
const ofType = (resources: Resource[], type: string) =>
  resources.filter((each) => each.type === `azure-native:${type}`);
const one = (resources: Resource[], type: string, name?: string): Any => {
  const found = ofType(resources, type).filter((each) => name === undefined || each.name === name);
  expect(found, `${type} ${name ?? ""}`).toHaveLength(1);
  return found[0]!.props;
};
const appliance: AzureTarget["network"] = {
  cidr: "10.64.0.0/16",
  zones: [],
  callers: [],
  egress: { kind: "appliance", nextHop: "10.20.0.4" },
};
const storage = {
  keys: { kind: "cloud" },
  objects: { kind: "cloud" },
  records: { kind: "cloudnative-pg" },
};

describe("the ground of a country on Azure", () => {
  let resources: Resource[];
  let clouds: Resource[];
  beforeAll(async () => {
    resources = await planned(azureCountry());
    clouds = resources.filter(({ type }) => type.startsWith("azure-native:"));
  });

  it("is made through one provider, which knows the subscription, the tenant and the region", () => {
    expect(clouds.length).toBeGreaterThan(50);
    expect(new Set(clouds.map(({ provider }) => provider?.name))).toEqual(new Set(["azure"]));
    expect(clouds[0]!.provider!.props).toMatchObject({ location: "brazilsouth", environment: "public" });
    expect(resources.filter(({ type }) => type === "pulumi:providers:azure-native")).toHaveLength(1);
  });

  it("is of the types that a rehearsal simulates, and no other", () => {
    const types = new Set(clouds.map(({ type }) => type.replace("azure-native:", "")));
    const simulated = `resources:ResourceGroup network:VirtualNetwork network:Subnet network:NetworkSecurityGroup
      network:RouteTable network:PrivateEndpoint network:PrivateDnsZoneGroup privatedns:PrivateZone
      privatedns:VirtualNetworkLink managedidentity:UserAssignedIdentity managedidentity:FederatedIdentityCredential
      authorization:RoleAssignment keyvault:Vault keyvault:Key compute:DiskEncryptionSet compute:ProximityPlacementGroup
      containerservice:ManagedCluster containerservice:AgentPool containerregistry:Registry containerregistry:CacheRule
      storage:StorageAccount storage:BlobServiceProperties storage:BlobContainer operationalinsights:Workspace
      monitor:DiagnosticSetting`.split(/\s+/);
    expect([...types].filter((type) => !simulated.includes(type))).toEqual([]);
  });

  it("knows names and ids, which are contract, before anything is made", () => {
    const unknown = clouds.filter(({ props }) => typeof props.resourceGroupName === "symbol");
    expect(unknown).toEqual([]);
    expect(one(resources, "containerservice:AgentPool", "a100").vnetSubnetID).toBe(
      "/subscriptions/5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11/resourceGroups/freehold-br/providers/Microsoft.Network/virtualNetworks/freehold-br/subnets/nodes",
    );
  });

  it("is held by the guards, as it is planned and as it becomes known", async () => {
    const country = azureCountry({ network: appliance }, { storage });
    const plan = judge(await planned(country), brazil);
    expect(plan.findings.filter(({ verdict }) => verdict !== "pending")).toEqual([]);
    // Whoever is made in Entra is known when it is made; what is not about those is decided before.
    expect(plan.byVerdict.pending).toBeLessThanOrEqual(16);
    expect(judge(await answered(country), brazil).findings).toEqual([]);
  });

  it("is refused by the guards where its region is abroad", async () => {
    const abroad = judge(await planned(azureCountry({ location: "westus3", place: "westus3" })), brazil);
    expect(abroad.byRule["data-stays-here"]!.broken).toBeGreaterThan(10);
  });

  it("has subnets that Azure changes one after another, each closed by rules of its own", () => {
    const subnets = ofType(resources, "network:Subnet");
    expect(subnets.map(({ props }) => props.subnetName)).toEqual(["nodes", "doors", "endpoints", "api-server"]);
    expect(new Set(subnets.map(({ props }) => (props.networkSecurityGroup as Any).id)).size).toBe(4);
    expect(ofType(resources, "network:RouteTable")).toEqual([]);
  });

  it("gives the registry, the vault and the storage account private names", () => {
    const zones = ofType(resources, "privatedns:PrivateZone").map(({ props }) => props.privateZoneName);
    expect(zones.sort()).toEqual([
      "privatelink.azurecr.io",
      "privatelink.blob.core.windows.net",
      "privatelink.brazilsouth.azmk8s.io",
      "privatelink.vaultcore.azure.net",
    ]);
    const services = ofType(resources, "network:PrivateEndpoint").map(
      ({ props }) => (props as Any).privateLinkServiceConnections[0].groupIds[0],
    );
    expect(services.sort()).toEqual(["blob", "registry", "vault"]);
  });

  it("sends the audit logs of cluster, keys, registry and storage to one log in the region", () => {
    const log = one(resources, "operationalinsights:Workspace");
    expect(log.location).toBe("brazilsouth");
    const settings = ofType(resources, "monitor:DiagnosticSetting");
    expect(settings.map(({ name }) => name)).toEqual([
      "audit-cluster",
      "audit-keys",
      "audit-registry",
      "audit-storage",
    ]);
    expect(new Set(settings.map(({ props }) => props.workspaceId)).size).toBe(1);
  });

  it("offers a class of volumes under the country's key, and its pools' nodes", async () => {
    const volumes = resources.find(({ type }) => type === "kubernetes:storage.k8s.io/v1:StorageClass")!;
    expect(volumes.provider?.type).toBe("pulumi:providers:kubernetes");
    expect(volumes.props).toMatchObject({
      metadata: { name: "encrypted" },
      provisioner: "disk.csi.azure.com",
      parameters: { skuName: "Premium_ZRS", networkAccessPolicy: "DenyAll" },
      volumeBindingMode: "WaitForFirstConsumer",
    });
    const { ground } = await plannedGround(azureCountry());
    expect(Object.keys(ground.pools)).toEqual(["a100"]);
    expect(ground.awaited).toEqual({});
    expect(ground.ready.length).toBeGreaterThan(2);
  });
});

describe("a country behind an appliance, in a region without zones", () => {
  it("routes what leaves through the appliance, and copies within the one zone", async () => {
    const resources = await planned(azureCountry({ network: appliance }));
    expect(one(resources, "network:RouteTable").routes).toEqual([
      { name: "out", addressPrefix: "0.0.0.0/0", nextHopType: "VirtualAppliance", nextHopIpAddress: "10.20.0.4" },
    ]);
    expect(one(resources, "containerservice:ManagedCluster").networkProfile.outboundType).toBe("userDefinedRouting");
    expect(one(resources, "storage:StorageAccount").sku.name).toBe("Standard_LRS");
    expect(one(resources, "containerregistry:Registry").zoneRedundancy).toBe("Disabled");
    expect(JSON.stringify(resources)).not.toContain("availabilityZones");
  });
});

describe("keys that the country brings in a managed HSM", () => {
  const key = "https://br-hsm.managedhsm.azure.net/keys/freehold/0123456789abcdef0123456789abcdef";
  const versionless = "https://br-hsm.managedhsm.azure.net/keys/freehold";

  it("wrap disks, storage and images, and the vault keeps the key of the cluster's secrets alone", async () => {
    const resources = await planned(azureCountry({ keys: { kind: "managed-hsm", key } }));
    expect(one(resources, "compute:DiskEncryptionSet").activeKey).toEqual({ keyUrl: versionless });
    expect(one(resources, "containerregistry:Registry").encryption.keyVaultProperties.keyIdentifier).toBe(versionless);
    expect(one(resources, "storage:StorageAccount").encryption.keyVaultProperties).toEqual({
      keyVaultUri: "https://br-hsm.managedhsm.azure.net/",
      keyName: "freehold",
    });
    expect(ofType(resources, "keyvault:Key").map(({ props }) => props.keyName)).toEqual(["cluster"]);
  });

  it("have to be declared to be at home, since a managed HSM's name tells no place", async () => {
    const resources = await planned(azureCountry({ keys: { kind: "managed-hsm", key } }));
    const { findings } = judge(resources, brazil);
    expect(new Set(findings.filter(({ verdict }) => verdict === "broken").map(({ rule }) => rule))).toEqual(
      new Set(["keys-held-here"]),
    );
    const declared = { ...brazil, hosts: [...brazil.hosts, "br-hsm.managedhsm.azure.net"] };
    expect(judge(resources, declared).findings.filter(({ verdict }) => verdict !== "pending")).toEqual([]);
  });
});

describe("changed keys", () => {
  it("are new ones beside those that stand, each let at by who uses it, and everything is under the new ones in place", async () => {
    const before = await planned(azureCountry({}));
    const after = await planned(azureCountry({ keys: { kind: "vault", earlier: [{ kind: "vault" }] } }));
    const keys = (resources: typeof before) => ofType(resources, "keyvault:Key").map(({ props }) => props.keyName);
    const purposes = ["cluster", "disks", "registry", "storage"];
    expect(keys(before)).toEqual(purposes);
    expect(keys(after).sort()).toEqual(purposes.flatMap((purpose) => [purpose, `${purpose}-2`]));
    const vault = "https://freehold-br-71102318.vault.azure.net/";
    expect(one(after, "compute:DiskEncryptionSet").activeKey.keyUrl).toBe(`${vault}keys/disks-2`);
    expect(one(after, "containerregistry:Registry").encryption.keyVaultProperties.keyIdentifier).toBe(
      `${vault}keys/registry-2`,
    );
    expect(one(after, "storage:StorageAccount").encryption.keyVaultProperties).toEqual({
      keyVaultUri: vault,
      keyName: "storage-2",
    });
    const grants = (resources: typeof before) =>
      ofType(resources, "authorization:RoleAssignment").map(({ name }) => name);
    const more = ["keys-disks-2", "keys-registry-2", "keys-storage-2", "wraps-secrets-2"];
    expect(grants(after).sort()).toEqual([...grants(before), ...more].sort());
  });

  it("go to a managed HSM, and the vault keeps what the disks were under", async () => {
    const key = "https://br-hsm.managedhsm.azure.net/keys/freehold/0123456789abcdef0123456789abcdef";
    const after = await planned(azureCountry({ keys: { kind: "managed-hsm", key, earlier: [{ kind: "vault" }] } }));
    expect(one(after, "compute:DiskEncryptionSet").activeKey).toEqual({
      keyUrl: "https://br-hsm.managedhsm.azure.net/keys/freehold",
    });
    const kept = ofType(after, "keyvault:Key").map(({ props }) => props.keyName);
    expect(kept.sort()).toEqual(["cluster", "cluster-2", "disks", "registry", "storage"]);
  });
});

describe("a pool's nodes", () => {
  const pool = async (nodePool: Partial<AzureTarget["nodePools"][string]>, more: object = {}) => {
    const country = azureCountry({}, more);
    const [name] = Object.keys(country.pools) as [string];
    const placed = { ...country.target.nodePools[name]!, ...nodePool };
    const resources = await planned({ ...country, target: { ...country.target, nodePools: { [name]: placed } } });
    return { resources, nodes: one(resources, "containerservice:AgentPool") };
  };

  it("are as many as declared, labelled and tainted from their first second, and renewed in place", async () => {
    const { nodes } = await pool({});
    expect(nodes).toMatchObject({
      count: 2,
      enableAutoScaling: false,
      vmSize: "Standard_NC24ads_A100_v4",
      nodeLabels: { "freehold.dev/pool": "a100" },
      nodeTaints: ["nvidia.com/gpu=present:NoSchedule"],
      scaleSetPriority: "Regular",
      upgradeSettings: { maxSurge: "0", maxUnavailable: "1" },
    });
  });

  it.each([
    [{ from: "nodes" }, "Install"],
    [{ from: "registry", version: "580.105.08" }, "None"],
  ])("have the driver of one side only: drivers %j", async (drivers, driver) => {
    const pools = { a100: { accelerator: "a100-pcie-80", nodes: 1, gpusPerNode: 1, nodeSelector: { gpu: "a100" } } };
    const addons = { "gpu-operator": { mode: "install" } };
    expect((await pool({}, { drivers, pools, addons })).nodes.gpuProfile).toEqual({ driver });
  });

  it("are spot only where that is declared", async () => {
    const { nodes } = await pool({ capacity: { kind: "spot" } });
    expect(nodes).toMatchObject({ scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 });
    expect(nodes.nodeTaints).toContain("kubernetes.azure.com/scalesetpriority=spot:NoSchedule");
  });

  it("take their place in a reservation, which the control plane may use", async () => {
    const group =
      "/subscriptions/5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11/resourceGroups/reserved/providers/Microsoft.Compute/capacityReservationGroups/a100";
    const { resources, nodes } = await pool({ capacity: { kind: "reservation", group }, zone: "2" });
    expect(nodes).toMatchObject({ capacityReservationGroupID: group, availabilityZones: ["2"] });
    expect(one(resources, "authorization:RoleAssignment", "reserves-a100").scope).toBe(
      "/subscriptions/5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11/resourceGroups/reserved",
    );
  });

  it("stand close to each other where replicas talk over InfiniBand", async () => {
    const rdma = { accelerator: "a100-sxm-80", nodes: 2, gpusPerNode: 8, rdma: {} };
    const { resources, nodes } = await pool({ zone: "1" }, { pools: { a100: rdma } });
    expect(nodes.proximityPlacementGroupID).toContain("/proximityPlacementGroups/freehold-br-a100");
    expect(one(resources, "compute:ProximityPlacementGroup")).toMatchObject({
      zones: ["1"],
      intent: { vmSizes: ["Standard_ND96amsr_A100_v4"] },
    });
  });
});

describe("a database in the cluster", () => {
  it("writes its backups under an identity that only its own service account has", async () => {
    const resources = await answered(azureCountry({ network: appliance }, { storage }));
    const credential = one(resources, "managedidentity:FederatedIdentityCredential");
    expect(credential.subject).toBe("system:serviceaccount:freehold-storage:records");
    expect(credential.issuer).toMatch(/^https:\/\/brazilsouth\.oic\.prod-aks\.azure\.com\//);
    expect(one(resources, "authorization:RoleAssignment", "backups").scope).toMatch(/\/containers\/backups$/);
  });

  it("has none where the country brought its database", async () => {
    const records = { kind: "postgres", host: "db.nuvem-br.example" };
    const resources = await planned(azureCountry({ network: appliance }, { storage: { ...storage, records } }));
    expect(ofType(resources, "managedidentity:FederatedIdentityCredential")).toEqual([]);
  });
});
