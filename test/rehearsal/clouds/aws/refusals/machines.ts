import { arn, type Case, group, id, one } from "../refusal-world.ts";

/** What AWS refuses of machines. */
export const machinesRefusals: Case[] = [
  [
    "a type that the region has not",
    "eks/nodeGroup:NodeGroup",
    () => group({ instanceTypes: ["p4de.24xlarge"], amiType: "AL2023_x86_64_NVIDIA" }),
    "p4de.24xlarge) is not supported in ap-south-1; it is offered in",
  ],
  [
    "GPUs under an image without their driver",
    "eks/nodeGroup:NodeGroup",
    () => group({ instanceTypes: ["p5.48xlarge"], amiType: "AL2023_x86_64_STANDARD" }),
    "the image has no driver for them",
  ],
  [
    "an image for GPUs without any",
    "eks/nodeGroup:NodeGroup",
    () => group({ amiType: "AL2023_x86_64_NVIDIA" }),
    "it has no GPU",
  ],
  [
    "more vCPUs than the quota",
    "eks/nodeGroup:NodeGroup",
    () => group({ instanceTypes: ["p5.48xlarge"], amiType: "AL2023_x86_64_NVIDIA" }),
    "You have requested more vCPU capacity (576) than your current vCPU limit of 400",
  ],
  [
    "a node group's name twice",
    "eks/nodeGroup:NodeGroup",
    () => group({ nodeGroupName: "h100" }),
    "NodeGroup already exists with name h100",
  ],
  [
    "fewer nodes than the least",
    "eks/nodeGroup:NodeGroup",
    () => group({ scalingConfig: { ...one, desiredSize: 0 } }),
    "can't be less than min size",
  ],
  [
    "a role that machines cannot take",
    "eks/nodeGroup:NodeGroup",
    () => group({ nodeRoleArn: arn("podRole") }),
    "[ec2.amazonaws.com] were not found",
  ],
  [
    "a disk beside a template's",
    "eks/nodeGroup:NodeGroup",
    () => group({ diskSize: 100, launchTemplate: { id: id("template"), version: "1" } }),
    "Disk size must be specified within the launch template",
  ],
  [
    "a template that is not there",
    "eks/nodeGroup:NodeGroup",
    () => group({ launchTemplate: { id: "lt-0", version: "1" } }),
    "InvalidLaunchTemplateId.NotFound",
  ],
  [
    "a capacity block without its reservation",
    "eks/nodeGroup:NodeGroup",
    () => {
      const { instanceTypes: _, ...rest } = group();
      return { ...rest, capacityType: "CAPACITY_BLOCK", launchTemplate: { id: id("template"), version: "1" } };
    },
    "names the reservation",
  ],
  [
    "a template's name twice",
    "ec2/launchTemplate:LaunchTemplate",
    () => ({ name: "h100" }),
    "Launch template name already in use.",
  ],
  [
    "a placement that is not there",
    "ec2/launchTemplate:LaunchTemplate",
    () => ({ name: "new", placement: { groupName: "far" } }),
    "The Placement Group 'far' is unknown.",
  ],
  [
    "a disk under no key",
    "ec2/launchTemplate:LaunchTemplate",
    () => ({ name: "new", blockDeviceMappings: [{ ebs: { kmsKeyId: "none" } }] }),
    "NotFoundException",
  ],
  [
    "a reservation that is none",
    "ec2/launchTemplate:LaunchTemplate",
    () => ({
      name: "new",
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: "mine" } },
    }),
    "Malformed",
  ],
  [
    "a placement group twice",
    "ec2/placementGroup:PlacementGroup",
    () => ({ name: "near", strategy: "cluster" }),
    "InvalidPlacementGroup.Duplicate",
  ],
];
