import { listManagedClusterUserCredentialsOutput } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js";
import type { Provider as Azure } from "@pulumi/azure-native/provider.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { Provider as Kubernetes } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Ground, inPlace } from "../../cloud.ts";
import { isErasable } from "../../country/erasable.ts";
import { cloudVolumeClass } from "../../storage/volume-class.ts";
import { audited, auditLog } from "./audit-log.ts";
import { backupIdentity } from "./backup-identity.ts";
import { AzureCluster } from "./cluster.ts";
import { diskEncryption } from "./disk-encryption.ts";
import { AzureKeys } from "./keys.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { azureNames, vaultNames } from "./names.ts";
import { AzureNetwork } from "./network.ts";
import { AzureNodePool } from "./node-pool.ts";
import { azureObjectStore } from "./object-store.ts";
import { azureProvider } from "./provider.ts";
import { AzureRegistry } from "./registry.ts";
import { after } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";
import { AzureStorageAccount } from "./storage-account.ts";
import type { AzureCountry, AzureTarget } from "./target.ts";
import { encryptedVolumeClass } from "./volume-class.ts";

/** Makes the ground of a country on Azure, through one provider that knows one subscription and one region. */
export function azureGround(country: AzureCountry, opts: pulumi.ComponentResourceOptions): Ground {
  const { target } = country;
  const provider = azureProvider(target, { parent: opts.parent });
  // Everything below inherits the one provider; none of it may find another.
  const through = { parent: opts.parent, provider };
  const { resourceGroup } = azureNames(target);
  const group = new ResourceGroup(
    "azure",
    {
      resourceGroupName: resourceGroup,
      location: target.location,
      tags: azureTags(target),
    },
    through,
  );
  const setting = {
    target,
    resourceGroupName: after(group, resourceGroup),
    vault: country.vault ?? vaultNames(target)[0]!,
    erasable: isErasable("storage", country.erase),
  };
  const network = new AzureNetwork("network", setting, through);
  const keys = new AzureKeys("keys", { ...setting, network }, through);
  const disks = diskEncryption("disks", { ...setting, keys }, through);
  const registry = new AzureRegistry("registry", { ...setting, network, keys }, through);
  const storage = new AzureStorageAccount("storage-account", { ...setting, network, keys }, through);
  const cluster = new AzureCluster("cluster", { ...setting, network, keys, disks, registry }, through);
  const pools = Object.fromEntries(
    Object.entries(country.pools).map(([name, pool]) => [
      name,
      new AzureNodePool(name, { ...setting, pool, drivers: country.drivers, network, cluster }, through).nodes,
    ]),
  );
  audit({ setting, keys, registry, storage, cluster }, through);
  const { objects, records } = country.storage ?? {};
  const issuer = cluster.cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? "");
  const writer =
    objects?.kind === "cloud" && records
      ? backupIdentity({ ...setting, records, storage, issuer }, through)
      : undefined;
  const kubernetes = kubernetesProvider(target, cluster, through);
  const volumes = encryptedVolumeClass({ target, disks }, { parent: opts.parent, provider: kubernetes });
  return {
    provider: kubernetes,
    ready: [...cluster.ready, volumes],
    pools,
    awaited: {},
    volumeClass: cloudVolumeClass,
    objects: azureObjectStore(target, writer, [storage]),
  };
}

function audit(
  {
    setting,
    keys,
    registry,
    storage,
    cluster,
  }: {
    setting: AzureSetting;
    keys: AzureKeys;
    registry: AzureRegistry;
    storage: AzureStorageAccount;
    cluster: AzureCluster;
  },
  opts: pulumi.ResourceOptions,
) {
  const log = auditLog("audit", setting, opts);
  // Without `kube-audit`, which repeats all of these and every read besides.
  audited("cluster", { log, of: cluster.id, categories: ["kube-audit-admin", "guard"] }, opts);
  audited("keys", { log, of: keys.vaultId, categories: ["AuditEvent"] }, opts);
  const pulls = ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"];
  audited("registry", { log, of: registry.id, categories: pulls }, opts);
  audited("storage", { log, of: storage.blobs, categories: ["StorageRead", "StorageWrite", "StorageDelete"] }, opts);
}

/** Reaches the cluster by its private name, as whoever runs the program is signed in to Entra. */
function kubernetesProvider(
  target: AzureTarget,
  { cluster, ready }: AzureCluster,
  through: { parent?: pulumi.Resource; provider: Azure },
) {
  const credentials = listManagedClusterUserCredentialsOutput(
    {
      resourceGroupName: azureNames(target).resourceGroup,
      // Known with the cluster's id, and not before: the authority that signed its certificate is in no output.
      resourceName: cluster.id.apply(() => target.cluster),
      format: "exec",
    },
    { ...through, dependsOn: ready },
  );
  const kubeconfig = credentials.apply(({ kubeconfigs }) => kubeconfigOf(kubeconfigs[0]?.value ?? "", target.context));
  return new Kubernetes(
    "cluster",
    {
      kubeconfig,
      context: target.context,
      clusterIdentifier: `freehold-${target.subscription}-${target.cluster}`,
      ...inPlace,
    },
    { parent: through.parent },
  );
}
