import type { Properties } from "../../kubernetes-provider/properties.ts";
import { awsFunctions } from "../aws/functions.ts";
import { awsSettings } from "../aws/settings.ts";
import { keyOf } from "../aws/types/keys.ts";
import { textOf } from "../known.ts";
import { World } from "../world.ts";

const named = { package: "aws", version: "" };

/** What the simulated AWS answers to a question of the `aws` command line, in that one's own form; undefined for others. */
export async function awsAnswer(command: string, options: Record<string, string>): Promise<unknown> {
  const region = options.region ?? "us-east-1";
  const settings = awsSettings({ region }, process.env, named);
  const world = new World(`${process.env.FREEHOLD_REHEARSAL}/world/aws`);
  const call = (name: string, inputs: Properties) =>
    awsFunctions[name]!({ settings, world, inputs, signal: new AbortController().signal, say() {} }) as Properties;

  switch (command) {
    case "sts get-caller-identity": {
      const { accountId, arn, userId } = call("aws:index/getCallerIdentity:getCallerIdentity", {});
      return { Account: accountId, Arn: arn, UserId: userId };
    }
    case "ec2 describe-instance-type-offerings": {
      const [, values = ""] = /Values=(.*)$/.exec(options.filters ?? "") ?? [];
      const { instanceTypes, locations, locationTypes } = call(
        "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
        {
          locationType: options["location-type"] ?? "region",
          filters: [{ name: "instance-type", values: values.split(",") }],
        },
      ) as { instanceTypes: string[]; locations: string[]; locationTypes: string[] };
      const offers = instanceTypes.map((InstanceType, index) => ({
        InstanceType,
        LocationType: locationTypes[index],
        Location: locations[index],
      }));
      return { InstanceTypeOfferings: offers };
    }
    case "service-quotas get-service-quota": {
      const quota = call("aws:servicequotas/getServiceQuota:getServiceQuota", {
        serviceCode: options["service-code"] ?? "",
        quotaCode: options["quota-code"] ?? "",
      });
      return { Quota: { QuotaCode: quota.quotaCode, QuotaName: quota.quotaName, Value: quota.value } };
    }
    case "eks describe-cluster-versions":
      return call("aws:eks/getClusterVersions:getClusterVersions", {});
    case "kms describe-key": {
      const key = keyOf(options["key-id"] ?? "", world);
      if (!key) throw new Error(`An error occurred (NotFoundException): ${options["key-id"]} is not found.`);
      const { keyId: KeyId, arn: Arn, description: Description, customKeyStoreId, xksKeyId } = key.outputs;
      const external = { CustomKeyStoreId: customKeyStoreId, XksKeyConfiguration: { Id: xksKeyId } };
      return { KeyMetadata: { KeyId, Arn, Description, ...(customKeyStoreId ? external : {}) } };
    }
    case "resourcegroupstaggingapi get-resources": {
      const [, key = "", value = ""] = /Key=([^,]*),Values=(.*)$/.exec(options["tag-filters"] ?? "") ?? [];
      const tagged = world.standing().filter(({ outputs }) => {
        const tags = (outputs.tagsAll ?? outputs.tags ?? {}) as Record<string, string>;
        return tags[key] === value;
      });
      return { ResourceTagMappingList: tagged.map(({ outputs }) => ({ ResourceARN: textOf(outputs, "arn") ?? "" })) };
    }
    default:
      return undefined;
  }
}
