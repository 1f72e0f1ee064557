import { CloudError } from "../../cloud-error.ts";
import { textOf } from "../../known.ts";
import { type AwsType, arnFaults, arnOf, awsType, newId, parseArn, reference, regionOf } from "../aws-type.ts";
import { allowsService } from "../policy-document.ts";
import { bucket, bucketPolicy } from "./buckets.ts";
import { keyOf, toKey } from "./keys.ts";
import { toSubnet, toVpc } from "./networks.ts";
import { toRoleArn } from "./roles.ts";

export const logGroup = "aws:cloudwatch/logGroup:LogGroup";
/** docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html; 0 keeps for ever. */
const days = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, version 2. */
const usualFormat =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
    .split(" ")
    .map((field) => `\${${field}}`)
    .join(" ");

/** Log groups, flow logs and trails. */
export const logs: Record<string, AwsType> = {
  [logGroup]: awsType({
    service: "CloudWatch Logs",
    thing: "CloudWatch Logs Log Group",
    calls: { create: "CreateLogGroup", update: "PutRetentionPolicy", delete: "DeleteLogGroup" },
    request: { service: "logs", operation: "CreateLogGroup", members: { name: "logGroupName", kmsKeyId: "kmsKeyId" } },
    autoname: { property: "name", maxLength: 512, unless: ["namePrefix"] },
    immutable: ["name", "namePrefix", "logGroupClass"],
    defaults: { retentionInDays: 0, skipDestroy: false },
    references: [toKey("kmsKeyId")],
    check: ({ retentionInDays, kmsKeyId }, settings) => [
      ...(typeof retentionInDays === "number" && !days.includes(retentionInDays)
        ? [
            {
              property: "retentionInDays",
              reason: `expected retention_in_days to be one of [${days.join(" ")}], got ${retentionInDays}`,
            },
          ]
        : []),
      ...(typeof kmsKeyId === "string" ? arnFaults("kmsKeyId", kmsKeyId, settings, "kms") : []),
    ],
    judge: (call) => {
      const { world, inputs, before } = call;
      const region = regionOf(call);
      const twin = world
        .standing(logGroup)
        .find((one) => one.inputs.name === inputs.name && one.outputs.region === region);
      if (twin && twin.id !== before?.id)
        throw new CloudError("ResourceAlreadyExistsException", "The specified log group already exists");
      const arn = textOf(inputs, "kmsKeyId");
      // docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html: the key's policy has to let the service in.
      const ours = (name: string) => name.startsWith(`logs.${region}.`) || /^logs\.amazonaws\./.test(name);
      if (arn && !allowsService(textOf(keyOf(arn, world)?.outputs, "policy"), ours)) {
        throw new CloudError(
          "InvalidParameterException",
          `The specified KMS key does not exist or is not allowed to be used with Arn '${arnOf(call, "logs", `log-group:${inputs.name}`)}'`,
        );
      }
    },
    make: (call) => {
      const name = textOf(call.inputs, "name") ?? `${textOf(call.inputs, "namePrefix")}${Date.now()}`;
      const outputs = { name, arn: arnOf(call, "logs", `log-group:${name}`) };
      return { id: name, outputs: { ...outputs, logGroupClass: textOf(call.inputs, "logGroupClass") ?? "STANDARD" } };
    },
  }),

  "aws:ec2/flowLog:FlowLog": awsType({
    service: "EC2",
    thing: "Flow Log",
    calls: { create: "CreateFlowLogs", delete: "DeleteFlowLogs" },
    request: {
      service: "ec2",
      operation: "CreateFlowLogs",
      members: {
        iamRoleArn: "DeliverLogsPermissionArn",
        vpcId: null,
        subnetId: null,
        eniId: null,
        destinationOptions: null,
      },
    },
    immutable: [
      "vpcId",
      "subnetId",
      "eniId",
      "trafficType",
      "logDestination",
      "logDestinationType",
      "iamRoleArn",
      "logFormat",
      "maxAggregationInterval",
      "destinationOptions",
      "deliverCrossAccountRole",
    ],
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
    references: [toVpc("vpcId"), toSubnet("subnetId"), toRoleArn("iamRoleArn")],
    check: ({ maxAggregationInterval, trafficType, vpcId, subnetId, eniId, transitGatewayId }) => [
      ...(maxAggregationInterval !== undefined && maxAggregationInterval !== 60 && maxAggregationInterval !== 600
        ? [
            {
              property: "maxAggregationInterval",
              reason: `expected max_aggregation_interval to be one of [60 600], got ${maxAggregationInterval}`,
            },
          ]
        : []),
      ...([vpcId, subnetId, eniId, transitGatewayId].filter(Boolean).length > 1
        ? [{ property: "vpcId", reason: "only one of `eni_id,subnet_id,transit_gateway_id,vpc_id` can be specified" }]
        : []),
      ...(vpcId && !trafficType ? [{ property: "trafficType", reason: "traffic_type is required for a VPC" }] : []),
    ],
    judge: ({ world, inputs }) => {
      const destination = textOf(inputs, "logDestination");
      if (!destination) throw new CloudError("InvalidParameter", "LogDestination can't be empty");
      const kind = textOf(inputs, "logDestinationType") ?? "cloud-watch-logs";
      const arn = parseArn(destination);
      const stands =
        kind === "s3"
          ? arn?.service === "s3" && world.find([bucket], arn.resource.split("/")[0]!)
          : arn?.service === "logs" && world.find([logGroup], destination.replace(/:\*$/, ""));
      if (!stands)
        throw new CloudError(
          "InvalidParameterValue",
          `Access Denied for LogDestination: ${destination}. Please check LogDestination permission`,
        );
      if (kind === "cloud-watch-logs" && !textOf(inputs, "iamRoleArn"))
        throw new CloudError(
          "InvalidParameter",
          "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs",
        );
      const twin = world
        .standing("aws:ec2/flowLog:FlowLog")
        .find(
          (one) =>
            one.inputs.vpcId === inputs.vpcId &&
            one.inputs.subnetId === inputs.subnetId &&
            one.inputs.logDestination === destination,
        );
      if (twin)
        throw new CloudError(
          "FlowLogAlreadyExists",
          `Error. There is an existing Flow Log with the same configuration and log destination.`,
        );
    },
    make: (call) => {
      const id = newId("fl");
      const outputs = { arn: arnOf(call, "ec2", `vpc-flow-log/${id}`), logGroupName: "" };
      return {
        id,
        outputs: {
          ...outputs,
          logFormat: call.inputs.logFormat ?? usualFormat,
        },
      };
    },
  }),

  "aws:cloudtrail/trail:Trail": awsType({
    service: "CloudTrail",
    thing: "CloudTrail Trail",
    calls: { create: "CreateTrail", update: "UpdateTrail", delete: "DeleteTrail" },
    request: {
      service: "cloudtrail",
      operation: "CreateTrail",
      members: { cloudWatchLogsGroupArn: "CloudWatchLogsLogGroupArn" },
    },
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name"],
    defaults: {
      enableLogging: true,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: false,
      isOrganizationTrail: false,
      enableLogFileValidation: false,
    },
    references: [
      reference(
        "s3BucketName",
        bucket,
        "S3BucketDoesNotExistException",
        (name) => `S3 bucket ${name} does not exist!`,
        {
          holds: false,
        },
      ),
      toKey("kmsKeyId"),
      toRoleArn("cloudWatchLogsRoleArn"),
    ],
    check: ({ name, cloudWatchLogsGroupArn }) => [
      // docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
      ...(typeof name === "string" && !/^(?!.*[._-]{2})[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/.test(name)
        ? [
            {
              property: "name",
              reason: `InvalidTrailNameException: Trail name ${name} must be 3 to 128 letters, numbers, periods, underscores or dashes.`,
            },
          ]
        : []),
      ...(typeof cloudWatchLogsGroupArn === "string" && !cloudWatchLogsGroupArn.endsWith(":*")
        ? [
            {
              property: "cloudWatchLogsGroupArn",
              reason: "InvalidCloudWatchLogsLogGroupArnException: the ARN of the log group has to end with :*",
            },
          ]
        : []),
    ],
    judge: (call) => {
      const { world, inputs, before } = call;
      const twin = world
        .standing("aws:cloudtrail/trail:Trail")
        .find((one) => one.inputs.name === inputs.name && one.id !== before?.id);
      if (twin)
        throw new CloudError(
          "TrailAlreadyExistsException",
          `Trail ${inputs.name} already exists for customer: ${call.settings.account}`,
        );
      const trails = (name: string) => /^cloudtrail\.amazonaws\./.test(name);
      const policy = world.get(bucketPolicy, String(inputs.s3BucketName));
      if (!allowsService(textOf(policy?.inputs, "policy"), trails)) {
        throw new CloudError(
          "InsufficientS3BucketPolicyException",
          `Incorrect S3 bucket policy is detected for bucket: ${inputs.s3BucketName}`,
        );
      }
      const arn = textOf(inputs, "kmsKeyId");
      if (arn && !allowsService(textOf(keyOf(arn, world)?.outputs, "policy"), trails)) {
        throw new CloudError(
          "InsufficientEncryptionPolicyException",
          `Insufficient permissions to access S3 bucket ${inputs.s3BucketName} or KMS key ${arn}.`,
        );
      }
      const group = textOf(inputs, "cloudWatchLogsGroupArn")?.replace(/:\*$/, "");
      if (group && !world.find([logGroup], group))
        throw new CloudError(
          "InvalidCloudWatchLogsLogGroupArnException",
          `CloudTrail cannot validate the specified log group ARN.`,
        );
    },
    make: (call) => {
      const arn = arnOf(call, "cloudtrail", `trail/${call.inputs.name}`);
      return { id: arn, outputs: { arn, homeRegion: regionOf(call), snsTopicArn: "" } };
    },
    takesMs: { create: 150 },
  }),
};
