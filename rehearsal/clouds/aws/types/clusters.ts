import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { eksVersions } from "../../../../catalogue/index.ts";
import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import { mapOf, textOf, textsOf } from "../../known.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newId, newUuid, reference, regionOf } from "../aws-type.ts";
import { overlap, parseCidr } from "../cidr.ts";
import type { AwsSettings } from "../settings.ts";
import { toKey } from "./keys.ts";
import { subnet, toSubnet, vpc } from "./networks.ts";
import { role, toRoleArn, trusts } from "./roles.ts";
import { toSecurityGroup } from "./security-groups.ts";

export const cluster = "aws:eks/cluster:Cluster";

/** A reference to a cluster by its name. */
export const toCluster = (at: string, holds = true) =>
  reference(at, cluster, "ResourceNotFoundException", (name) => `No cluster found for name: ${name}.`, { holds });

/** Clusters, each the rehearsal's own control plane. */
export const clusters: Record<string, AwsType> = {
  [cluster]: awsType({
    service: "EKS",
    thing: "EKS Cluster",
    calls: { create: "CreateCluster", update: "UpdateClusterConfig", delete: "DeleteCluster" },
    request: {
      service: "eks",
      operation: "CreateCluster",
      members: {
        vpcConfig: "resourcesVpcConfig",
        enabledClusterLogTypes: null,
        defaultAddonsToRemoves: null,
        forceUpdateVersion: null,
      },
    },
    autoname: { property: "name", maxLength: 100 },
    immutable: [
      "name",
      "roleArn",
      "encryptionConfig.provider",
      "bootstrapSelfManagedAddons",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "kubernetesNetworkConfig.ipFamily",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "outpostConfig",
    ],
    unordered: [
      "vpcConfig.subnetIds",
      "vpcConfig.securityGroupIds",
      "vpcConfig.publicAccessCidrs",
      "enabledClusterLogTypes",
      "encryptionConfig.resources",
    ],
    defaults: { bootstrapSelfManagedAddons: true, deletionProtection: false },
    computedWithin: ["vpcConfig.clusterSecurityGroupId", "vpcConfig.vpcId", "kubernetesNetworkConfig.serviceIpv4Cidr"],
    references: [
      toRoleArn("roleArn"),
      toSubnet("vpcConfig.subnetIds.*"),
      toSecurityGroup("vpcConfig.securityGroupIds.*"),
      toKey("encryptionConfig.provider.keyArn"),
    ],
    check: clusterFaults,
    judge: judgeCluster,
    make: (call) => {
      const name = String(call.inputs.name);
      const { endpoint, authority } = controlPlane(call.settings.kubeconfig);
      const issuer = `https://oidc.eks.${regionOf(call)}.${call.settings.partition.dnsSuffix}/id/${newUuid().replaceAll("-", "").toUpperCase()}`;
      return {
        id: name,
        outputs: {
          arn: arnOf(call, "eks", `cluster/${name}`),
          endpoint,
          certificateAuthority: { data: authority },
          identities: [{ oidcs: [{ issuer }] }],
          version: textOf(call.inputs, "version") ?? eksVersions(call.settings.today).default,
          platformVersion: "eks.1",
          status: "ACTIVE",
          createdAt: new Date().toISOString(),
          clusterId: "",
          upgradePolicy: call.inputs.upgradePolicy ?? { supportType: "EXTENDED" },
          ...shown(call, newId("sg")),
        },
      };
    },
    change: (call, before) => shown(call, String((before.outputs.vpcConfig as Properties).clusterSecurityGroupId)),
    inUse: (_, users) =>
      new CloudError(
        "ResourceInUseException",
        users.some(({ type }) => type.includes("nodeGroup")) ? "Cluster has nodegroups attached" : "Cluster is in use",
        409,
      ),
    judgeDeletion: (_, { inputs }) => {
      if (inputs.deletionProtection === true)
        throw new CloudError(
          "InvalidRequestException",
          "Cluster has deletion protection enabled, and cannot be deleted",
        );
    },
    waits: true,
    takesMs: { create: 2000, update: 500, delete: 500 },
  }),
};

