import { CloudError } from "../../cloud-error.ts";
import { mapOf, textOf } from "../../known.ts";
import { type AwsType, arnOf, awsType, newId, parseArn, reference } from "../aws-type.ts";
import { typeFaults } from "../instance-types.ts";
import { toKey } from "./keys.ts";
import { toSecurityGroup } from "./security-groups.ts";

export const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";
const placementGroup = "aws:ec2/placementGroup:PlacementGroup";

/** A reference to a launch template by id or name. */
export const toLaunchTemplate = (at: string) =>
  reference(
    at,
    launchTemplate,
    "InvalidLaunchTemplateId.NotFound",
    (id) => `The specified launch template, with template ID ${id}, does not exist.`,
  );

/** How machines are started, and how close together. */
export const compute: Record<string, AwsType> = {
  [launchTemplate]: awsType({
    service: "EC2",
    thing: "EC2 Launch Template",
    calls: { create: "CreateLaunchTemplate", update: "CreateLaunchTemplateVersion", delete: "DeleteLaunchTemplate" },
    request: {
      service: "ec2",
      operation: "CreateLaunchTemplate",
      members: Object.fromEntries(
        [
          "blockDeviceMappings",
          "capacityReservationSpecification",
          "cpuOptions",
          "creditSpecification",
          "enclaveOptions",
          "hibernationOptions",
          "iamInstanceProfile",
          "instanceInitiatedShutdownBehavior",
          "instanceMarketOptions",
          "maintenanceOptions",
          "metadataOptions",
          "monitoring",
          "networkInterfaces",
          "placement",
          "privateDnsNameOptions",
          "userData",
        ]
          .map((name) => [name, `LaunchTemplateData.${name[0]!.toUpperCase()}${name.slice(1)}`])
          .concat([
            ["name", "LaunchTemplateName"],
            ["imageId", "LaunchTemplateData.ImageId"],
          ])
          .concat([
            ["tags", ""],
            ["tagSpecifications", ""],
          ]),
      ),
    },
    autoname: { property: "name", maxLength: 125, unless: ["namePrefix"] },
    immutable: ["name", "namePrefix"],
    renewed: ["latestVersion"],
    references: [
      toKey("blockDeviceMappings.*.ebs.kmsKeyId"),
      toSecurityGroup("vpcSecurityGroupIds.*"),
      toSecurityGroup("networkInterfaces.*.securityGroups.*"),
      reference(
        "placement.groupName",
        placementGroup,
        "InvalidPlacementGroup.Unknown",
        (name) => `The Placement Group '${name}' is unknown.`,
      ),
    ],
    check: ({ instanceType, name, userData, metadataOptions }, settings) => [
      ...(typeof instanceType === "string" ? typeFaults("instanceType", instanceType, settings) : []),
      ...(typeof name === "string" && !/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)
        ? [
            {
              property: "name",
              reason: `InvalidLaunchTemplateName.MalformedException: the name ${name} must be 3 to 128 letters, digits or ().-/_`,
            },
          ]
        : []),
      ...(typeof userData === "string" &&
      Buffer.from(userData, "base64").toString("base64").replace(/=+$/, "") !== userData.replace(/\s|=+$/g, "")
        ? [{ property: "userData", reason: "InvalidUserData.Malformed: Invalid BASE64 encoding of user data." }]
        : []),
      ...hopFaults(mapOf({ options: metadataOptions ?? {} }, "options")?.httpPutResponseHopLimit),
    ],
    judge: ({ world, inputs, before }) => {
      const twin = world.find([launchTemplate], textOf(inputs, "name") ?? "");
      if (twin && twin.id !== before?.id)
        throw new CloudError(
          "InvalidLaunchTemplateName.AlreadyExistsException",
          "Launch template name already in use.",
        );
      const target = mapOf(mapOf(inputs, "capacityReservationSpecification"), "capacityReservationTarget");
      const reservation = textOf(target, "capacityReservationId");
      if (reservation && !/^cr-[0-9a-f]{8,17}$/.test(reservation))
        throw new CloudError(
          "InvalidCapacityReservationId.Malformed",
          `Invalid id: "${reservation}" (expecting "cr-...")`,
        );
      const group = textOf(target, "capacityReservationResourceGroupArn");
      if (group && parseArn(group)?.service !== "resource-groups")
        throw new CloudError("InvalidParameterValue", `${group} is no ARN of a resource group`);
    },
    make: (call) => {
      const id = newId("lt");
      const name = textOf(call.inputs, "name") ?? `${textOf(call.inputs, "namePrefix")}${Date.now()}`;
      return {
        id,
        outputs: { name, arn: arnOf(call, "ec2", `launch-template/${id}`), latestVersion: 1, defaultVersion: 1 },
      };
    },
    change: ({ inputs }, { outputs }) => {
      const latestVersion = Number(outputs.latestVersion) + 1;
      return {
        latestVersion,
        defaultVersion:
          inputs.updateDefaultVersion === true
            ? latestVersion
            : Number(inputs.defaultVersion ?? outputs.defaultVersion),
      };
    },
    inUse: ({ id }, users) =>
      new CloudError(
        "InvalidParameterValue",
        `The launch template ${id} is in use by ${users.map((one) => one.id).join(", ")}`,
      ),
  }),

  [placementGroup]: awsType({
    service: "EC2",
    thing: "EC2 Placement Group",
    calls: { create: "CreatePlacementGroup", delete: "DeletePlacementGroup" },
    request: { service: "ec2", operation: "CreatePlacementGroup", members: { name: "GroupName" } },
    autoname: { property: "name", maxLength: 255 },
    immutable: ["name", "strategy", "partitionCount", "spreadLevel"],
    check: ({ partitionCount, strategy }) =>
      typeof partitionCount === "number" && strategy !== undefined && strategy !== "partition"
        ? [
            {
              property: "partitionCount",
              reason: "InvalidParameterValue: partition_count must only be set when strategy = 'partition'",
            },
          ]
        : [],
    judge: ({ world, inputs, before }) => {
      if (!before && world.get(placementGroup, String(inputs.name)))
        throw new CloudError("InvalidPlacementGroup.Duplicate", `The Placement Group '${inputs.name}' already exists.`);
    },
    make: (call) => {
      const outputs = { placementGroupId: newId("pg"), arn: arnOf(call, "ec2", `placement-group/${call.inputs.name}`) };
      return {
        id: String(call.inputs.name),
        outputs: {
          ...outputs,
          spreadLevel: call.inputs.spreadLevel ?? "",
          partitionCount: call.inputs.partitionCount ?? 0,
        },
      };
    },
    inUse: ({ id }) =>
      new CloudError("InvalidPlacementGroup.InUse", `The placement group '${id}' is in use and may not be deleted.`),
  }),
};

function hopFaults(hops: unknown) {
  return typeof hops === "number" && (hops < 1 || hops > 64)
    ? [
        {
          property: "metadataOptions.httpPutResponseHopLimit",
          reason: `expected http_put_response_hop_limit to be in the range (1 - 64), got ${hops}`,
        },
      ]
    : [];
}
