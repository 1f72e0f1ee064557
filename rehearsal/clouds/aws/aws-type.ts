import { randomBytes, randomUUID } from "node:crypto";
import type { Properties } from "../../kubernetes-provider/properties.ts";
import { CloudError } from "../cloud-error.ts";
import type { Call, CloudType, Fault, Reference } from "../cloud-type.ts";
import { mapOf, textOf } from "../known.ts";
import { modelFaults, type Request } from "./model-faults.ts";
import type { AwsSettings } from "./settings.ts";

export type AwsCall = Call<AwsSettings>;

/** What the simulated AWS knows of a type: the contract of every cloud, and AWS's own names for its requests. */
export type AwsType = CloudType<AwsSettings> & {
  /** Service and thing as the provider names them in errors: `EKS` and `EKS Node Group`. */
  service: string;
  thing: string;
  /** The API's names of the requests. */
  calls: { create: string; update?: string; delete?: string };
  /** What AWS's model of the request is asked. */
  request?: Request;
  /** IAM and its like stand in no region. */
  global?: boolean;
};

/** Adds to a type what holds for all of them: the model's judgement, tags, the region and whether the account may use it. */
export function awsType(type: AwsType): AwsType {
  return {
    ...type,
    immutable: [...(type.immutable ?? []), ...(type.global ? [] : ["region"])],
    check: (inputs, settings) => [
      ...(type.request ? modelFaults(inputs, type.request, settings.models) : []),
      ...tagFaults(inputs),
      ...(type.check?.(inputs, settings) ?? []),
    ],
    judge: (call) => {
      const region = regionOf(call);
      if (!type.global && !call.settings.rights.mayUse(region)) throw notOptedIn(region);
      type.judge?.(call);
    },
    make: (call) => {
      const { id, outputs } = type.make(call);
      const region: Properties = type.global ? {} : { region: regionOf(call) };
      return { id, outputs: { ...region, ...tagsAll(call), ...outputs } };
    },
    change: (call, before) => ({ ...tagsAll(call), ...type.change?.(call, before) }),
  };
}

/** The region that a request goes to. */
export function regionOf({ inputs, settings }: Pick<AwsCall, "inputs" | "settings">): string {
  return textOf(inputs, "region") ?? settings.region;
}

/** An ARN of the account: `arn:aws:eks:ap-south-1:111122223333:cluster/x`; IAM's have no region, S3's no account either. */
export function arnOf(call: Pick<AwsCall, "inputs" | "settings">, service: string, resource: string): string {
  const { partition, account } = call.settings;
  const region = service === "iam" || service === "s3" ? "" : regionOf(call);
  return `arn:${partition.name}:${service}:${region}:${service === "s3" ? "" : account}:${resource}`;
}

/** An id as EC2 gives them: `vpc-0` and sixteen hex digits. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

export const newUuid = randomUUID;

/** A reference to resources of the world, with the service's own code and sentence for what is not there. */
export function reference(
  at: string,
  to: string | string[],
  code: string,
  message: (value: string) => string,
  more: Partial<Reference> = {},
): Reference {
  return { at, to: [to].flat(), missing: (value) => new CloudError(code, message(value)), ...more };
}

/** Parts of an ARN; undefined for what is none. */
export function parseArn(text: string | undefined) {
  const [, partition, service, region, account, resource] =
    /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(text ?? "") ?? [];
  return partition && service && resource !== undefined
    ? { partition, service, region: region ?? "", account: account ?? "", resource }
    : undefined;
}

/** What is wrong with an ARN that has to be of this partition and, where it says so, of one service. */
export function arnFaults(at: string, value: string | undefined, settings: AwsSettings, service?: string): Fault[] {
  if (value === undefined) return [];
  const arn = parseArn(value);
  const fault = (reason: string) => [{ property: at, reason }];
  if (!arn) return fault(`"${at}" (${value}) is an invalid ARN: arn: invalid prefix or not enough sections`);
  if (arn.partition !== settings.partition.name) {
    return fault(`"${at}" (${value}) is an invalid ARN: partition ${arn.partition} is not ${settings.partition.name}`);
  }
  if (service && arn.service !== service) {
    return fault(`"${at}" (${value}) is an invalid ARN: ${arn.service} is not the service ${service}`);
  }
  return [];
}

function tagsAll({ inputs, settings }: AwsCall): Properties {
  return { tagsAll: { ...settings.defaultTags, ...mapOf(inputs, "tags") } };
}

/** Limits of tags that hold in every service (docs.aws.amazon.com, tagging best practices). */
function tagFaults(inputs: Properties): Fault[] {
  const tags = Object.entries(mapOf(inputs, "tags") ?? {});
  const fault = (reason: string): Fault[] => [{ property: "tags", reason }];
  if (tags.length > 50) return fault(`InvalidTag: a resource has at most 50 tags, not ${tags.length}`);
  return tags.flatMap(([key, value]) => {
    if (/^aws:/i.test(key)) return fault(`InvalidTag: tag keys cannot begin with aws: (${key})`);
    if (key.length > 128 || key === "") return fault(`InvalidTag: the tag key ${key} is not 1 to 128 characters long`);
    if (String(value).length > 256)
      return fault(`InvalidTag: the value of the tag ${key} is longer than 256 characters`);
    return [];
  });
}

function notOptedIn(region: string): CloudError {
  return new CloudError(
    "AuthFailure",
    `AWS was not able to validate the provided access credentials: ${region} is a region that the account has not enabled\n` +
      `  remedy   enable it: aws account enable-region --region-name ${region}\n` +
      `           (in a rehearsal: {"optedIn": ["${region}"]} in world/aws/account.json)`,
    401,
  );
}
