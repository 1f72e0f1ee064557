import { instance, instances, offeredByAws, regionsOffering, sizeOnAws } from "../../../catalogue/index.ts";
import type { Fault } from "../cloud-type.ts";
import type { AwsSettings } from "./settings.ts";

/** What stands against an instance type in a region and under an image. */
export function typeFaults(
  property: string,
  type: string,
  settings: Pick<AwsSettings, "region" | "models">,
  amiType?: unknown,
): Fault[] {
  const { region, models } = settings;
  const known = models.present ? models.shape("ec2", "InstanceType").enum : undefined;
  if (known && !known.includes(type))
    return [
      { property, reason: `InvalidParameterException: The following supplied instance types do not exist: [${type}]` },
    ];
  if (offeredByAws(type, region) === false) {
    const others = regionsOffering(type);
    return [
      {
        property,
        reason: `Unsupported: Your requested instance type (${type}) is not supported in ${region}${others.length > 0 ? `; it is offered in ${others.join(", ")}` : ""}`,
      },
    ];
  }
  return typeof amiType === "string" ? imageFaults(type, amiType) : [];
}

/** An image is of an architecture, and the one for GPUs starts no machine without (docs.aws.amazon.com/eks, AMI types). */
function imageFaults(type: string, amiType: string): Fault[] {
  const cpu = sizeOnAws(type)?.cpu;
  const image = /ARM_64/.test(amiType) ? "arm64" : "amd64";
  const fault = (why: string) => [
    {
      property: "amiType",
      reason: `InvalidParameterException: [${type}] is not a valid instance type for requested amiType ${amiType}: ${why}`,
    },
  ];
  if (amiType !== "CUSTOM" && cpu && cpu !== image) return fault(`it is of ${cpu}`);
  const gpu = instances().includes(type) && instance(type).accelerator !== undefined;
  const forGpus = /NVIDIA|_GPU$/.test(amiType);
  if (forGpus && !gpu) return fault("it has no GPU");
  if (!forGpus && gpu && amiType !== "CUSTOM") return fault("it has GPUs, and the image has no driver for them");
  return [];
}
