import { afterAll, describe, expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import {
  azure,
  beforeCluster,
  cluster,
  clusterId,
  diskSetId,
  dropPatterns,
  grant,
  identityId,
  networkId,
  registryId,
  subscriptionId,
  systemPool,
  type TestAzure,
  token,
  vaultId,
  whole,
  zoneId,
} from "./landscape.ts";

afterAll(dropPatterns);

const clusterType = "containerservice:ManagedCluster";
const poolType = "containerservice:AgentPool";
const system = (changes: Properties): Properties => ({ agentPoolProfiles: [{ ...systemPool, ...changes }] });
const inside = (key: string, changes: Properties): Properties => ({
  [key]: { ...(cluster[key] as Properties), ...changes },
});

/** The identity of the kubelet as Azure made it. */
function kubelet(world: TestAzure): Properties {
  const { clientId, principalId } = world.named("managedidentity:UserAssignedIdentity", "kubelet").outputs;
  return {
    identityProfile: {
      kubeletidentity: { resourceId: identityId("kubelet"), clientId: clientId!, objectId: principalId! },
    },
  };
}

describe("a cluster is refused", () => {
  test.each<[string, Properties, RegExp]>([
    ["without a pool", { agentPoolProfiles: [] }, /'agentPoolProfiles' has no pool of the mode System/],
    ["without a pool of the mode System", system({ mode: "User" }), /no pool of the mode System/],
    ["with a pool whose name AKS does not take", system({ name: "system-pool" }), /1 to 12 lower-case/],
    ["with a system pool of spot machines", system({ scaleSetPriority: "Spot" }), /mode System is Regular/],
    ["with a system pool of nothing", system({ count: 0 }), /one node at least/],
    ["of a version that AKS has not", { kubernetesVersion: "1.29" }, /K8sVersionNotSupported.*1\.34, 1\.35, 1\.36/],
    ["of a version that is old, without long-term support", { kubernetesVersion: "1.33" }, /Long-Term Support/],
    ["with long-term support at the wrong tier", { supportPlan: "AKSLongTermSupport" }, /takes the tier Premium/],
    [
      "of a size that is not offered in the region",
      system({ vmSize: "Standard_ND96isr_H100_v5" }),
      /VM size of Standard_ND96isr_H100_v5 is not allowed in your subscription in location 'brazilsouth'/,
    ],
    ["of a size that does not exist", system({ vmSize: "Standard_D8zz_v5" }), /not allowed in your subscription/],
    [
      "in a zone that the region has not",
      system({ availabilityZones: ["4"] }),
      /AvailabilityZoneNotSupported.*'1,2,3'/,
    ],
    [
      "with pods on the network's addresses",
      inside("networkProfile", { podCidr: "10.64.0.0/16" }),
      /podCidr 10\.64\.0\.0\/16 overlaps/,
    ],
    [
      "with services on the network's addresses",
      inside("networkProfile", { serviceCidr: "10.64.128.0/20", dnsServiceIP: "10.64.128.10" }),
      /ServiceCidrOverlapExistingSubnetsCidr/,
    ],
    [
      "with a DNS address outside the services'",
      inside("networkProfile", { dnsServiceIP: "10.97.0.10" }),
      /DnsServiceIpOutOfServiceCidr/,
    ],
    ["with a DNS address that is kept", inside("networkProfile", { dnsServiceIP: "10.96.0.1" }), /first two addresses/],
    [
      "with a policy engine that its dataplane has not",
      inside("networkProfile", { networkPolicy: "calico" }),
      /not for the networkDataplane cilium/,
    ],
    [
      "with an overlay of another plugin",
      inside("networkProfile", { networkPlugin: "kubenet" }),
      /overlay takes the networkPlugin azure/,
    ],
    [
      "routed by the user where no route table is",
      inside("networkProfile", { outboundType: "userDefinedRouting" }),
      /ExistingRouteTableNotAssociatedWithSubnet/,
    ],
    ["without a name", { fqdnSubdomain: null }, /DnsPrefixMissing/],
    [
      "with a subdomain and no zone of its own",
      inside("apiServerAccessProfile", { privateDNSZone: "system" }),
      /fqdnSubdomain takes a private DNS zone/,
    ],
    [
      "with a zone and an API server in public",
      inside("apiServerAccessProfile", { enablePrivateCluster: false }),
      /for private clusters/,
    ],
    [
      "with a zone that is not there",
      inside("apiServerAccessProfile", { privateDNSZone: zoneId.replace("privatelink", "private") }),
      /ResourceNotFound/,
    ],
    [
      "with a zone that is no zone",
      inside("apiServerAccessProfile", { privateDNSZone: vaultId }),
      /the id of a private DNS zone/,
    ],
    [
      "with an API server in a subnet that is not its",
      inside("apiServerAccessProfile", { enableVnetIntegration: true, subnetId: `${networkId}/subnets/endpoints` }),
      /not delegated/,
    ],
    [
      "with a zone and an identity of its own",
      { identity: { type: "SystemAssigned" }, identityProfile: null },
      /CustomPrivateDNSZoneOnlySupportedOnUserAssignedMSICluster/,
    ],
    [
      "with a kubelet's identity and one of its own",
      { identity: { type: "SystemAssigned" } },
      /CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster/,
    ],
    ["without an identity", { identity: null }, /needs an identity/],
    ["without people, where local accounts are off", { aadProfile: null }, /BadRequest.*disableLocalAccounts/],
    ["of another tenant", inside("aadProfile", { tenantID: subscriptionId }), /not the subscription's/],
    [
      "with identities of workloads and no issuer",
      { oidcIssuerProfile: { enabled: false }, securityProfile: { workloadIdentity: { enabled: true } } },
      /takes the OIDC issuer/,
    ],
    [
      "with secrets under a key without a version",
      {
        securityProfile: {
          azureKeyVaultKms: { enabled: true, keyId: "https://keys-of-br.vault.azure.net/keys/disks" },
        },
      },
      /names no version/,
    ],
    ["with nodes in a group that is there", { nodeResourceGroup: "rg" }, /AKS makes it itself/],
    ["with disks under a set that is not there", { diskEncryptionSetID: `${diskSetId}2` }, /ResourceNotFound/],
    ["in another region than its network", { location: "eastus" }, /both have to be in one region/],
  ])("%s", async (_, inputs, refusal) => {
    using world = await azure({}, ...beforeCluster);
    await expect(world.make(clusterType, "aks", { ...kubelet(world), ...inputs })).rejects.toThrow(refusal);
    expect(world.world.standing(token(clusterType))).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ["its private zone", "zone-control-plane", /CustomPrivateDNSZoneMissingPermissionError/],
    ["its subnets", "network-control-plane", /LinkedAuthorizationFailed.*subnets\/join\/action/],
    ["the kubelet's identity", "operator-control-plane", /CustomKubeletIdentityMissingPermissionError/],
    ["the key of its disks", "wraps", /KeyVaultAccessForbidden.*disk encryption set/],
  ])("whose identity may not use %s", async (_, assignment, refusal) => {
    using world = await azure({}, ...beforeCluster);
    const standing = world.world
      .standing(token("authorization:RoleAssignment"))
      .find(({ name }) => name === assignment)!;
    await world.delete(standing.type, standing.id);
    await expect(world.make(clusterType, "aks", kubelet(world))).rejects.toThrow(refusal);
  });

  test("with more nodes than its subnet has addresses", async () => {
    using world = await azure({}, ...beforeCluster);
    await world.make("network:Subnet", "few", { addressPrefix: "10.64.9.0/28" });
    const few = system({ count: 11, vnetSubnetID: `${networkId}/subnets/few` });
    await expect(world.make(clusterType, "aks", { ...kubelet(world), ...few })).rejects.toThrow(
      /InsufficientSubnetSize.*Pre-allocated IPs 12 exceeds IPs available 11/,
    );
  });

  test("whose route table leads to the internet, and taken where it leads to an appliance", async () => {
    using world = await azure({}, ...beforeCluster);
    const routes = (nextHop: Properties) => ({ routes: [{ name: "out", addressPrefix: "0.0.0.0/0", ...nextHop }] });
    await world.make("network:RouteTable", "rt", routes({ nextHopType: "Internet" }));
    await world.remake("network:Subnet", "nodes", { routeTable: { id: world.id("network:RouteTable", "rt") } });
    const routed = { ...kubelet(world), ...inside("networkProfile", { outboundType: "userDefinedRouting" }) };
    await expect(world.make(clusterType, "aks", routed)).rejects.toThrow(/to an appliance or gateway/);
    await world.remake(
      "network:RouteTable",
      "rt",
      routes({ nextHopType: "VirtualAppliance", nextHopIpAddress: "10.64.5.4" }),
    );
    await world.make(clusterType, "aks", routed);
  });

  test("whose secrets are under a key of a closed vault that it is not let at", async () => {
    using world = await azure({}, ...beforeCluster);
    const { keyUriWithVersion } = world.named("keyvault:Key", "disks").outputs;
    const kms = (more: Properties) => ({
      securityProfile: { azureKeyVaultKms: { enabled: true, keyId: keyUriWithVersion!, ...more } },
    });
    const secrets = { ...kubelet(world), ...kms({}) };
    await expect(world.make(clusterType, "aks", secrets)).rejects.toThrow(
      /KeyVaultAccessForbidden.*the cluster's secrets/,
    );
    await expect(
      world.make(clusterType, "aks", {
        ...kubelet(world),
        ...kms({ keyVaultNetworkAccess: "Private", keyVaultResourceId: vaultId }),
      }),
    ).rejects.toThrow(/is open to the public network/);
    await world.make("authorization:RoleAssignment", "uses", grant(world, "crypto", "control-plane", vaultId));
    await world.make(clusterType, "aks", secrets);
  });
});

describe("nodes that cannot start fail the cluster after it is made", () => {
  const noPull = async (world: TestAzure) => {
    const standing = world.world
      .standing(token("authorization:RoleAssignment"))
      .find(({ name }) => name === "pull-kubelet")!;
    await world.delete(standing.type, standing.id);
  };
  const noRule = (world: TestAzure) => world.drop("containerregistry:CacheRule", "aks-managed-mcr");
  const noLink = (world: TestAzure) => world.drop("network:PrivateEndpoint", "images");
  const nothing = async () => {};

  test.each<[string, (world: TestAzure) => Promise<unknown>, Properties, RegExp]>([
    [
      "where nothing leads out and nothing is cached",
      nothing,
      { bootstrapProfile: { artifactSource: "Direct" } },
      /VMExtensionError_OutboundConnFail/,
    ],
    ["where the kubelet may not pull", noPull, {}, /may not pull from the registry imagesofbr/],
    ["where the registry caches nothing of AKS's", noRule, {}, /no cache rule/],
    ["where the registry has no address in the network", noLink, {}, /no private endpoint/],
  ])("%s", async (_, spoil, inputs, refusal) => {
    using world = await azure({}, ...beforeCluster);
    await spoil(world);
    await expect(world.make(clusterType, "aks", { ...kubelet(world), ...inputs })).rejects.toThrow(refusal);
    // Azure has it, and so has the engine's state: the next update goes on from there.
    expect(world.world.get(token(clusterType), clusterId)).toBeDefined();
  });
});

describe("an agent pool is refused", () => {
  test.each<[string, Properties, RegExp]>([
    [
      "of a size without a price in the region",
      { vmSize: "Standard_ND96isr_H100_v5" },
      /not allowed in your subscription/,
    ],
    ["without a size", { vmSize: null }, /vmSize is missing/],
    ["of machines in no zone of the region", { availabilityZones: ["9"] }, /AvailabilityZoneNotSupported/],
    ["with AKS's own labels", { nodeLabels: { "kubernetes.azure.com/mode": "user" } }, /AKS's own/],
    ["with a taint that is none", { nodeTaints: ["gpu"] }, /a taint is key=value:Effect/],
    ["newer than its control plane", { orchestratorVersion: "1.36" }, /NodePoolMcVersionIncompatible/],
    ["of a version that AKS has not", { orchestratorVersion: "1.20" }, /AgentPoolK8sVersionNotSupported/],
    ["with a price where it is not spot", { spotMaxPrice: 2 }, /Spot alone/],
    [
      "of spot machines in a reservation",
      { scaleSetPriority: "Spot", capacityReservationGroupID: reservation("g") },
      /not for pools of the priority Spot/,
    ],
    [
      "in a reservation that is something else",
      { capacityReservationGroupID: registryId },
      /no capacity reservation group/,
    ],
    [
      "with a GPU profile on machines without",
      { vmSize: "Standard_D8ds_v5", gpuProfile: { driver: "None" } },
      /has none/,
    ],
    ["that could never be upgraded", { upgradeSettings: { maxSurge: "0" } }, /no node could ever be upgraded/],
    [
      "that is renewed faster than Azure takes",
      { upgradeSettings: { drainTimeoutInMinutes: 0 } },
      /drainTimeoutInMinutes' is too low/,
    ],
    ["that scales by itself between nothing", { enableAutoScaling: true }, /takes minCount and maxCount/],
    ["in a subnet that is not there", { vnetSubnetID: `${networkId}/subnets/gone` }, /ResourceNotFound/],
    ["in a cluster that is not there", { resourceName: "other" }, /ParentResourceNotFound/],
  ])("%s", async (_, inputs, refusal) => {
    using world = await azure({}, ...whole);
    await expect(world.make(poolType, "gpu", inputs)).rejects.toThrow(refusal);
    expect(world.nodes.has("gpu")).toBe(false);
  });

  test.each<[string, Properties]>([
    ["vnetSubnetID", { vnetSubnetID: `${networkId}/subnets/endpoints` }],
    ["availabilityZones", { availabilityZones: ["2"] }],
  ])("when its %s is to change", async (property, inputs) => {
    using world = await azure({}, ...whole);
    await world.make(poolType, "gpu");
    await expect(world.remake(poolType, "gpu", inputs)).rejects.toThrow(
      new RegExp(`PropertyChangeNotAllowed.*${property}`),
    );
  });

  test("a change of its size is another pool, and the last system pool cannot go", async () => {
    using world = await azure({}, ...whole);
    const { inputs } = await world.make(poolType, "gpu").then(() => world.named(poolType, "gpu"));
    const { replaces } = await world.diff(token(poolType), inputs, { ...inputs, vmSize: "Standard_D8ds_v5" });
    expect(replaces).toEqual(["vmSize"]);
    await expect(world.drop(poolType, "system")).rejects.toThrow(/at least one system node pool/);
    await world.make(poolType, "system2", { mode: "System", vmSize: "Standard_D4ds_v5" });
    await world.drop(poolType, "system");
  });

  test("beside other pools in a proximity placement group of another zone", async () => {
    using world = await azure({}, ...whole);
    await world.make("compute:ProximityPlacementGroup", "near", {
      zones: ["2"],
      intent: { vmSizes: ["Standard_ND96isr_H200_v5"] },
    });
    const near = { proximityPlacementGroupID: world.id("compute:ProximityPlacementGroup", "near") };
    await expect(world.make(poolType, "gpu", near)).rejects.toThrow(/in its zone \(2\)/);
    await world.make(poolType, "gpu", { ...near, availabilityZones: ["2"] });
    await expect(world.drop("compute:ProximityPlacementGroup", "near")).rejects.toThrow(/OperationNotAllowed/);
  });
});

describe("what a subscription may", () => {
  test("no more machines of a family than its quota", async () => {
    using world = await azure({ subscription: { quotas: { standardNDISRH200V5Family: 200 } } }, ...whole);
    await world.make(poolType, "gpu", { count: 2 });
    await expect(world.make(poolType, "more", { count: 1 })).rejects.toThrow(
      /ErrCode_InsufficientVCPUQuota.*requested 96, remaining 8 for family standardNDISRH200V5Family/,
    );
    await expect(world.remake(poolType, "gpu", { count: 3 })).rejects.toThrow(/requested 288, remaining 200/);
  });

  test("no more spot machines than its quota for them, whatever their family's", async () => {
    const quotas = { standardNDISRH200V5Family: 96, lowPriorityCores: 200 };
    using world = await azure({ subscription: { quotas } }, ...whole);
    const spot = { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 };
    await world.make(poolType, "gpu", { count: 1 });
    await world.make(poolType, "spot", { ...spot, count: 2 });
    await expect(world.make(poolType, "more", { ...spot, count: 1 })).rejects.toThrow(
      /exceeding approved LowPriorityCores quota.*Current Limit: 200, Current Usage: 192, Additional Required: 96/,
    );
  });

  test("no size that it does not get", async () => {
    const withheld = [{ size: "Standard_ND96isr_H200_v5", location: "brazilsouth", zones: ["2"] }];
    using world = await azure({ subscription: { withheld } }, ...whole);
    await world.make(poolType, "gpu");
    await expect(world.make(poolType, "more", { availabilityZones: ["2"] })).rejects.toThrow(/SkuNotAvailable/);
  });

  test("no location that is closed to it, and no other subscription", async () => {
    using closed = await azure({ subscription: { locations: ["brazilsouth"] } });
    await expect(closed.make("network:RouteTable", "rt", { location: "eastus" })).rejects.toThrow(
      /not open to this subscription/,
    );
    await expect(azure({ subscription: { subscription: vaultId } })).rejects.toThrow(/SubscriptionNotFound/);
  });

  test("a reservation that it has, where it says which", async () => {
    using world = await azure({ subscription: { outside: [reservation("ours")] } }, ...whole);
    await world.make(poolType, "gpu", { capacityReservationGroupID: reservation("ours") });
    await expect(world.make(poolType, "more", { capacityReservationGroupID: reservation("theirs") })).rejects.toThrow(
      /ResourceNotFound/,
    );
  });

  test("a subscription or a tenant that is no GUID is refused at once, and none at all", async () => {
    using world = await azure();
    expect(await world.checkConfig({ subscriptionId: "prod", tenantId: "contoso" })).toHaveLength(2);
    await expect(world.configure({})).rejects.toThrow(/Subscription ID must be set/);
  });
});

describe("faults on demand, in Azure's words", () => {
  test("no capacity, in a zone and in a region", async () => {
    using world = await azure({}, ...whole);
    world.order({ on: "create *AgentPool", fault: "no-capacity", times: 2 });
    await expect(world.make(poolType, "gpu")).rejects.toThrow(/ZonalAllocationFailed.*zone 1/);
    await expect(world.make(poolType, "gpu", { availabilityZones: null })).rejects.toThrow(/Code="AllocationFailed"/);
    await world.make(poolType, "gpu");
  });

  test("throttling is waited out, and said when it does not end", async () => {
    using world = await azure();
    world.order({ on: "*RouteTable", fault: "throttling", times: 3 });
    await world.make("network:RouteTable", "rt");
    world.order({ on: "*RouteTable", fault: "throttling", times: 30 });
    await expect(world.make("network:RouteTable", "rt2")).rejects.toThrow(/Status=429 Code="TooManyRequests"/);
  });

  test("credentials that expire", async () => {
    using world = await azure();
    world.order({ on: "*", fault: "expired-credentials" });
    await expect(world.make("network:RouteTable", "rt")).rejects.toThrow(
      /Status=401 Code="ExpiredAuthenticationToken"/,
    );
  });

  test("an error after the creation, and a reply that is lost: what is there is not made twice", async () => {
    using world = await azure();
    for (const fault of ["server-error-after-create", "lost-reply"] as const) {
      world.order({ on: "create *Workspace", fault });
      await expect(world.make("operationalinsights:Workspace", fault)).rejects.toThrow(/InternalServerError|EOF/);
      expect(world.id("operationalinsights:Workspace", fault)).toContain(fault);
      await expect(world.make("operationalinsights:Workspace", fault)).rejects.toThrow(
        /cannot create already existing resource/,
      );
    }
  });
});

function reservation(name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/capacity/providers/Microsoft.Compute/capacityReservationGroups/${name}`;
}
