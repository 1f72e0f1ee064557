import type { Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import { account, region } from "./standing.ts";

/** Why something is refused, its type, its inputs, and what is said. */
export type Case = [why: string, type: string, inputs: () => Properties, message: string];

type Made = Record<string, { id: string; outputs: Properties }>;
let made: Made = {};

/** Says what stands in the world that the refusals are about. */
export function stands(country: Made): void {
  made = country;
}

export const clusterName = "freehold-in";
export const arn = (of: string) => String(made[of]!.outputs.arn);
export const id = (of: string) => made[of]!.id;
/** A role that nobody here made. */
export const outside = `arn:aws:iam::${account}:role/operators`;
export const one = { minSize: 1, maxSize: 1, desiredSize: 1 };

/** A node group that nothing stands against. */
export const group = (more: Properties = {}): Properties => ({
  clusterName,
  nodeGroupName: "new",
  nodeRoleArn: arn("nodeRole"),
  subnetIds: [id("subnet-a")],
  instanceTypes: ["m7i.2xlarge"],
  scalingConfig: one,
  ...more,
});

/** A cluster that nothing stands against. */
export const newCluster = (more: Properties = {}): Properties => ({
  name: "other",
  roleArn: arn("eksRole"),
  vpcConfig: { subnetIds: [id("subnet-a"), id("subnet-b")], endpointPrivateAccess: true, endpointPublicAccess: false },
  ...more,
});

/** An endpoint that nothing stands against. */
export const endpoint = (more: Properties): Properties => ({
  vpcId: id("vpc"),
  serviceName: `com.amazonaws.${region}.sts`,
  vpcEndpointType: "Interface",
  subnetIds: [id("subnet-a")],
  ...more,
});
