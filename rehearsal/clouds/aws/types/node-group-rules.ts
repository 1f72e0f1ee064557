import { sizeOnAws, vcpuQuotaOf } from "../../../../catalogue/index.ts";
import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { type AwsCall, regionOf } from "../aws-type.ts";
import { typeFaults } from "../instance-types.ts";
import type { AwsSettings } from "../settings.ts";
import { launchTemplate } from "./compute.ts";

export const nodeGroup = "aws:eks/nodeGroup:NodeGroup";

/** What is wrong with the inputs of a node group by themselves. */
export function groupFaults(
  { instanceTypes, amiType, scalingConfig, taints }: Properties,
  settings: AwsSettings,
): Fault[] {
  const faults: Fault[] = [];
  const { minSize, maxSize, desiredSize } = mapOf({ config: scalingConfig ?? {} }, "config") ?? {};
  if (typeof minSize === "number" && typeof maxSize === "number" && minSize > maxSize)
    faults.push({
      property: "scalingConfig",
      reason: `InvalidParameterException: Minimum capacity ${minSize} can't be greater than maximum capacity ${maxSize}`,
    });
  if (typeof desiredSize === "number" && typeof maxSize === "number" && desiredSize > maxSize)
    faults.push({
      property: "scalingConfig",
      reason: `InvalidParameterException: desired capacity ${desiredSize} can't be greater than max size ${maxSize}`,
    });
  if (typeof desiredSize === "number" && typeof minSize === "number" && desiredSize < minSize)
    faults.push({
      property: "scalingConfig",
      reason: `InvalidParameterException: desired capacity ${desiredSize} can't be less than min size ${minSize}`,
    });
  for (const type of textsOf({ types: instanceTypes ?? [] }, "types"))
    faults.push(...typeFaults("instanceTypes", type, settings, amiType));
  const keys = mapsOf({ taints: taints ?? [] }, "taints").map(({ key, effect }) => `${key} ${effect}`);
  if (new Set(keys).size < keys.length)
    faults.push({
      property: "taints",
      reason: "InvalidParameterException: taints with the same key and effect are not allowed",
    });
  return faults;
}

/** Fields that EKS sets itself (docs.aws.amazon.com/eks/latest/userguide/launch-templates.html). */
export function judgeTemplate(inputs: Properties, { inputs: template }: Standing): void {
  const refuse = (message: string) => {
    throw new CloudError("InvalidParameterException", message);
  };
  const forbidden = [
    "iamInstanceProfile",
    "instanceInitiatedShutdownBehavior",
    "instanceMarketOptions",
    "hibernationOptions",
  ].filter((field) => {
    // A capacity block is the one market that a template may name.
    const market = mapOf(template, "instanceMarketOptions")?.marketType;
    return (
      template[field] !== undefined &&
      !(field === "instanceMarketOptions" && market === "capacity-block" && inputs.capacityType === "CAPACITY_BLOCK")
    );
  });
  if (forbidden.length > 0) refuse(`Launch template should not specify ${forbidden.join(", ")}: EKS sets them itself.`);
  if (mapsOf(template, "networkInterfaces").some(({ subnetId }) => subnetId !== undefined))
    refuse("Launch template should not specify a subnet.");
  if (template.imageId !== undefined && inputs.amiType !== undefined && inputs.amiType !== "CUSTOM")
    refuse("You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.");
  if (inputs.diskSize !== undefined) refuse("Disk size must be specified within the launch template.");
  if (template.instanceType !== undefined && textsOf(inputs, "instanceTypes").length > 0)
    refuse("You cannot specify instance types in both your launch template and the request.");
  if (
    inputs.capacityType === "CAPACITY_BLOCK" &&
    mapOf(mapOf(template, "capacityReservationSpecification"), "capacityReservationTarget") === undefined
  )
    refuse("A node group of a capacity block needs a launch template that names the reservation.");
}

/** vCPUs of a family that may run in a region at the same time; capacity that was bought ahead counts for nothing. */
export function judgeQuota(call: AwsCall, type: string | undefined): void {
  const { world, inputs, before, settings } = call;
  const quota = type ? vcpuQuotaOf(type) : undefined;
  if (!type || !quota || inputs.capacityType === "CAPACITY_BLOCK") return;
  const spot = inputs.capacityType === "SPOT";
  const code = spot ? quota.spotCode : quota.code;
  const running = world
    .standing(nodeGroup)
    .filter(
      (one) =>
        one.id !== before?.id && one.outputs.region === regionOf(call) && (one.inputs.capacityType === "SPOT") === spot,
    )
    .map((one) => ({
      type: instanceTypeOf({ ...call, inputs: one.inputs }),
      nodes: Number(mapOf(one.inputs, "scalingConfig")?.desiredSize ?? 0),
    }))
    .filter((one) => one.type !== undefined && vcpuQuotaOf(one.type)?.code === quota.code)
    .reduce((sum, one) => sum + one.nodes * (sizeOnAws(one.type!)?.vcpus ?? 0), 0);
  const wanted = Number(mapOf(inputs, "scalingConfig")?.desiredSize ?? 0) * (sizeOnAws(type)?.vcpus ?? 0);
  const limit = settings.rights.vcpus(code);
  if (running + wanted <= limit) return;
  throw new CloudError(
    spot ? "MaxSpotInstanceCountExceeded" : "VcpuLimitExceeded",
    `You have requested more vCPU capacity (${running + wanted}) than your current vCPU limit of ${limit} allows for the ` +
      `instance bucket that the specified instance type belongs to (${quota.name}, ${code}). Please visit ` +
      "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
  );
}

/** The type that a group's machines are of: its own first, else its template's. */
export function instanceTypeOf(call: AwsCall): string | undefined {
  const [own] = textsOf(call.inputs, "instanceTypes");
  return own ?? (call.inputs.launchTemplate ? textOf(templateStanding(call)?.inputs, "instanceType") : undefined);
}

/** The launch template that a group names, by id or name. */
export function templateStanding({ inputs, world }: AwsCall): Standing | undefined {
  const named = mapOf(inputs, "launchTemplate");
  return world.find([launchTemplate], textOf(named, "id") ?? textOf(named, "name") ?? "");
}
