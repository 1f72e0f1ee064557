import { createHash, randomUUID } from "node:crypto";
import type { Properties } from "../../../kubernetes-provider/properties.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { aksVersion } from "../aks-version.ts";
import { type AzureCall, armType } from "../arm-type.ts";
import { identityOutputs, within } from "../identity-outputs.ts";
import { releaseNodes } from "../release-nodes.ts";
import { plainLocation } from "../resource-id.ts";
import { agentPoolType, frozenInPool, joinNodes, poolOutputs } from "./agent-pool.ts";
import { isLongTerm, poolFaults } from "./agent-pool-judgement.ts";
import { judgeBootstrap, judgeCluster } from "./cluster-judgement.ts";
import { judgeNetwork } from "./cluster-network.ts";
import { subnetType } from "./virtual-network.ts";

/** A cluster of AKS. Its API server is the rehearsal's control plane; the machines of its pools are simulated nodes there. */
export const managedCluster = armType({
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{resourceName}",
  apiVersion: "2025-09-01",
  model: { file: "arm-containerservice", class: "ManagedCluster" },
  naming: {
    pattern: /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/,
    rule: "1 to 63 letters, digits, underscores and hyphens, the first and last a letter or digit",
  },
  // As pulumi/pulumi-azure-native has it in provider/pkg/gen/replacement.go.
  immutable: [
    "diskEncryptionSetID",
    "dnsPrefix",
    "fqdnSubdomain",
    "linuxProfile",
    "nodeResourceGroup",
    "windowsProfile",
    ...[
      "serviceCidr",
      "serviceCidrs",
      "dnsServiceIP",
      "networkMode",
      "networkPlugin",
      "networkPluginMode",
      "podCidr",
      "networkDataplane",
      "networkPolicy",
      "outboundType",
    ].map((key) => `networkProfile.${key}`),
  ],
  frozen: [
    "apiServerAccessProfile.enablePrivateCluster",
    "apiServerAccessProfile.privateDNSZone",
    "apiServerAccessProfile.subnetId",
    "aadProfile.tenantID",
    "identityProfile.kubeletidentity.resourceId",
    ...["name", "vmSize", ...frozenInPool].map((key) => `agentPoolProfiles.*.${key}`),
  ],
  references: [
    { at: "diskEncryptionSetID", to: ["azure-native:compute:DiskEncryptionSet"] },
    { at: "agentPoolProfiles.*.vnetSubnetID", to: [subnetType] },
    { at: "apiServerAccessProfile.subnetId", to: [subnetType] },
    { at: "bootstrapProfile.containerRegistryId", to: ["azure-native:containerregistry:Registry"], holds: false },
    { at: "securityProfile.azureKeyVaultKms.keyVaultResourceId", to: ["azure-native:keyvault:Vault"], holds: false },
    {
      at: "addonProfiles.omsagent.config.logAnalyticsWorkspaceResourceID",
      to: ["azure-native:operationalinsights:Workspace"],
      holds: false,
    },
  ],
  waits: true,
  computedWithin: ["oidcIssuerProfile.issuerURL", "identity.principalId"],
  takesMachines: true,
  takesMs: { create: 1200, update: 600, delete: 500 },
  check: clusterFaults,
  judge: (call, id) => {
    judgeCluster(call, id);
    judgeNetwork(call);
  },
  outputs: clusterOutputs,
  settle: async (call, standing) => {
    // Whether nodes can start shows when they do.
    judgeBootstrap(call);
    if (!call.before) await standPools(call, standing);
    return undefined;
  },
  release: releaseNodes,
});

function clusterFaults(inputs: Properties): Fault[] {
  const profiles = mapsOf(inputs, "agentPoolProfiles");
  const faults = profiles.flatMap((pool, index) => {
    const at = `agentPoolProfiles[${index}].`;
    const name = textOf(pool, "name") ?? "";
    const misnamed = !/^[a-z][a-z0-9]{0,11}$/.test(name);
    const said = {
      property: `${at}name`,
      reason: `'${at}name' is '${name}'; it must be 1 to 12 lower-case letters and digits, the first a letter`,
    };
    return [...(misnamed ? [said] : []), ...poolFaults(pool, at)];
  });
  const complete = Array.isArray(inputs.agentPoolProfiles);
  if (complete && !profiles.some((pool) => pool.mode === "System"))
    faults.push({
      property: "agentPoolProfiles",
      reason: "'agentPoolProfiles' has no pool of the mode System: at least one is needed",
    });
  return faults;
}

