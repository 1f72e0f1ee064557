import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newId, newUuid, regionOf } from "../aws-type.ts";
import { parseCidr } from "../cidr.ts";
import { typeFaults } from "../instance-types.ts";
import type { NodeGroupForm, NodeMaker } from "../nodes.ts";
import { cluster, toCluster } from "./clusters.ts";
import { toLaunchTemplate } from "./compute.ts";
import { subnet, toSubnet } from "./networks.ts";
import {
  groupFaults,
  instanceTypeOf,
  judgeQuota,
  judgeTemplate,
  nodeGroup,
  templateStanding,
} from "./node-group-rules.ts";
import { role, toRoleArn, trusts } from "./roles.ts";

/** Groups of machines that join a cluster. */
export function nodeGroups(nodesOf: (kubeconfig: string) => NodeMaker): Record<string, AwsType> {
  const bring = async (call: AwsCall) => {
    const count = Number(mapOf(call.inputs, "scalingConfig")?.desiredSize ?? 0);
    call.say(`${count} nodes`);
    await nodesOf(call.settings.kubeconfig).scale(formOf(call), count);
    return undefined;
  };
  return {
    [nodeGroup]: awsType({
      service: "EKS",
      thing: "EKS Node Group",
      calls: { create: "CreateNodegroup", update: "UpdateNodegroupConfig", delete: "DeleteNodegroup" },
      request: {
        service: "eks",
        operation: "CreateNodegroup",
        members: {
          nodeGroupName: "nodegroupName",
          nodeRoleArn: "nodeRole",
          subnetIds: "subnets",
          forceUpdateVersion: null,
        },
      },
      autoname: { property: "nodeGroupName", maxLength: 63, unless: ["nodeGroupNamePrefix"] },
      immutable: [
        "amiType",
        "capacityType",
        "clusterName",
        "diskSize",
        "instanceTypes",
        "nodeGroupName",
        "nodeGroupNamePrefix",
        "nodeRoleArn",
        "remoteAccess",
        "subnetIds",
        "launchTemplate.id",
        "launchTemplate.name",
      ],
      unordered: ["subnetIds", "taints"],
      references: [
        toCluster("clusterName"),
        toRoleArn("nodeRoleArn"),
        toSubnet("subnetIds.*"),
        toLaunchTemplate("launchTemplate.id"),
        toLaunchTemplate("launchTemplate.name"),
      ],
      check: groupFaults,
      judge: judgeGroup,
      make: (call) => {
        const name =
          textOf(call.inputs, "nodeGroupName") ?? `${textOf(call.inputs, "nodeGroupNamePrefix")}${Date.now()}`;
        const uuid = newUuid();
        return {
          id: `${call.inputs.clusterName}:${name}`,
          outputs: {
            nodeGroupName: name,
            arn: arnOf(call, "eks", `nodegroup/${call.inputs.clusterName}/${name}/${uuid}`),
            status: "ACTIVE",
            resources: [{ autoscalingGroups: [{ name: `eks-${name}-${uuid}` }], remoteAccessSecurityGroupId: "" }],
            amiType: call.inputs.amiType ?? "AL2023_x86_64_STANDARD",
            capacityType: call.inputs.capacityType ?? "ON_DEMAND",
            diskSize: call.inputs.diskSize ?? (call.inputs.launchTemplate ? 0 : 20),
            instanceTypes: call.inputs.instanceTypes ?? [],
            version:
              call.inputs.version ?? call.world.get(cluster, String(call.inputs.clusterName))?.outputs.version ?? "",
            releaseVersion: call.inputs.releaseVersion ?? "1.0.0-20261101",
            updateConfig: call.inputs.updateConfig ?? { maxUnavailable: 1 },
            ...(call.inputs.launchTemplate ? { launchTemplate: templateOf(call) } : {}),
          },
        };
      },
      change: (call): Properties => (call.inputs.launchTemplate ? { launchTemplate: templateOf(call) } : {}),
      settle: bring,
      release: async ({ settings }, { outputs }) => {
        await nodesOf(settings.kubeconfig).remove(String(outputs.nodeGroupName));
      },
      waits: true,
      takesMachines: true,
      takesMs: { create: 1200, update: 400, delete: 400 },
    }),
  };
}

function judgeGroup(call: AwsCall): void {
  const { world, inputs, before, settings } = call;
  const name = textOf(inputs, "nodeGroupName");
  if (!before && name && world.get(nodeGroup, `${inputs.clusterName}:${name}`))
    throw new CloudError(
      "ResourceInUseException",
      `NodeGroup already exists with name ${name} and cluster name ${inputs.clusterName}`,
      409,
    );
  const taker = world.find([role], String(inputs.nodeRoleArn));
  if (!trusts(textOf(taker?.inputs, "assumeRolePolicy"), /^ec2\.amazonaws\./))
    throw new CloudError(
      "InvalidParameterException",
      "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole",
    );
  const template = mapOf(inputs, "launchTemplate");
  const found = template && templateStanding(call);
  if (found) judgeTemplate(inputs, found);
  const type = instanceTypeOf(call);
  const [fault] = type ? typeFaults("instanceTypes", type, settings, inputs.amiType) : [];
  if (fault) throw new CloudError(...(fault.reason.split(/: (.*)/s, 2) as [string, string]));
  judgeQuota(call, type);
}

function formOf(call: AwsCall): NodeGroupForm {
  const { inputs, world } = call;
  const template = inputs.launchTemplate ? templateStanding(call) : undefined;
  const volume = mapOf(mapsOf(template?.inputs, "blockDeviceMappings")[0], "ebs")?.volumeSize;
  const places = textsOf(inputs, "subnetIds").map((id) => world.get(subnet, id)!);
  return {
    cluster: String(inputs.clusterName),
    group: textOf(inputs, "nodeGroupName") ?? call.name,
    region: regionOf(call),
    subnets: places.map(({ inputs: { cidrBlock }, outputs }) => ({
      zone: String(outputs.availabilityZone),
      zoneId: String(outputs.availabilityZoneId),
      first: parseCidr(String(cidrBlock))!.first,
    })),
    instanceType: instanceTypeOf(call) ?? "t3.medium",
    capacityType: textOf(inputs, "capacityType") ?? "ON_DEMAND",
    amiType: textOf(inputs, "amiType") ?? "AL2023_x86_64_STANDARD",
    labels: (mapOf(inputs, "labels") ?? {}) as Record<string, string>,
    taints: mapsOf(inputs, "taints") as NodeGroupForm["taints"],
    diskGiB: Number(inputs.diskSize ?? volume ?? 20),
    adapters: mapsOf(template?.inputs, "networkInterfaces").filter(({ interfaceType }) =>
      String(interfaceType).startsWith("efa"),
    ).length,
  };
}

function templateOf(call: AwsCall): Properties {
  const standing = templateStanding(call);
  return {
    ...mapOf(call.inputs, "launchTemplate"),
    id: standing?.id ?? newId("lt"),
    name: standing?.outputs.name ?? "",
  };
}
