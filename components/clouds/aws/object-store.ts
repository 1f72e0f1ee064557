import type * as pulumi from "@pulumi/pulumi";
import { tcp } from "../../network/peers.ts";
import { hostOfUrl } from "../../storage/hosts.ts";
import { type ObjectStore, s3Archive } from "../../storage/object-store.ts";
import type { AwsNames } from "./partition.ts";
import type { AwsTarget } from "./target.ts";

/** Where a pod's agent gives it the credentials of its role: an address of the node itself, the same on every one. */
const podIdentityAgent = "169.254.170.23/32";

/** The country's buckets as its model servers and its database use them: no key pair, each pod has the rights of its role. */
export function awsObjectStore(
  { region }: Pick<AwsTarget, "region">,
  names: AwsNames,
  buckets: { weights: pulumi.Output<string>; backups: pulumi.Output<string> },
  ready: pulumi.Resource[],
): ObjectStore {
  const endpoint = `https://${names.host("s3")}`;
  return {
    endpoint,
    region,
    archive: s3Archive(buckets.backups, { endpoint, region }),
    buckets,
    egress: [{ to: [{ ipBlock: { cidr: podIdentityAgent } }], ports: [tcp(80)] }],
    hosts: [hostOfUrl(endpoint)],
    ready,
  };
}
