import type { AwsNames } from "../partition.ts";
import type { Statement } from "../policy-document.ts";
import type { AwsTarget } from "../target.ts";

const objects = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject"];
const lists = ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];
const encryption = "s3:x-amz-server-side-encryption";
const encryptionKey = `${encryption}-aws-kms-key-id`;
/** Services of AWS that act in their own name have no account; what they may, other statements say. */
export const notAService = { Bool: { "aws:PrincipalIsAWSService": "false" } };

type Refuse = (sid: string, action: string | string[], condition: Statement["Condition"]) => Statement;

/**
 * What is refused of every bucket, whatever a role may otherwise do: callers without TLS or of other accounts; other keys;
 * copies. `reach` adds from where it is refused.
 */
export function closedStatements(
  name: string,
  { account }: Pick<AwsTarget, "account">,
  names: AwsNames,
  key: string,
  reach: (refuse: Refuse) => Statement[],
): Statement[] {
  const deny = (Sid: string, Action: string | string[], Condition?: Statement["Condition"]): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: [names.bucket(name), names.bucket(`${name}/*`)],
    ...(Condition && { Condition }),
  });
  return [
    deny("OnlyOverTls", "s3:*", { Bool: { "aws:SecureTransport": "false" } }),
    deny("OnlyThisAccount", "s3:*", { StringNotEquals: { "aws:PrincipalAccount": account }, ...notAService }),
    ...reach(deny),
    // Both hold of a request that names a key; one that names none gets the bucket's own.
    deny("NoOtherKey", "s3:PutObject", {
      StringNotEquals: { [encryptionKey]: key },
      Null: { [encryptionKey]: "false" },
    }),
    deny("NoOtherEncryption", "s3:PutObject", {
      StringNotEquals: { [encryption]: "aws:kms" },
      Null: { [encryption]: "false" },
    }),
    deny("NoCopyElsewhere", ["s3:PutReplicationConfiguration", "s3:PutAccelerateConfiguration"]),
  ];
}

/** Of the country's buckets, whoever calls from outside the network, too; operators keep the bucket, and see no object. */
export function bucketStatements(
  name: string,
  { account, operators }: Pick<AwsTarget, "account" | "operators">,
  names: AwsNames,
  { endpoint, key }: { endpoint: string; key: string },
): Statement[] {
  return closedStatements(name, { account }, names, key, (refuse) => [
    refuse("ObjectsOnlyFromTheNetwork", objects, { StringNotEquals: { "aws:SourceVpce": endpoint }, ...notAService }),
    refuse("NamesOnlyFromTheNetworkOrToOperators", lists, {
      // S3 says whether a bucket is there, which Pulumi asks, only to whoever may list it.
      ArnNotEquals: { "aws:PrincipalArn": operators },
      StringNotEquals: { "aws:SourceVpce": endpoint },
      ...notAService,
    }),
  ]);
}