function clusterFaults(
  { version, vpcConfig, kubernetesNetworkConfig, enabledClusterLogTypes, encryptionConfig }: Properties,
  settings: AwsSettings,
) {
  const { versions } = eksVersions(settings.today);
  const network = mapOf({ vpcConfig: vpcConfig ?? {} }, "vpcConfig") ?? {};
  const services = mapOf({ config: kubernetesNetworkConfig ?? {} }, "config")?.serviceIpv4Cidr;
  const cidr = typeof services === "string" ? parseCidr(services) : undefined;
  const inside =
    cidr && ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some((block) => overlap(parseCidr(block)!, cidr));
  const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
  return [
    ...(typeof version === "string" && !versions.some((one) => one.version === version)
      ? [
          {
            property: "version",
            reason: `InvalidParameterException: unsupported Kubernetes version ${version}; EKS makes ${versions.map((one) => one.version).join(", ")}`,
          },
        ]
      : []),
    ...(network.endpointPrivateAccess === false && network.endpointPublicAccess === false
      ? [
          {
            property: "vpcConfig",
            reason: "InvalidParameterException: Private and public endpoint access cannot be both disabled",
          },
        ]
      : []),
    // docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
    ...(typeof services === "string" && (!cidr || !inside || cidr.prefix < 12 || cidr.prefix > 24)
      ? [
          {
            property: "kubernetesNetworkConfig.serviceIpv4Cidr",
            reason: `InvalidParameterException: the service CIDR ${services} must be private, and between /24 and /12`,
          },
        ]
      : []),
    ...textsOf({ types: enabledClusterLogTypes ?? [] }, "types")
      .filter((type) => !logTypes.includes(type))
      .map((type) => ({
        property: "enabledClusterLogTypes",
        reason: `expected enabled_cluster_log_types to be one of [${logTypes.join(" ")}], got ${type}`,
      })),
    ...textsOf(mapOf({ config: encryptionConfig ?? {} }, "config"), "resources")
      .filter((name) => name !== "secrets")
      .map((name) => ({
        property: "encryptionConfig.resources",
        reason: `expected resources to be one of ["secrets"], got ${name}`,
      })),
  ];
}

function judgeCluster({ world, inputs, before }: AwsCall): void {
  const name = String(inputs.name);
  if (!before && world.get(cluster, name))
    throw new CloudError("ResourceInUseException", `Cluster already exists with name: ${name}`, 409);
  const taker = world.find([role], String(inputs.roleArn));
  if (!trusts(textOf(taker?.inputs, "assumeRolePolicy"), /^eks\.amazonaws\./)) {
    throw new CloudError(
      "InvalidParameterException",
      `Role with arn: ${inputs.roleArn}, could not be assumed because it does not exist or the trusted entity is not correct`,
    );
  }
  const subnets = textsOf(mapOf(inputs, "vpcConfig"), "subnetIds").map((id) => world.get(subnet, id)!);
  if (new Set(subnets.map(({ outputs }) => outputs.availabilityZone)).size < 2)
    throw new CloudError("InvalidParameterException", "Subnets specified must be in at least two different AZs");
  if (new Set(subnets.map((one) => one.inputs.vpcId)).size > 1)
    throw new CloudError("InvalidParameterException", "Subnets specified must belong to the same VPC");
  const services = parseCidr(textOf(mapOf(inputs, "kubernetesNetworkConfig"), "serviceIpv4Cidr"));
  const around = parseCidr(textOf(world.get(vpc, String(subnets[0]!.inputs.vpcId))?.inputs, "cidrBlock"));
  if (services && around && overlap(services, around))
    throw new CloudError("InvalidParameterException", "The service CIDR overlaps with the CIDR of the VPC");
  const [from, to] = [textOf(before?.outputs, "version"), textOf(inputs, "version")];
  const minor = (version: string) => Number(version.split(".")[1]);
  // One minor version at a time, and none back (docs.aws.amazon.com/eks/latest/userguide/update-cluster.html).
  if (from && to && (minor(to) < minor(from) || minor(to) > minor(from) + 1))
    throw new CloudError(
      "InvalidParameterException",
      `Unsupported Kubernetes minor version update from ${from} to ${to}`,
    );
}

/** What EKS adds to the objects that came in. */
function shown({ inputs, world }: AwsCall, clusterSecurityGroupId: string): Properties {
  const network = mapOf(inputs, "vpcConfig") ?? {};
  const [first = ""] = textsOf(network, "subnetIds");
  return {
    vpcConfig: {
      endpointPrivateAccess: false,
      endpointPublicAccess: true,
      publicAccessCidrs: network.endpointPublicAccess === false ? [] : ["0.0.0.0/0"],
      ...network,
      clusterSecurityGroupId,
      vpcId: world.get(subnet, first)?.inputs.vpcId ?? "",
    },
    kubernetesNetworkConfig: {
      ipFamily: "ipv4",
      serviceIpv4Cidr: "172.20.0.0/16",
      ...mapOf(inputs, "kubernetesNetworkConfig"),
    },
    accessConfig: {
      authenticationMode: "CONFIG_MAP",
      bootstrapClusterCreatorAdminPermissions: true,
      ...mapOf(inputs, "accessConfig"),
    },
  };
}

/** Every cluster of this cloud is the rehearsal's own control plane. */
function controlPlane(kubeconfig: string): { endpoint: string; authority: string } {
  const config = parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: {
      cluster: { server: string; "certificate-authority-data"?: string; "certificate-authority"?: string };
    }[];
  };
  const { server, "certificate-authority-data": data, "certificate-authority": file } = config.clusters[0]!.cluster;
  return { endpoint: server, authority: data ?? (file ? readFileSync(file).toString("base64") : "") };
}
