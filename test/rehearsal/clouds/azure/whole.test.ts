import { afterAll, expect, test } from "vitest";
import { isMap, type Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import {
  azure,
  clusterId,
  controlPlane,
  dropPatterns,
  location,
  subscriptionId,
  systemPool,
  tenant,
  token,
  whole,
} from "./landscape.ts";

afterAll(dropPatterns);

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test("everything that a country takes on Azure stands, and its outputs are what Azure answers", async () => {
  using azureWorld = await azure({}, ...whole);
  const { outputs } = azureWorld.named("containerservice:ManagedCluster", "aks");
  expect(outputs).toMatchObject({
    provisioningState: "Succeeded",
    currentKubernetesVersion: "1.35.6",
    privateFQDN: "aks.privatelink.brazilsouth.azmk8s.io",
    nodeResourceGroup: "rg-nodes",
    azureApiVersion: "2025-09-01",
    powerState: { code: "Running" },
  });
  expect(outputs).not.toHaveProperty("fqdn");
  expect(String((outputs.oidcIssuerProfile as Properties).issuerURL)).toMatch(
    new RegExp(`^https://brazilsouth\\.oic\\.prod-aks\\.azure\\.com/${tenant}/[0-9a-f-]{36}/$`),
  );
  const identity = azureWorld.named("managedidentity:UserAssignedIdentity", "kubelet");
  expect(identity.outputs).toMatchObject({ tenantId: tenant, principalId: expect.stringMatching(guid) });
  const key = azureWorld.named("keyvault:Key", "disks").outputs;
  expect(key.keyUriWithVersion).toMatch(/^https:\/\/keys-of-br\.vault\.azure\.net\/keys\/disks\/[0-9a-f]{32}$/);
  expect(azureWorld.named("containerregistry:Registry", "imagesofbr").outputs.loginServer).toBe(
    "imagesofbr.azurecr.io",
  );
});

test("an update keeps what Azure chose, and a second one finds the same", async () => {
  using azureWorld = await azure({}, ...whole);
  const issuer = () =>
    (azureWorld.named("containerservice:ManagedCluster", "aks").outputs.oidcIssuerProfile as Properties).issuerURL;
  const before = issuer();
  await azureWorld.remake("containerservice:ManagedCluster", "aks", { tags: { country: "br" } });
  expect(issuer()).toBe(before);
  const { principalId } = azureWorld.named("managedidentity:UserAssignedIdentity", "kubelet").outputs;
  await azureWorld.remake("managedidentity:UserAssignedIdentity", "kubelet", { tags: { country: "br" } });
  expect(azureWorld.named("managedidentity:UserAssignedIdentity", "kubelet").outputs.principalId).toBe(principalId);
  const vault = azureWorld.named("keyvault:Vault", "keys-of-br");
  await azureWorld.remake("keyvault:Vault", "keys-of-br", { tags: { country: "br" } });
  expect(azureWorld.named("keyvault:Vault", "keys-of-br").outputs.properties).toEqual(vault.outputs.properties);
});

test("the pools of a cluster are nodes with AKS's labels and GPU feature discovery's, and follow it", async () => {
  using azureWorld = await azure({}, ...whole);
  expect(azureWorld.nodes.get("system")).toHaveLength(3);
  const zones = azureWorld.nodes.get("system")!.map(({ metadata }) => metadata!.labels!["topology.kubernetes.io/zone"]);
  expect(zones).toEqual(["brazilsouth-1", "brazilsouth-2", "brazilsouth-3"]);
  await azureWorld.make("containerservice:AgentPool", "h200", {
    nodeLabels: { "freehold.dev/pool": "h200" },
    nodeTaints: ["nvidia.com/gpu=present:NoSchedule"],
  });
  const [node] = azureWorld.nodes.get("h200")!;
  expect(node!.metadata!.labels).toMatchObject({
    agentpool: "h200",
    "kubernetes.azure.com/agentpool": "h200",
    "kubernetes.azure.com/mode": "user",
    "kubernetes.azure.com/cluster": "rg-nodes",
    "node.kubernetes.io/instance-type": "Standard_ND96isr_H200_v5",
    "topology.kubernetes.io/region": location,
    "topology.kubernetes.io/zone": "brazilsouth-1",
    "freehold.dev/pool": "h200",
    "nvidia.com/gpu.product": "NVIDIA-H200",
    "nvidia.com/gpu.present": "true",
  });
  expect(node!.status!.allocatable).toMatchObject({ "nvidia.com/gpu": "8", cpu: "96" });
  expect(node!.spec!.taints).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]);
  expect(node!.spec!.providerID).toMatch(
    /^azure:\/\/\/subscriptions\/.*\/virtualMachineScaleSets\/aks-h200-\d{8}-vmss\//,
  );
  await azureWorld.remake("containerservice:AgentPool", "h200", { count: 5 });
  expect(azureWorld.nodes.get("h200")).toHaveLength(5);
  await azureWorld.drop("containerservice:AgentPool", "h200");
  expect(azureWorld.nodes.get("h200")).toEqual([]);
});

