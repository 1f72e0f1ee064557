import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { inPlace } from "../../cloud.ts";
import type { Cluster } from "./cluster.ts";
import type { AwsTarget } from "./target.ts";

/** The one provider through which everything in the cluster is made, as whichever of its operators runs Pulumi. */
export function kubernetesProvider(
  name: string,
  target: Pick<AwsTarget, "cluster" | "context" | "place" | "region">,
  { endpoint, authority, ready }: Pick<Cluster, "endpoint" | "authority" | "ready">,
  opts: pulumi.CustomResourceOptions,
): Provider {
  const { cluster, context, place, region } = target;
  const kubeconfig = pulumi.all([endpoint, authority]).apply(([server, data]) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: context, cluster: { server, "certificate-authority-data": data } }],
      contexts: [{ name: context, context: { cluster: context, user: context } }],
      "current-context": context,
      users: [{ name: context, user: { exec: tokenOf(cluster, region) } }],
    }),
  );
  return new Provider(
    name,
    {
      kubeconfig,
      context,
      // Only another place makes it another cluster, with everything made anew.
      clusterIdentifier: `freehold-${place}`,
      ...inPlace,
    },
    { ...opts, dependsOn: ready },
  );
}

/** A token is good for a quarter of an hour, so that none is kept anywhere: each is asked for when it is used. */
function tokenOf(cluster: string, region: string) {
  return {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "aws",
    args: ["eks", "get-token", "--cluster-name", cluster, "--region", region, "--output", "json"],
    interactiveMode: "Never",
  };
}
