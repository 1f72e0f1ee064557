import { join } from "node:path";
import process from "node:process";
import { readConnection } from "../../kubernetes-provider/kubeconfig.ts";
import { World } from "../world.ts";

/** The credentials of the rehearsal's own control plane, which stand in for a token of EKS or of Entra. Throws without a cluster. */
export function tokenFor(program: string, command: string, options: Record<string, string>) {
  const home = process.env.FREEHOLD_REHEARSAL!;
  if (program === "aws") {
    const { region, "cluster-name": name = "" } = options;
    const cluster = new World(join(home, "world", "aws")).get("aws:eks/cluster:Cluster", name);
    if (!cluster || (region !== undefined && cluster.outputs.region !== region)) {
      throw new Error(`An error occurred (ResourceNotFoundException): No cluster found for name: ${name}.`);
    }
  } else {
    if (command !== "get-token")
      throw new Error(`kubelogin ${command}: not in a rehearsal, which knows get-token alone`);
    const type = "azure-native:containerservice:ManagedCluster";
    const clusters = new World(join(home, "world", "azure-native")).standing(type);
    if (clusters.length === 0) throw new Error("no AKS cluster stands in this rehearsal");
  }
  const { certificate } = readConnection({ kubeconfig: join(home, "kubeconfig") });
  if (!certificate) throw new Error("the rehearsal's kubeconfig has no client certificate");
  return {
    apiVersion: askedVersion(),
    kind: "ExecCredential",
    spec: {},
    status: {
      expirationTimestamp: new Date(Date.now() + 14 * 60_000).toISOString().replace(/\.\d+Z$/, "Z"),
      clientCertificateData: certificate.cert.toString(),
      clientKeyData: certificate.key.toString(),
    },
  };
}

/** Whoever asks says in which version it understands the answer. */
function askedVersion(): string {
  const { apiVersion } = JSON.parse(process.env.KUBERNETES_EXEC_INFO || "{}") as { apiVersion?: string };
  return apiVersion ?? "client.authentication.k8s.io/v1beta1";
}
