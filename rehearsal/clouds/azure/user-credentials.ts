import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { Properties } from "../../kubernetes-provider/properties.ts";
import { CloudError } from "../cloud-error.ts";
import type { CloudFunction } from "../cloud-type.ts";
import { mapOf } from "../known.ts";
import { resourceNotFound, standingAt } from "./arm-type.ts";
import { type AzureSettings, kubeconfigOf } from "./settings.ts";

// Applications of Entra that stand for AKS's API servers, and for people who ask for their tokens; the same in every tenant.
const server = "6dae42f8-4368-4678-94ff-e3960e28e3630";
const client = "80faf920-1908-4b52-b5ef-a8e76bedfc67";

type Kubeconfig = { clusters: { cluster: Properties }[]; users: { user: Properties }[] };

/**
 * The kubeconfig that AKS gives to users of a cluster: it leads to the rehearsal's control plane, and where the cluster is one
 * of Entra ID, whoever uses it asks kubelogin for a token.
 */
export const listManagedClusterUserCredentials: CloudFunction<AzureSettings> = ({ inputs, settings, world }) => {
  const { resourceGroupName, resourceName } = inputs;
  const id = `/subscriptions/${settings.subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/${resourceName}`;
  const cluster = standingAt(world, id);
  if (!cluster) throw resourceNotFound(id);
  const file = kubeconfigOf(settings);
  if (!file) throw new CloudError("InternalServerError", "The rehearsal's control plane does not run.", 500);
  const local = parse(readFileSync(file, "utf8")) as Kubeconfig;
  const name = String(resourceName);
  const userName = `clusterUser_${resourceGroupName}_${name}`;
  const ofEntra = mapOf(cluster.inputs, "aadProfile")?.managed === true;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: local.clusters[0]!.cluster }],
    contexts: [{ name, context: { cluster: name, user: userName } }],
    "current-context": name,
    preferences: {},
    users: [{ name: userName, user: ofEntra ? askingKubelogin(settings.subscription.tenant) : local.users[0]!.user }],
  };
  return { kubeconfigs: [{ name: "clusterUser", value: Buffer.from(stringify(config)).toString("base64") }] };
};

function askingKubelogin(tenant: string) {
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "kubelogin",
      args: [
        "get-token",
        ...["--environment", "AzurePublicCloud"],
        ...["--server-id", server],
        ...["--client-id", client],
        ...["--tenant-id", tenant],
        ...["--login", "devicecode"],
      ],
      env: null,
      installHint: "kubelogin is not installed which is required to connect to AAD enabled cluster.",
      provideClusterInfo: false,
    },
  };
}
