import type { Cloud } from "../cloud.ts";
import { CloudError } from "../cloud-error.ts";
import { textsOf } from "../known.ts";
import { SdkShapes } from "../sdk-shapes.ts";
import type { AwsType } from "./aws-type.ts";
import { awsFunctions } from "./functions.ts";
import { kwokNodes, type NodeMaker } from "./nodes.ts";
import { type AwsSettings, awsConfigFaults, awsSettings } from "./settings.ts";
import { buckets } from "./types/buckets.ts";
import { clusterAccess } from "./types/cluster-access.ts";
import { clusterAddons } from "./types/cluster-addons.ts";
import { clusters } from "./types/clusters.ts";
import { compute } from "./types/compute.ts";
import { endpoints } from "./types/endpoints.ts";
import { firewalls } from "./types/firewalls.ts";
import { internet } from "./types/internet.ts";
import { keys } from "./types/keys.ts";
import { loadBalancers } from "./types/load-balancers.ts";
import { logs } from "./types/logs.ts";
import { networks } from "./types/networks.ts";
import { nodeGroups } from "./types/node-groups.ts";
import { registry } from "./types/registry.ts";
import { roles } from "./types/roles.ts";
import { securityGroups } from "./types/security-groups.ts";
import { webAcls } from "./types/web-acls.ts";
import { awsWording } from "./wording.ts";

/** The simulated AWS: the types and functions that Freehold's components use. */
export function awsCloud(nodesOf: (kubeconfig: string) => NodeMaker = kwokNodes): Cloud<AwsSettings> {
  const types: Record<string, AwsType> = {
    ...networks,
    ...endpoints,
    ...securityGroups,
    ...compute,
    ...keys,
    ...roles,
    ...clusters,
    ...clusterAccess,
    ...clusterAddons,
    ...nodeGroups(nodesOf),
    ...logs,
    ...buckets,
    ...registry,
    ...internet,
    ...firewalls,
    ...loadBalancers,
    ...webAcls,
  };
  const shapes = new SdkShapes("@pulumi/aws");
  const named = { package: "aws", version: shapes.version };
  return {
    ...named,
    shapes,
    types,
    functions: awsFunctions,
    checkConfig: awsConfigFaults,
    movedBy: ["region"],
    configure: (inputs, env) => awsSettings(inputs, env, named),
    notes: ({ models }) => (models.present ? [] : [unjudged(types)]),
    wording: awsWording(types),
    faultError: (fault, _, inputs) => {
      switch (fault) {
        case "throttling":
          return new CloudError("ThrottlingException", "Rate exceeded");
        case "expired-credentials":
          return new CloudError("ExpiredTokenException", "The security token included in the request is expired", 403);
        case "server-error-after-create":
          return new CloudError("InternalError", "An internal error has occurred", 500);
        case "no-capacity": {
          const [type = "the requested type"] = textsOf(inputs, "instanceTypes");
          return new CloudError(
            "InsufficientInstanceCapacity",
            `We currently do not have sufficient ${type} capacity in the Availability Zone you requested. Our system will be ` +
              "working on provisioning additional capacity.",
            500,
          );
        }
      }
    },
  };
}

/** What is not said of a request where AWS's models are not here. */
function unjudged(types: Record<string, AwsType>): string {
  const services = [
    ...new Set(Object.values(types).flatMap(({ request }) => (request ? [request.service] : []))),
  ].sort();
  return (
    `AWS's models of its services are not here, so that this simulated AWS cannot check names, lengths, ranges and allowed ` +
    `values of ${services.join(", ")}.\n  remedy   npx freehold setup, where a Python package registry can be reached`
  );
}
