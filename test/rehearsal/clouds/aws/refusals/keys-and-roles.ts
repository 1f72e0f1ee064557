import { arn, type Case, id } from "../refusal-world.ts";
import { account, bucketPolicyFor, keyPolicy, region, trust } from "../standing.ts";

/** What AWS refuses of keys and roles. */
export const keysAndRolesRefusals: Case[] = [
  [
    "a key whose policy locks everybody out",
    "kms/key:Key",
    () => ({ policy: bucketPolicyFor("x", "logs.amazonaws.com") }),
    "will not allow you to update the key policy",
  ],
  [
    "rotation of an external key",
    "kms/key:Key",
    () => ({ customKeyStoreId: "cks-1234567890abcdef0", xksKeyId: "k", enableKeyRotation: true }),
    "does not rotate keys",
  ],
  ["a deletion window that is too short", "kms/key:Key", () => ({ deletionWindowInDays: 3 }), "in the range (7 - 30)"],
  [
    "an alias without its prefix",
    "kms/alias:Alias",
    () => ({ name: "freehold", targetKeyId: id("key") }),
    "must begin with 'alias/'",
  ],
  [
    "an alias twice",
    "kms/alias:Alias",
    () => ({ name: "alias/freehold-in", targetKeyId: id("key") }),
    "AlreadyExistsException",
  ],
  [
    "an alias of no key",
    "kms/alias:Alias",
    () => ({ name: "alias/x", targetKeyId: "no-key" }),
    "Key 'no-key' does not exist",
  ],
  [
    "a default key of another region",
    "ebs/defaultKmsKey:DefaultKmsKey",
    () => ({ keyArn: arn("key").replace(region, "eu-west-1") }),
    "is no ARN of a KMS key in ap-south-1",
  ],
  [
    "a role's name twice",
    "iam/role:Role",
    () => ({ name: "eks", assumeRolePolicy: trust("eks.amazonaws.com") }),
    "EntityAlreadyExists: Role with name eks already exists.",
  ],
  [
    "a trust that is no policy",
    "iam/role:Role",
    () => ({ name: "r", assumeRolePolicy: "{" }),
    "MalformedPolicyDocument",
  ],
  [
    "a trust in no service",
    "iam/role:Role",
    () => ({ name: "r", assumeRolePolicy: trust("eks") }),
    'Invalid principal in policy: "SERVICE":"eks"',
  ],
  [
    "a trust in another partition",
    "iam/role:Role",
    () => ({
      name: "r",
      assumeRolePolicy: JSON.stringify({
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "arn:aws-cn:iam::111122223333:root" } },
        ],
      }),
    }),
    'Invalid principal in policy: "AWS"',
  ],
  [
    "a role's policy that says who",
    "iam/rolePolicy:RolePolicy",
    () => ({ role: "pod", policy: keyPolicy("x.amazonaws.com") }),
    "should not specify a principal",
  ],
  [
    "a policy for no role",
    "iam/rolePolicy:RolePolicy",
    () => ({
      role: "nobody",
      policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] }),
    }),
    "NoSuchEntity: The role with name nobody cannot be found.",
  ],
  [
    "a managed policy of another partition",
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    () => ({ role: "pod", policyArn: "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess" }),
    "partition aws-us-gov is not aws",
  ],
  [
    "a policy that nobody made",
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    () => ({ role: "pod", policyArn: `arn:aws:iam::${account}:policy/mine` }),
    "NoSuchEntity",
  ],
];