test("a pool that is cut by MIG and one of spot machines show it in their nodes", async () => {
  using azureWorld = await azure({}, ...whole);
  await azureWorld.make("containerservice:AgentPool", "slices", {
    count: 1,
    nodeLabels: { "nvidia.com/mig.config": "all-2g.35gb" },
    scaleSetPriority: "Spot",
    spotMaxPrice: -1,
    nodeTaints: ["nvidia.com/gpu=present:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
  });
  const [node] = azureWorld.nodes.get("slices")!;
  expect(node!.status!.allocatable).toMatchObject({ "nvidia.com/mig-2g.35gb": "24" });
  expect(node!.status!.allocatable).not.toHaveProperty("nvidia.com/gpu");
  expect(node!.metadata!.labels).toMatchObject({ "nvidia.com/mig.config.state": "success" });
  const effect = "NoSchedule";
  // An API server takes no taint twice, be it declared or AKS's own.
  expect(node!.spec!.taints).toEqual([
    { key: "nvidia.com/gpu", value: "present", effect },
    { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect },
  ]);
  expect(node!.metadata!.labels).toMatchObject({ "kubernetes.azure.com/scalesetpriority": "spot" });
});

test("users of a cluster of Entra ID get a kubeconfig to the local control plane that asks kubelogin", async () => {
  using azureWorld = await azure({}, ...whole);
  controlPlane(azureWorld);
  const { kubeconfigs } = await azureWorld.invoke(token("containerservice:listManagedClusterUserCredentials"), {
    resourceGroupName: "rg",
    resourceName: "aks",
  });
  const [{ value }] = kubeconfigs as [{ value: string }];
  const text = Buffer.from(value, "base64").toString();
  expect(text).toContain("server: https://127.0.0.1:6443");
  expect(text).toContain("certificate-authority-data: Q0E=");
  expect(text).toContain("command: kubelogin");
  expect(text).toContain("6dae42f8-4368-4678-94ff-e3960e28e3630");
  expect(text).not.toContain("local");
  await expect(
    azureWorld.invoke(token("containerservice:listManagedClusterUserCredentials"), {
      resourceGroupName: "rg",
      resourceName: "other",
    }),
  ).rejects.toThrow(/Status=404 Code="ResourceNotFound"/);
  expect(await azureWorld.invoke(token("authorization:getClientConfig"), {})).toMatchObject({
    subscriptionId,
    tenantId: tenant,
  });
});

test("what has no name gets azure-native's: random, the program's own below a parent, a GUID for a role assignment", async () => {
  using azureWorld = await azure({}, "network", "vault");
  const named = async (type: string, property: string, inputs: Properties) =>
    (await azureWorld.check(token(type), inputs, { name: "some" })).inputs[property];
  const inGroup = { resourceGroupName: "rg" };
  expect(await named("network:VirtualNetwork", "virtualNetworkName", inGroup)).toMatch(/^some[0-9a-f]{8}$/);
  expect(
    await named("network:Subnet", "subnetName", {
      ...inGroup,
      virtualNetworkName: "net",
      addressPrefix: "10.64.9.0/24",
    }),
  ).toBe("some");
  expect(await named("authorization:RoleAssignment", "roleAssignmentName", {})).toMatch(guid);
});

test("a location that is not given is the resource group's", async () => {
  using azureWorld = await azure();
  const { inputs } = await azureWorld.check(token("network:RouteTable"), { resourceGroupName: "rg" });
  expect(inputs.location).toBe(location);
});

test("everything goes in the order that an engine takes, and the world is empty; deleted vaults are listed apart", async () => {
  using azureWorld = await azure({}, ...whole);
  const order = [...azureWorld.world.standing()].filter(({ type }) => !type.endsWith("AgentPool"));
  order.sort((one, other) => rank(other.type) - rank(one.type));
  for (const { type, id } of order) await azureWorld.delete(type, id);
  expect(azureWorld.world.standing()).toEqual([]);
  expect(azureWorld.world.isEmpty()).toBe(true);
  expect(azureWorld.world.leaving(token("keyvault:Vault")).map(({ left }) => left)).toEqual([
    expect.objectContaining({ purgeProtection: true, scheduledPurgeDate: expect.any(String) }),
  ]);
  expect(azureWorld.nodes.get("system")).toEqual([]);
});

/** What is made later goes first. */
function rank(type: string): number {
  const order = [
    "ResourceGroup",
    "VirtualNetwork",
    "Subnet",
    "Vault",
    "UserAssignedIdentity",
    "PrivateZone",
    "Key",
    "DiskEncryptionSet",
    "Registry",
    "CacheRule",
    "PrivateEndpoint",
    "RoleAssignment",
    "ManagedCluster",
  ];
  return order.indexOf(type.split(":").at(-1)!);
}

test("a resource group takes along what is in it, nodes included", async () => {
  using azureWorld = await azure({}, ...whole);
  await azureWorld.drop("resources:ResourceGroup", "rg");
  expect(azureWorld.world.standing()).toEqual([]);
  expect(azureWorld.nodes.get("system")).toEqual([]);
});

test("a preview knows what is written and leaves the rest open", async () => {
  using azureWorld = await azure({}, ...whole);
  const { inputs } = await azureWorld.check(token("keyvault:Key"), {
    resourceGroupName: "rg",
    vaultName: "keys-of-br",
    keyName: "more",
    properties: { kty: "RSA-HSM" },
  });
  const { outputs } = await azureWorld.createChecked(token("keyvault:Key"), inputs, { preview: true });
  expect(outputs).toMatchObject({ keyName: "more" });
  expect(isMap(outputs.attributes)).toBe(false);
  expect(azureWorld.world.standing(token("keyvault:Key"))).toHaveLength(1);
});

test("subnets and pools that are declared inside their parents stand like any other", async () => {
  using azureWorld = await azure({}, ...whole);
  expect(
    azureWorld.world.get(token("containerservice:AgentPool"), `${clusterId}/agentPools/system`)?.outputs,
  ).toMatchObject({
    count: systemPool.count,
    mode: "System",
  });
  await azureWorld.make("network:VirtualNetwork", "inline", {
    addressSpace: { addressPrefixes: ["10.80.0.0/16"] },
    subnets: [{ name: "one", addressPrefix: "10.80.1.0/24" }],
  });
  const endpoint = { subnet: { id: `${azureWorld.id("network:VirtualNetwork", "inline")}/subnets/one` } };
  await azureWorld.make("network:PrivateEndpoint", "keys", endpoint);
  await expect(azureWorld.drop("network:VirtualNetwork", "inline")).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
});