function clusterOutputs(call: AzureCall, id: string): Properties {
  const { inputs, before, settings } = call;
  const location = plainLocation(String(inputs.location));
  const name = String(inputs.resourceName);
  const hash = createHash("sha256").update(id).digest("hex").slice(0, 8);
  const label = textOf(inputs, "fqdnSubdomain") ?? `${textOf(inputs, "dnsPrefix")}-${hash}`;
  const access = mapOf(inputs, "apiServerAccessProfile") ?? {};
  const isPrivate = access.enablePrivateCluster === true;
  const open = !isPrivate || access.enablePrivateClusterPublicFQDN !== false;
  const nodeResourceGroup = textOf(inputs, "nodeResourceGroup") ?? `MC_${inputs.resourceGroupName}_${name}_${location}`;
  const version = aksVersion({ version: textOf(inputs, "kubernetesVersion"), longTerm: isLongTerm(inputs), location });
  const outputs: Properties = {
    type: "Microsoft.ContainerService/ManagedClusters",
    provisioningState: "Succeeded",
    powerState: { code: "Running" },
    kubernetesVersion: textOf(inputs, "kubernetesVersion") ?? version,
    currentKubernetesVersion: version,
    nodeResourceGroup,
    maxAgentPools: 100,
    eTag: before?.outputs.eTag ?? randomUUID(),
    resourceUID: before?.outputs.resourceUID ?? randomUUID().replaceAll("-", ""),
    azurePortalFQDN: `${label}.portal.hcp.${location}.azmk8s.io`,
    ...(open && { fqdn: `${label}.hcp.${location}.azmk8s.io` }),
    ...(isPrivate && { privateFQDN: `${label}.privatelink.${location}.azmk8s.io` }),
    ...identityOutputs(call),
    identityProfile:
      mapOf(inputs, "identityProfile") ?? before?.outputs.identityProfile ?? ownKubelet(call, nodeResourceGroup),
    ...(within(inputs, "oidcIssuerProfile")?.enabled === true && {
      oidcIssuerProfile: {
        enabled: true,
        issuerURL:
          within(before?.outputs ?? {}, "oidcIssuerProfile")?.issuerURL ??
          `https://${location}.oic.prod-aks.azure.com/${settings.subscription.tenant}/${randomUUID()}/`,
      },
    }),
  };
  const cluster = { inputs, outputs };
  return {
    ...outputs,
    agentPoolProfiles: mapsOf(inputs, "agentPoolProfiles").map((pool) => {
      const { nodeResourceGroupOfCluster: _, ...shown } = poolOutputs(cluster, pool);
      return { ...pool, ...shown, type: pool.type ?? "VirtualMachineScaleSets" };
    }),
  };
}

/** The kubelet's identity where the cluster is not given one: AKS makes it beside the machines. */
function ownKubelet({ settings }: AzureCall, nodeResourceGroup: string): Properties {
  const group = `/subscriptions/${settings.subscriptionId}/resourceGroups/${nodeResourceGroup}`;
  const resourceId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/agentpool`;
  return { kubeletidentity: { resourceId, clientId: randomUUID(), objectId: randomUUID() } };
}

/** Pools that the program declares inside the cluster stand as any other. */
async function standPools(call: AzureCall, cluster: Standing) {
  for (const pool of mapsOf(call.inputs, "agentPoolProfiles")) {
    const id = `${cluster.id}/agentPools/${pool.name}`;
    const standing: Standing = {
      type: agentPoolType,
      id,
      name: String(pool.name),
      inputs: pool,
      outputs: { ...pool, ...poolOutputs(cluster, pool), id, name: pool.name! },
      holds: [],
      created: new Date().toISOString(),
    };
    call.world.put(standing);
    await joinNodes(call, cluster, standing);
  }
}
