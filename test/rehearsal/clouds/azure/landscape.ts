import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { V1Node } from "@kubernetes/client-node";
import { azureCloud } from "../../../../rehearsal/clouds/azure/cloud.ts";
import { configureAzure } from "../../../../rehearsal/clouds/azure/settings.ts";
import { writeWhole } from "../../../../rehearsal/clouds/world.ts";
import type { Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import { Plugin } from "../plugin.ts";
import { writeLimits } from "./published-limits.ts";

export const subscriptionId = "11111111-2222-3333-4444-555555555555";
export const tenant = "5a1e0f0c-7d0c-4b1e-9a53-2f3c6d8e9b10";
export const location = "brazilsouth";

/** What tests say of an Azure: what its subscription may, and whether Azure's models are at hand. */
export type Saying = { subscription?: object; models?: boolean };

/** A simulated Azure of a test's own, whose machines are counted and go nowhere. */
export class TestAzure extends Plugin<ReturnType<typeof configureAzure>> {
  /** Nodes by agent pool, as they were last brought. */
  readonly nodes: Map<string, V1Node[]>;

  constructor({ models = true }: Saying = {}) {
    const nodes = new Map<string, V1Node[]>();
    super(
      azureCloud((inputs, env) => ({
        ...configureAzure(inputs, {
          ...env,
          ...(models && { FREEHOLD_AZURE_MODELS: writeLimits(join(env.FREEHOLD_REHEARSAL!, "models")) }),
        }),
        nodes: {
          bring: async ({ pool }, wanted) => {
            nodes.set(pool, wanted);
          },
        },
      })),
    );
    this.nodes = nodes;
  }

  /** A resource of this type with this name in the group. */
  make(type: string, name: string, inputs: Properties = {}) {
    return this.create(token(type), { ...defaultsOf(type, name), ...inputs }, name);
  }

  async remake(type: string, name: string, inputs: Properties) {
    const standing = this.named(type, name);
    return await this.update(token(type), standing.id, standing.outputs, { ...standing.inputs, ...inputs });
  }

  drop(type: string, name: string) {
    return this.delete(token(type), this.named(type, name).id);
  }

  named(type: string, name: string) {
    const found = this.world.standing(token(type)).find(({ outputs }) => outputs.name === name);
    if (!found) throw new Error(`no ${type} ${name}`);
    return found;
  }

  id(type: string, name: string): string {
    return this.named(type, name).id;
  }
}

/** An Azure with a resource group and whatever else is asked for. What is asked for often is made once and copied. */
export async function azure(saying: Saying = {}, ...parts: Part[]): Promise<TestAzure> {
  if (saying.subscription || parts.length < 3) return await made(saying, parts);
  const key = parts.join();
  const pattern = patterns.get(key) ?? made({}, parts);
  patterns.set(key, pattern);
  const copy = new TestAzure(saying);
  const { world, nodes } = await pattern;
  cpSync(world.folder, copy.world.folder, { recursive: true });
  for (const [pool, those] of nodes) copy.nodes.set(pool, those);
  return await copy.configure({ subscriptionId });
}
const patterns = new Map<string, Promise<TestAzure>>();

/** Takes away what was copied from. */
export async function dropPatterns() {
  for (const pattern of patterns.values()) (await pattern)[Symbol.dispose]();
}

async function made(saying: Saying, parts: Part[]): Promise<TestAzure> {
  const plugin = new TestAzure(saying);
  using refused = new DisposableStack();
  refused.use(plugin);
  if (saying.subscription)
    writeWhole(join(plugin.world.folder, "subscription.json"), JSON.stringify(saying.subscription));
  await plugin.configure({ subscriptionId });
  await plugin.make("resources:ResourceGroup", "rg");
  for (const part of parts) await landscape[part](plugin);
  refused.move();
  return plugin;
}

export type Part = keyof typeof landscape;

const group = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers`;
export const vaultId = `${group}/Microsoft.KeyVault/vaults/keys-of-br`;
export const registryId = `${group}/Microsoft.ContainerRegistry/registries/imagesofbr`;
export const networkId = `${group}/Microsoft.Network/virtualNetworks/net`;
export const zoneId = `${group}/Microsoft.Network/privateDnsZones/privatelink.brazilsouth.azmk8s.io`;
export const identityId = (name: string) => `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
export const clusterId = `${group}/Microsoft.ContainerService/managedClusters/aks`;
export const diskSetId = `${group}/Microsoft.Compute/diskEncryptionSets/disks`;

/** Roles by name, as the catalogue has them. */
export const roles = {
  network: "4d97b98b-1d4f-4787-a291-c67834d212e7",
  zone: "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
  operator: "f1a07417-d97a-45cb-824c-7a7467783830",
  pull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  wrap: "e147488a-f6f5-4113-8e2d-b22465e65bf6",
  crypto: "12338af0-0e69-4776-bea7-57ae8d297424",
  vault: "f25e0fa2-a7c8-4377-a976-54943a77a395",
};

let granted = 0;

/** Inputs of a role assignment. */
export function grant(plugin: TestAzure, role: keyof typeof roles, to: string, scope: string): Properties {
  return {
    roleAssignmentName: `00000000-0000-4000-8000-${String(++granted).padStart(12, "0")}`,
    principalId: plugin.named("managedidentity:UserAssignedIdentity", to).outputs.principalId!,
    principalType: "ServicePrincipal",
    roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`,
    scope,
  };
}

const landscape = {
  async network(azure: TestAzure) {
    await azure.make("network:VirtualNetwork", "net");
    await azure.make("network:Subnet", "nodes", { addressPrefix: "10.64.0.0/22" });
    await azure.make("network:Subnet", "endpoints", { addressPrefix: "10.64.4.0/24" });
  },
  async vault(azure: TestAzure) {
    await azure.make("keyvault:Vault", "keys-of-br");
    await azure.make("managedidentity:UserAssignedIdentity", "encryption");
    await azure.make("keyvault:Key", "disks");
    await azure.make("authorization:RoleAssignment", "wraps", grant(azure, "wrap", "encryption", vaultId));
  },
  async disks(azure: TestAzure) {
    await azure.make("compute:DiskEncryptionSet", "disks");
  },
  async registry(azure: TestAzure) {
    await azure.make("containerregistry:Registry", "imagesofbr");
    await azure.make("containerregistry:CacheRule", "aks-managed-mcr");
    await azure.make("network:PrivateEndpoint", "images", {
      privateLinkServiceConnections: link(registryId, "registry"),
    });
  },
  async identities(azure: TestAzure) {
    await azure.make("privatedns:PrivateZone", "privatelink.brazilsouth.azmk8s.io");
    for (const name of ["control-plane", "kubelet"]) await azure.make("managedidentity:UserAssignedIdentity", name);
    for (const [role, to, scope] of [
      ["network", "control-plane", networkId],
      ["zone", "control-plane", zoneId],
      ["operator", "control-plane", identityId("kubelet")],
      ["pull", "kubelet", registryId],
    ] as const) {
      await azure.make("authorization:RoleAssignment", `${role}-${to}`, grant(azure, role, to, scope));
    }
  },
  async cluster(azure: TestAzure) {
    const { clientId, principalId } = azure.named("managedidentity:UserAssignedIdentity", "kubelet").outputs;
    const kubeletidentity = { resourceId: identityId("kubelet"), clientId: clientId!, objectId: principalId! };
    await azure.make("containerservice:ManagedCluster", "aks", { identityProfile: { kubeletidentity } });
  },
};

/** Everything that a cluster needs, and the cluster. */
export const whole: Part[] = ["network", "vault", "disks", "registry", "identities", "cluster"];
/** Everything that a cluster needs, and no cluster. */
export const beforeCluster = whole.slice(0, -1);

export function link(privateLinkServiceId: string, group: string): Properties[] {
  return [{ name: "link", privateLinkServiceId, groupIds: [group] }];
}

export function token(type: string): string {
  return `azure-native:${type}`;
}

/** A pool of a cluster, as few words as it takes. */
export const systemPool = {
  name: "system",
  mode: "System",
  count: 3,
  vmSize: "Standard_D8ds_v5",
  availabilityZones: ["1", "2", "3"],
  vnetSubnetID: `${networkId}/subnets/nodes`,
};

/** Inputs of a right cluster, but for its kubelet's identity, whose ids Azure gives. */
export const cluster: Properties = {
  resourceName: "aks",
  location,
  kubernetesVersion: "1.35",
  fqdnSubdomain: "aks",
  nodeResourceGroup: "rg-nodes",
  diskEncryptionSetID: diskSetId,
  disableLocalAccounts: true,
  aadProfile: { managed: true, enableAzureRBAC: true, tenantID: tenant },
  oidcIssuerProfile: { enabled: true },
  identity: { type: "UserAssigned", userAssignedIdentities: [identityId("control-plane")] },
  apiServerAccessProfile: { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false, privateDNSZone: zoneId },
  networkProfile: {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkDataplane: "cilium",
    networkPolicy: "cilium",
    outboundType: "none",
    podCidr: "10.244.0.0/16",
    serviceCidr: "10.96.0.0/16",
    dnsServiceIP: "10.96.0.10",
  },
  bootstrapProfile: { artifactSource: "Cache", containerRegistryId: registryId },
  agentPoolProfiles: [systemPool],
};

/** The least that makes a right resource of a type. */
function defaultsOf(type: string, name: string): Properties {
  const inGroup = { resourceGroupName: "rg" };
  const here = { ...inGroup, location };
  const table: Record<string, Properties> = {
    "resources:ResourceGroup": { resourceGroupName: name, location },
    "network:VirtualNetwork": {
      ...here,
      virtualNetworkName: name,
      addressSpace: { addressPrefixes: ["10.64.0.0/16"] },
    },
    "network:Subnet": { ...inGroup, virtualNetworkName: "net", subnetName: name, addressPrefix: "10.64.8.0/24" },
    "network:NetworkSecurityGroup": { ...here, networkSecurityGroupName: name },
    "network:RouteTable": { ...here, routeTableName: name },
    "network:PrivateEndpoint": {
      ...here,
      privateEndpointName: name,
      subnet: { id: `${networkId}/subnets/endpoints` },
      privateLinkServiceConnections: link(vaultId, "vault"),
    },
    "network:PrivateDnsZoneGroup": {
      ...inGroup,
      privateEndpointName: "images",
      privateDnsZoneGroupName: name,
      privateDnsZoneConfigs: [{ name: "zone", privateDnsZoneId: zoneId }],
    },
    "privatedns:PrivateZone": { ...inGroup, privateZoneName: name, location: "global" },
    "privatedns:VirtualNetworkLink": {
      ...inGroup,
      location: "global",
      privateZoneName: "privatelink.brazilsouth.azmk8s.io",
      virtualNetworkLinkName: name,
      registrationEnabled: false,
      virtualNetwork: { id: networkId },
    },
    "managedidentity:UserAssignedIdentity": { ...here, resourceName: name },
    "managedidentity:FederatedIdentityCredential": {
      ...inGroup,
      resourceName: "encryption",
      federatedIdentityCredentialResourceName: name,
      issuer: "https://brazilsouth.oic.prod-aks.azure.com/t/i/",
      subject: `system:serviceaccount:ns:${name}`,
      audiences: ["api://AzureADTokenExchange"],
    },
    "keyvault:Vault": {
      ...here,
      vaultName: name,
      properties: {
        tenantId: tenant,
        sku: { family: "A", name: "premium" },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
      },
    },
    "keyvault:Key": {
      ...inGroup,
      vaultName: "keys-of-br",
      keyName: name,
      properties: { kty: "RSA-HSM", keySize: 3072 },
    },
    "compute:DiskEncryptionSet": {
      ...here,
      diskEncryptionSetName: name,
      rotationToLatestKeyVersionEnabled: true,
      activeKey: { keyUrl: "https://keys-of-br.vault.azure.net/keys/disks", sourceVault: { id: vaultId } },
      identity: { type: "UserAssigned", userAssignedIdentities: [identityId("encryption")] },
    },
    "compute:ProximityPlacementGroup": { ...here, proximityPlacementGroupName: name },
    "containerregistry:Registry": {
      ...here,
      registryName: name,
      sku: { name: "Premium" },
      publicNetworkAccess: "Disabled",
      adminUserEnabled: false,
    },
    "containerregistry:CacheRule": {
      ...inGroup,
      registryName: "imagesofbr",
      cacheRuleName: name,
      sourceRepository: "mcr.microsoft.com/*",
      targetRepository: "aks-managed-repository/*",
    },
    "storage:StorageAccount": { ...here, accountName: name, kind: "StorageV2", sku: { name: "Standard_ZRS" } },
    "storage:BlobServiceProperties": { ...inGroup, accountName: "weightsofbr", blobServicesName: name },
    "storage:BlobContainer": { ...inGroup, accountName: "weightsofbr", containerName: name },
    "operationalinsights:Workspace": { ...here, workspaceName: name, retentionInDays: 365, sku: { name: "PerGB2018" } },
    "monitor:DiagnosticSetting": {
      name,
      resourceUri: vaultId,
      workspaceId: `${group}/Microsoft.OperationalInsights/workspaces/audit`,
      logs: [{ category: "AuditEvent", enabled: true }],
    },
    "containerservice:ManagedCluster": { ...inGroup, ...cluster },
    "containerservice:AgentPool": {
      ...inGroup,
      resourceName: "aks",
      agentPoolName: name,
      mode: "User",
      count: 2,
      vmSize: "Standard_ND96isr_H200_v5",
      availabilityZones: ["1"],
      vnetSubnetID: `${networkId}/subnets/nodes`,
    },
  };
  return table[type] ?? {};
}

/** A kubeconfig as the rehearsal's control plane has it. */
export function controlPlane(azure: TestAzure): void {
  writeFileSync(
    join(azure.home, "kubeconfig"),
    JSON.stringify({
      clusters: [
        { name: "rehearsal", cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } },
      ],
      contexts: [{ name: "rehearsal", context: { cluster: "rehearsal", user: "admin" } }],
      users: [{ name: "admin", user: { token: "local" } }],
      "current-context": "rehearsal",
    }),
  );
}
