import { Addon } from "@pulumi/aws/eks/addon.js";
import * as pulumi from "@pulumi/pulumi";
import type { AwsNames } from "./partition.ts";
import { podRole } from "./role.ts";
import type { AwsTarget } from "./target.ts";

export type ClusterAddonsArgs = {
  target: Pick<AwsTarget, "account" | "cluster">;
  names: AwsNames;
  clusterName: pulumi.Input<string>;
};

type Wanted = {
  addonName: string;
  settings?: object;
  /** The service account that takes a role, and the policies of it that AWS keeps. */
  identity?: { serviceAccount: string; managed: string[] };
};

// Without these no node is ready; they run on every node, so they can be there before any is.
const beforeNodes: Wanted[] = [
  { addonName: "eks-pod-identity-agent" },
  {
    addonName: "vpc-cni",
    // Without it NetworkPolicies are accepted by the API server, and hold nobody back.
    settings: { enableNetworkPolicy: "true" },
    identity: { serviceAccount: "aws-node", managed: ["AmazonEKS_CNI_Policy"] },
  },
  { addonName: "kube-proxy" },
];
const onNodes: Wanted[] = [
  { addonName: "coredns" },
  {
    addonName: "aws-ebs-csi-driver",
    identity: { serviceAccount: "ebs-csi-controller-sa", managed: ["service-role/AmazonEBSCSIDriverPolicy"] },
  },
];

/** What every node needs of EKS before it is ready: network, with its policies, and identities of pods. */
export class NodeAddons extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsNodeAddons", name, {}, opts);
    for (const wanted of beforeNodes) install(wanted, args, { parent: this });
    this.registerOutputs();
  }
}

/** What runs on the system nodes for the cluster: names, and volumes. */
export class ClusterAddons extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsClusterAddons", name, {}, opts);
    for (const wanted of onNodes) install(wanted, args, { parent: this });
    this.registerOutputs();
  }
}

function install(wanted: Wanted, args: ClusterAddonsArgs, inside: { parent: pulumi.Resource }): Addon {
  const { addonName, settings, identity } = wanted;
  const taken = identity && podRole(addonName, { managed: identity.managed }, args, inside);
  return new Addon(
    addonName,
    {
      clusterName: args.clusterName,
      addonName,
      // No version: EKS installs the one that it has tested with the cluster's, in this region, and leaves it alone afterwards.
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      ...(settings && { configurationValues: JSON.stringify(settings) }),
      ...(identity &&
        taken && {
          podIdentityAssociations: [{ serviceAccount: identity.serviceAccount, roleArn: taken.role.arn }],
        }),
    },
    { ...inside, dependsOn: taken?.rights ?? [] },
  );
}
