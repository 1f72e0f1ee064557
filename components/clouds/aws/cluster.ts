import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Cluster as EksCluster } from "@pulumi/aws/eks/cluster.js";
import * as pulumi from "@pulumi/pulumi";
import { keyAliases } from "./keys.ts";
import { logGroup } from "./log.ts";
import { serviceRange } from "./network/ranges.ts";
import type { Network } from "./network.ts";
import type { AwsNames } from "./partition.ts";
import { mayUseKey } from "./policy-document.ts";
import { type RoleMade, serviceRole } from "./role.ts";
import type { AwsTarget } from "./target.ts";

export type ClusterArgs = {
  target: AwsTarget;
  names: AwsNames;
  network: Network;
  /** ARNs of the keys of Secrets and of logs. */
  keys: { cluster: pulumi.Input<string>; logs: pulumi.Input<string> };
  /** Whether it may be deleted, and with it all that only it knows. */
  erasable: boolean;
};

/** A cluster of EKS whose API server answers only inside the country's network, administered by the declared roles alone. */
export class Cluster extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  /** Authority of the API server's certificate, base 64. */
  readonly authority: pulumi.Output<string>;
  /** What has to stand before anybody speaks to the API server. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsCluster", name, {}, opts);
    const inside = { parent: this };
    const { target, keys } = args;

    const logs = logGroup("control-plane", `/aws/eks/${target.cluster}/cluster`, keys.logs, inside);
    const role = controlPlaneRole(args, inside);
    const cluster = eksCluster(args, role, [logs, ...role.rights, ...args.network.endpoints.all], inside);
    const admitted = target.operators.flatMap((operator) => admit(operator, cluster, args, inside));

    this.name = cluster.name;
    this.endpoint = cluster.endpoint;
    this.authority = cluster.certificateAuthority.apply(({ data }) => data);
    this.ready = [cluster, ...admitted];
    this.registerOutputs({ name: this.name, endpoint: this.endpoint });
  }
}

function controlPlaneRole(args: ClusterArgs, inside: { parent: pulumi.Resource }): RoleMade {
  const { account } = args.target;
  return serviceRole(
    "control-plane",
    { service: "eks", account },
    {
      managed: ["AmazonEKSClusterPolicy"],
      own: [
        mayUseKey(
          "SecretsOfTheCluster",
          keyAliases(args.target, "cluster"),
          args.names.arn("kms", "key/*"),
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ListGrants",
          "kms:DescribeKey",
        ),
      ],
    },
    args,
    inside,
  );
}

function eksCluster(
  { target, network, keys, erasable }: ClusterArgs,
  { role }: RoleMade,
  dependsOn: pulumi.Resource[],
  inside: { parent: pulumi.Resource },
): EksCluster {
  const { cidr, callers } = target.network;
  const serviceIpv4Cidr = serviceRange([cidr, ...callers]);
  if (serviceIpv4Cidr === undefined) {
    throw new pulumi.RunError(
      `No range is left for the cluster's Services beside ${[cidr, ...callers].join(", ")}: name narrower ranges in target.network.`,
    );
  }
  return new EksCluster(
    "cluster",
    {
      name: target.cluster,
      version: target.kubernetes,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: Object.values(network.subnets),
        securityGroupIds: [network.groups.controlPlane.id],
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
        // What the API server itself calls, such as webhooks, it calls through the network, from which nothing leads out.
        controlPlaneEgressMode: "CUSTOMER_ROUTED",
      },
      kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr },
      encryptionConfig: { provider: { keyArn: keys.cluster }, resources: ["secrets"] },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      accessConfig: {
        authenticationMode: "API",
        // Whoever happens to create it is nobody special afterwards: the country file names who administers it.
        bootstrapClusterCreatorAdminPermissions: false,
      },
      // The add-ons are EKS's own managed ones, which show in the plan and are kept up to date by it.
      bootstrapSelfManagedAddons: false,
      // With STANDARD, AWS chooses the day on which an old version is upgraded; the country chooses, and pays for being late.
      upgradePolicy: { supportType: "EXTENDED" },
      deletionProtection: !erasable,
    },
    { ...inside, dependsOn, protect: !erasable },
  );
}

/** A role that administers the cluster. */
function admit(
  principalArn: string,
  cluster: EksCluster,
  { names }: ClusterArgs,
  inside: { parent: pulumi.Resource },
): pulumi.Resource[] {
  const name = principalArn.split("/").at(-1) ?? principalArn;
  const entry = new AccessEntry(name, { clusterName: cluster.name, principalArn, type: "STANDARD" }, inside);
  const administers = new AccessPolicyAssociation(
    name,
    {
      clusterName: cluster.name,
      principalArn,
      policyArn: names.clusterAccess("AmazonEKSClusterAdminPolicy"),
      accessScope: { type: "cluster" },
    },
    { ...inside, dependsOn: [entry] },
  );
  return [entry, administers];
}
