import type { Properties } from "../../kubernetes-provider/properties.ts";
import type { Cloud, Wording } from "../cloud.ts";
import { CloudError } from "../cloud-error.ts";
import type { CloudFunction, CloudType } from "../cloud-type.ts";
import type { FaultName } from "../faults.ts";
import { textOf, textsOf } from "../known.ts";
import { SdkShapes } from "../sdk-shapes.ts";
import { type AzureSettings, checkSettings, configureAzure } from "./settings.ts";
import { agentPool } from "./types/agent-pool.ts";
import { diskEncryptionSet, proximityPlacementGroup } from "./types/disk-encryption-set.ts";
import { federatedIdentityCredential, roleAssignment, userAssignedIdentity } from "./types/identities.ts";
import { key, vault } from "./types/key-vault.ts";
import { diagnosticSetting, workspace } from "./types/logs.ts";
import { managedCluster } from "./types/managed-cluster.ts";
import { privateZone, virtualNetworkLink } from "./types/private-dns.ts";
import { privateDnsZoneGroup, privateEndpoint } from "./types/private-link.ts";
import { cacheRule, registry } from "./types/registry.ts";
import { resourceGroup } from "./types/resource-group.ts";
import { blobContainer, blobServiceProperties, storageAccount } from "./types/storage.ts";
import { networkSecurityGroup, routeTable } from "./types/traffic-rules.ts";
import { subnet, virtualNetwork } from "./types/virtual-network.ts";
import { listManagedClusterUserCredentials } from "./user-credentials.ts";

const types: Record<string, CloudType<AzureSettings>> = {
  "azure-native:resources:ResourceGroup": resourceGroup,
  "azure-native:network:VirtualNetwork": virtualNetwork,
  "azure-native:network:Subnet": subnet,
  "azure-native:network:NetworkSecurityGroup": networkSecurityGroup,
  "azure-native:network:RouteTable": routeTable,
  "azure-native:network:PrivateEndpoint": privateEndpoint,
  "azure-native:network:PrivateDnsZoneGroup": privateDnsZoneGroup,
  "azure-native:privatedns:PrivateZone": privateZone,
  "azure-native:privatedns:VirtualNetworkLink": virtualNetworkLink,
  "azure-native:managedidentity:UserAssignedIdentity": userAssignedIdentity,
  "azure-native:managedidentity:FederatedIdentityCredential": federatedIdentityCredential,
  "azure-native:authorization:RoleAssignment": roleAssignment,
  "azure-native:keyvault:Vault": vault,
  "azure-native:keyvault:Key": key,
  "azure-native:compute:DiskEncryptionSet": diskEncryptionSet,
  "azure-native:compute:ProximityPlacementGroup": proximityPlacementGroup,
  "azure-native:containerservice:ManagedCluster": managedCluster,
  "azure-native:containerservice:AgentPool": agentPool,
  "azure-native:containerregistry:Registry": registry,
  "azure-native:containerregistry:CacheRule": cacheRule,
  "azure-native:storage:StorageAccount": storageAccount,
  "azure-native:storage:BlobServiceProperties": blobServiceProperties,
  "azure-native:storage:BlobContainer": blobContainer,
  "azure-native:operationalinsights:Workspace": workspace,
  "azure-native:monitor:DiagnosticSetting": diagnosticSetting,
};

const getClientConfig: CloudFunction<AzureSettings> = ({ settings: { subscription, subscriptionId } }) => ({
  clientId: subscription.caller.clientId,
  objectId: subscription.caller.objectId,
  subscriptionId,
  tenantId: subscription.tenant,
});

/** In the words of azure-native, and of Azure through it. */
const wording: Wording = {
  refused: ({ code, message, status }) =>
    code === "already-exists" ? message : `Status=${status} Code="${code}" Message="${message}"`,
  unknownProperty: (path, near) =>
    `'${path}' is no property of this resource${near ? `; '${near}' is` : ""}, and azure-native would leave it out in silence`,
  missingProperty: (path) => `missing required property '${path}'`,
  wrongType: (path, expected, found) => `'${path}' should be of type '${expected}' but got a ${found}`,
  // The SDK takes any text where it knows words; the services take theirs.
  notOneOf: (path, value, allowed) => {
    if (allowed.some((word) => word.toLowerCase() === value.toLowerCase())) return undefined;
    return `'${path}' is '${value}'; allowed are ${allowed.join(", ")}`;
  },
};

type Answered = Exclude<FaultName, "slow" | "lost-reply">;

/** The faults that a rehearsal orders, in Azure's wording. */
function faultError(fault: Answered, type: string, inputs: Properties): CloudError {
  const now = new Date();
  switch (fault) {
    case "throttling":
      return new CloudError(
        "TooManyRequests",
        "The request is being throttled as the limit has been reached for operation type - Write. For more information, see - https://aka.ms/srpthrottlinglimits",
        429,
      );
    case "server-error-after-create":
      return new CloudError(
        "InternalServerError",
        "Encountered internal server error. Diagnostic information: timestamp and correlation id are kept by the service.",
        500,
      );
    case "expired-credentials":
      return new CloudError(
        "ExpiredAuthenticationToken",
        `The access token expiry UTC time '${new Date(now.getTime() - 60_000).toISOString()}' is earlier than current UTC time '${now.toISOString()}'.`,
        401,
      );
    case "no-capacity":
      return noCapacity(type, inputs);
  }
}

function noCapacity(type: string, inputs: Properties): CloudError {
  const size = textOf(inputs, "vmSize") ?? "the requested VM size";
  const zones = textsOf(inputs, "availabilityZones");
  if (zones.length === 0) {
    return new CloudError(
      "AllocationFailed",
      `Allocation failed. We do not have sufficient capacity for ${size} in this region. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance (${type})`,
      409,
    );
  }
  return new CloudError(
    "ZonalAllocationFailed",
    `Allocation failed. We do not have sufficient capacity for ${size} in zone ${zones.join(", ")}. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance (${type})`,
    409,
  );
}

// Declarations of 8 MB are read once.
let shapes: SdkShapes | undefined;

/** The simulated Azure; tests bring the way in which it is configured. */
export function azureCloud(configure = configureAzure): Cloud<AzureSettings> {
  shapes ??= new SdkShapes("@pulumi/azure-native");
  return {
    package: "azure-native",
    version: shapes.version,
    shapes,
    types,
    functions: {
      "azure-native:containerservice:listManagedClusterUserCredentials": listManagedClusterUserCredentials,
      "azure-native:authorization:getClientConfig": getClientConfig,
    },
    checkConfig: checkSettings,
    movedBy: ["subscriptionId", "tenantId", "environment"],
    configure,
    wording,
    faultError,
  };
}
