import { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import * as pulumi from "@pulumi/pulumi";
import { clusterRanges } from "./cluster-ranges.ts";
import { grant } from "./grant.ts";
import type { AzureKeys } from "./keys.ts";
import { type ManagedIdentity, managedIdentity } from "./managed-identity.ts";
import { azureNames, systemPool } from "./names.ts";
import type { AzureNetwork } from "./network.ts";
import { privateZone } from "./private-link.ts";
import type { AzureRegistry } from "./registry.ts";
import { idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

export type AzureClusterArgs = AzureSetting & {
  network: AzureNetwork;
  keys: AzureKeys;
  /** Id of the disk encryption set. */
  disks: pulumi.Input<string>;
  registry: AzureRegistry;
};

/** The country's Kubernetes: an API server in its network alone, people of its tenant alone, secrets under its key. */
export class AzureCluster extends pulumi.ComponentResource {
  readonly cluster: ManagedCluster;
  /** Its id, known before it stands. */
  readonly id: pulumi.Output<string>;
  /** Identity of the control plane, which makes nodes, disks and load balancers. */
  readonly identity: ManagedIdentity;
  /** What has to stand before anybody works with the cluster. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: AzureClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureCluster", name, {}, opts);
    const { target } = args;
    const inside = { parent: this };
    this.identity = managedIdentity("control-plane", args, inside);
    const kubelet = managedIdentity("kubelet", args, inside);
    const zone = privateZone(name, { ...args, service: "management" }, inside);
    const granted = grants(args, this.identity, kubelet, zone.id, inside);
    this.cluster = new ManagedCluster(
      name,
      {
        ...basics(args),
        ...people(target),
        ...reach(args, zone.id),
        ...secrets(args),
        ...identities(this.identity, kubelet),
        agentPoolProfiles: [systemNodes(args)],
        bootstrapProfile: { artifactSource: "Cache", containerRegistryId: args.registry.id },
      },
      {
        ...inside,
        protect: !args.erasable,
        dependsOn: [...granted, ...zone.links, ...args.network.ready, ...args.registry.ready, args.keys.ready],
      },
    );
    this.id = idOf(this.cluster, target, `Microsoft.ContainerService/managedClusters/${target.cluster}`);
    const admins = target.admins.flatMap((group) =>
      ["Azure Kubernetes Service Cluster User Role", "Azure Kubernetes Service RBAC Cluster Admin"].map((role, index) =>
        grant(
          `${index === 0 ? "sign-in" : "admin"}-${group}`,
          { role, to: group, group: true, on: this.id },
          target,
          inside,
        ),
      ),
    );
    this.ready = [this.cluster, ...admins];
    this.registerOutputs({});
  }
}

/** What the control plane and the nodes may do outside the cluster, and nothing else. */
function grants(
  { target, network, keys, disks, registry }: AzureClusterArgs,
  controlPlane: ManagedIdentity,
  kubelet: ManagedIdentity,
  zone: pulumi.Output<string>,
  opts: pulumi.ResourceOptions,
) {
  const to = controlPlane.principalId;
  const all = {
    "joins-network": { role: "Network Contributor", to, on: network.id },
    "names-api-server": { role: "Private DNS Zone Contributor", to, on: zone },
    "acts-as-kubelet": { role: "Managed Identity Operator", to, on: kubelet.id },
    "reads-disk-encryption": { role: "Reader", to, on: disks },
    "wraps-secrets": { role: "Key Vault Crypto User", to, on: keys.cluster.id },
    // AKS joins the vault to the API server by an endpoint of its own, which the vault has to accept.
    "reaches-vault": { role: "Key Vault Contributor", to, on: keys.vaultId },
    "pulls-images": { role: "AcrPull", to: kubelet.principalId, on: registry.id },
  };
  return Object.entries(all).map(([purpose, each]) => grant(purpose, each, target, opts));
}

function basics({ target, resourceGroupName, disks }: AzureClusterArgs) {
  const names = azureNames(target);
  return {
    resourceGroupName,
    resourceName: target.cluster,
    location: target.location,
    kubernetesVersion: target.kubernetes,
    sku: { name: "Base", tier: "Standard" },
    supportPlan: "KubernetesOfficial",
    nodeResourceGroup: names.nodeResourceGroup,
    nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
    diskEncryptionSetID: disks,
    // Nothing restarts a GPU node that nobody asked to: versions and images change with the country file.
    autoUpgradeProfile: { upgradeChannel: "none", nodeOSUpgradeChannel: "None" },
    storageProfile: {
      diskCSIDriver: { enabled: true },
      snapshotController: { enabled: true },
      // These two make storage accounts of their own for volumes: reached by the internet, under Microsoft's key.
      fileCSIDriver: { enabled: false },
      blobCSIDriver: { enabled: false },
    },
    tags: azureTags(target),
  };
}

function people(target: AzureSetting["target"]) {
  return {
    aadProfile: {
      managed: true,
      enableAzureRBAC: true,
      adminGroupObjectIDs: target.admins,
      tenantID: target.tenant,
    },
    disableLocalAccounts: true,
    enableRBAC: true,
    oidcIssuerProfile: { enabled: true },
  };
}

function reach({ target, network }: AzureClusterArgs, zone: pulumi.Output<string>) {
  return {
    // The name before the zone: `<cluster>.privatelink.<region>.azmk8s.io`.
    fqdnSubdomain: target.cluster,
    apiServerAccessProfile: {
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      privateDNSZone: zone,
      // Only an API server in the country's own network reaches a vault that nobody else does.
      enableVnetIntegration: true,
      subnetId: network.apiServer,
      disableRunCommand: true,
    },
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      networkDataplane: "cilium",
      networkPolicy: "cilium",
      loadBalancerSku: "standard",
      outboundType: target.network.egress.kind === "none" ? "none" : "userDefinedRouting",
      podCidr: clusterRanges.pods,
      serviceCidr: clusterRanges.services,
      dnsServiceIP: clusterRanges.dns,
    },
  };
}

function secrets({ keys }: AzureClusterArgs) {
  return {
    securityProfile: {
      azureKeyVaultKms: {
        enabled: true,
        keyId: keys.cluster.uriWithVersion,
        keyVaultNetworkAccess: "Private",
        keyVaultResourceId: keys.vaultId,
      },
      workloadIdentity: { enabled: true },
      imageCleaner: { enabled: true, intervalHours: 168 },
    },
  };
}

function identities(controlPlane: ManagedIdentity, kubelet: ManagedIdentity) {
  return {
    identity: { type: "UserAssigned" as const, userAssignedIdentities: [controlPlane.id] },
    identityProfile: {
      kubeletidentity: { resourceId: kubelet.id, clientId: kubelet.clientId, objectId: kubelet.principalId },
    },
  };
}

/** The nodes of the cluster's own parts and of Freehold's that need no GPU. */
function systemNodes({ target, network }: AzureClusterArgs) {
  return {
    name: systemPool,
    mode: "System",
    type: "VirtualMachineScaleSets",
    count: target.systemNodes.nodes,
    vmSize: target.systemNodes.vmSize,
    osType: "Linux",
    osSKU: "Ubuntu",
    osDiskType: "Managed",
    osDiskSizeGB: 128,
    vnetSubnetID: network.nodes,
    enableAutoScaling: false,
    enableEncryptionAtHost: true,
    enableNodePublicIP: false,
    ...(target.network.zones.length > 0 && { availabilityZones: target.network.zones }),
  };
}
