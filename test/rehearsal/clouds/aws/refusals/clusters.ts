import { arn, type Case, clusterName, id, newCluster, outside } from "../refusal-world.ts";
import { account } from "../standing.ts";

/** What AWS refuses of clusters. */
export const clustersRefusals: Case[] = [
  [
    "a cluster's name twice",
    "eks/cluster:Cluster",
    () => newCluster({ name: clusterName }),
    "Cluster already exists with name",
  ],
  [
    "a version that EKS does not make",
    "eks/cluster:Cluster",
    () => newCluster({ version: "1.22" }),
    "unsupported Kubernetes version 1.22",
  ],
  [
    "one zone",
    "eks/cluster:Cluster",
    () => newCluster({ vpcConfig: { subnetIds: [id("subnet-a")], endpointPrivateAccess: true } }),
    "at least two different AZs",
  ],
  [
    "no way in",
    "eks/cluster:Cluster",
    () =>
      newCluster({
        vpcConfig: {
          subnetIds: [id("subnet-a"), id("subnet-b")],
          endpointPrivateAccess: false,
          endpointPublicAccess: false,
        },
      }),
    "cannot be both disabled",
  ],
  [
    "a role of another service",
    "eks/cluster:Cluster",
    () => newCluster({ roleArn: arn("nodeRole") }),
    "the trusted entity is not correct",
  ],
  [
    "a role that is not there",
    "eks/cluster:Cluster",
    () => newCluster({ roleArn: `arn:aws:iam::${account}:role/none` }),
    "does not exist or cannot be assumed",
  ],
  [
    "a key that is not there",
    "eks/cluster:Cluster",
    () => newCluster({ encryptionConfig: { provider: { keyArn: `${arn("key")}0` }, resources: ["secrets"] } }),
    "NotFoundException",
  ],
  [
    "services within the network",
    "eks/cluster:Cluster",
    () => newCluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "10.64.0.0/20" } }),
    "overlaps with the CIDR of the VPC",
  ],
  [
    "services at public addresses",
    "eks/cluster:Cluster",
    () => newCluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "8.8.0.0/20" } }),
    "must be private",
  ],
  [
    "a log that there is not",
    "eks/cluster:Cluster",
    () => newCluster({ enabledClusterLogTypes: ["kubelet"] }),
    "got kubelet",
  ],
  [
    "an entry twice",
    "eks/accessEntry:AccessEntry",
    () => ({ clusterName, principalArn: outside }),
    "already in use on this cluster",
  ],
  [
    "a principal that is none",
    "eks/accessEntry:AccessEntry",
    () => ({ clusterName, principalArn: `arn:aws:sts::${account}:assumed-role/a/b` }),
    "invalid principal",
  ],
  [
    "a group of Kubernetes' own",
    "eks/accessEntry:AccessEntry",
    () => ({ clusterName, principalArn: `${outside}2`, kubernetesGroups: ["system:masters"] }),
    "cannot start with system:",
  ],
  [
    "a cluster that is not there",
    "eks/accessEntry:AccessEntry",
    () => ({ clusterName: "none", principalArn: outside }),
    "No cluster found for name: none.",
  ],
  [
    "a policy for who has no entry",
    "eks/accessPolicyAssociation:AccessPolicyAssociation",
    () => ({
      clusterName,
      principalArn: `${outside}2`,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "cluster" },
    }),
    "You must create an access entry first",
  ],
  [
    "a policy that EKS has not",
    "eks/accessPolicyAssociation:AccessPolicyAssociation",
    () => ({
      clusterName,
      principalArn: outside,
      policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      accessScope: { type: "cluster" },
    }),
    "policyArn parameter format is not valid",
  ],
  [
    "a scope without its namespaces",
    "eks/accessPolicyAssociation:AccessPolicyAssociation",
    () => ({
      clusterName,
      principalArn: outside,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "namespace" },
    }),
    "namespaces must be set",
  ],
  [
    "an add-on that there is not",
    "eks/addon:Addon",
    () => ({ clusterName, addonName: "calico" }),
    "Addon calico specified is not supported",
  ],
  ["an add-on twice", "eks/addon:Addon", () => ({ clusterName, addonName: "vpc-cni" }), "Addon already exists."],
  [
    "a role that pods cannot take",
    "eks/podIdentityAssociation:PodIdentityAssociation",
    () => ({ clusterName, namespace: "a", serviceAccount: "b", roleArn: arn("nodeRole") }),
    "pods.eks.amazonaws.com",
  ],
  [
    "two roles for one account",
    "eks/podIdentityAssociation:PodIdentityAssociation",
    () => ({ clusterName, namespace: "models", serviceAccount: "models", roleArn: arn("podRole") }),
    "Association already exists",
  ],
];
