import { awsPartition } from "../../../catalogue/aws-partition.ts";
import type { Finding } from "../fault.ts";
import type { SoundTarget } from "../sound.ts";
import { show } from "../wording.ts";

/** A load balancer takes certificates of its own account and region alone. */
export function judgeCertificate({ door, account, region }: SoundTarget<"aws">): Finding[] {
  const arn = door?.kind === "public" ? door.certificateArn : undefined;
  const partition = region === undefined ? undefined : awsPartition(region)?.id;
  if (arn === undefined || account === undefined || partition === undefined) return [];
  const [, , , where, owner, resource] = arn.split(":");
  const meant = `arn:${partition}:acm:${region}:${account}:${resource}`;
  if (arn === meant) return [];
  const found = [
    ...(where !== region ? [`of region ${where}`] : []),
    ...(owner !== account ? [`of account ${owner}`] : []),
  ];
  return [
    {
      at: ["target", "door", "certificateArn"],
      found: `${show(arn)}, a certificate ${found.join(" and ") || "of another partition"}`,
      allowed: `a certificate of account ${account} in ${region}: a load balancer takes no other`,
      remedy: `request or import it there:  aws acm request-certificate --region ${region}`,
    },
  ];
}
