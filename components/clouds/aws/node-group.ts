import { PlacementGroup } from "@pulumi/aws/ec2/placementGroup.js";
import { NodeGroup as EksNodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { type LaunchArgs, launchTemplate } from "./nodes/launch-template.ts";
import type { AwsNames } from "./partition.ts";
import { serviceRole } from "./role.ts";
import type { AwsNodeGroupTarget, AwsTarget } from "./target.ts";

export type NodeGroupArgs = Pick<LaunchArgs, "securityGroup" | "volumeKey" | "imageGiB" | "adapters"> & {
  target: Pick<AwsTarget, "account" | "region" | "cluster" | "kubernetes" | "registry">;
  names: AwsNames;
  clusterName: pulumi.Input<string>;
  instanceType: string;
  /** Kind of image as EKS names it, such as `AL2023_x86_64_NVIDIA`. */
  amiType: string;
  nodes: number;
  subnets: pulumi.Input<string>[];
  capacity: AwsNodeGroupTarget["capacity"];
  labels?: Record<string, string>;
  taints?: { key: string; value: string; effect: string }[];
  /** Whether the nodes stand close to one another, as those that speak over a fast interconnect have to. */
  together?: boolean;
};

/** Nodes of one kind that EKS keeps: as many as declared, of one instance type, on encrypted volumes. */
export class NodeGroup extends pulumi.ComponentResource {
  readonly #group: EksNodeGroup;

  constructor(name: string, args: NodeGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsNodeGroup", name, {}, opts);
    const inside = { parent: this };
    const { target, capacity, nodes } = args;
    const fullName = `${target.cluster}-${name}`;

    const role = nodeRole(name, args, inside);
    const place = args.together
      ? new PlacementGroup(name, { name: fullName, strategy: "cluster" }, { ...inside, deleteBeforeReplace: true })
      : undefined;
    const template = launchTemplate(name, { ...args, name: fullName, placementGroup: place?.name }, inside);
    this.#group = new EksNodeGroup(
      name,
      {
        clusterName: args.clusterName,
        nodeGroupName: fullName,
        nodeRoleArn: role.role.arn,
        subnetIds: args.subnets,
        amiType: args.amiType,
        // Nodes keep the version that they were made with until they are told another.
        version: args.target.kubernetes,
        // A capacity block's type stands in the template, beside the block.
        ...(capacity.kind !== "capacity-block" && { instanceTypes: [args.instanceType] }),
        capacityType: capacityTypes[capacity.kind],
        launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
        // The country file says how many; nothing else scales them.
        scalingConfig: { desiredSize: nodes, minSize: nodes, maxSize: nodes },
        // GPUs are not to be had twice, so an old node goes before its successor comes.
        updateConfig: { maxUnavailable: 1, updateStrategy: args.taints ? "MINIMAL" : "DEFAULT" },
        labels: args.labels,
        taints: args.taints?.map(({ effect, ...taint }) => ({ ...taint, effect: effects[effect]! })),
      },
      { ...inside, dependsOn: role.rights, deleteBeforeReplace: true },
    );
    this.registerOutputs();
  }

  /** Name of the group of machines that EKS keeps it by; asked for only where something is attached to it. */
  get autoscalingGroup(): pulumi.Output<string> {
    const { resources, nodeGroupName } = this.#group;
    return pulumi.all([resources, nodeGroupName]).apply(([[first], group]) => {
      const name = first?.autoscalingGroups?.[0]?.name;
      if (!name) throw new pulumi.RunError(`EKS names no group of machines of ${group}: run the update again.`);
      return name;
    });
  }
}

const capacityTypes: Record<AwsNodeGroupTarget["capacity"]["kind"], string> = {
  "on-demand": "ON_DEMAND",
  reservation: "ON_DEMAND",
  spot: "SPOT",
  "capacity-block": "CAPACITY_BLOCK",
};

/** Effects of taints as EKS spells them. */
const effects: Record<string, string> = {
  NoSchedule: "NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
};

/** What nodes may do: be nodes, pull images, and have ECR fetch those of declared registries. */
function nodeRole(name: string, args: NodeGroupArgs, inside: { parent: pulumi.Resource }) {
  const upstreams = Object.keys(args.target.registry?.upstreams ?? {});
  return serviceRole(
    `nodes-${name}`,
    { service: "ec2" },
    {
      managed: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
      ...(upstreams.length > 0 && {
        own: [
          {
            Sid: "PullThrough",
            Effect: "Allow" as const,
            Action: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
            Resource: upstreams.map((prefix) => args.names.arn("ecr", `repository/${prefix}/*`)),
          },
        ],
      }),
    },
    args,
    inside,
  );
}
