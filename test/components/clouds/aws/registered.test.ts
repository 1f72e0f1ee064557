import * as pulumi from "@pulumi/pulumi";
import settings from "@pulumi/pulumi/runtime/settings.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { Ground } from "../../../../components/cloud.ts";
import { awsGround } from "../../../../components/clouds/aws/ground.ts";
import { judge, type Resource } from "../../../../policies/judge.ts";
import { type Any, account, countryOn, india, one, Whole } from "./planned.ts";

type Registration = { protect: boolean; deleteBeforeReplace: boolean; dependencies: string[] };
const resources: Resource[] = [];
const registrations = new Map<string, Registration>();
let ground: Ground;

/** What AWS answers with, as far as anything here waits for it. */
function answer(type: string, name: string, inputs: Any): object {
  const service = type.split(/[:/]/)[1];
  const arn = `arn:aws:${service}:${service === "iam" ? "" : "ap-south-1"}:${account}:${name}`;
  return {
    ...inputs,
    arn,
    keyId: name,
    latestVersion: 1,
    prefixListId: "pl-0a11b22c",
    endpoint: "https://0A11B22C33.gr7.ap-south-1.eks.amazonaws.com",
    certificateAuthority: { data: "Q0E=" },
  };
}

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs, custom }) => {
      const provider = resources.find((each) => each.type === `pulumi:providers:${type.split(":")[0]}`);
      const urn = `urn:pulumi:in::freehold::freehold:index:Freehold$${type}::${name}`;
      resources.push({ type, name, urn, props: inputs, custom, provider });
      return { id: `${name}-id`, state: answer(type, name, inputs) };
    },
    call: ({ token }) => {
      throw new Error(`nothing here calls ${token}`);
    },
  });
  const monitor = settings.getMonitor() as Any;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: Any, callback: unknown) => {
    registrations.set(`${request.getType()} ${request.getName()}`, {
      protect: request.getProtect(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      dependencies: request.getDependenciesList(),
    });
    return register(request, callback);
  };
  ground = awsGround(countryOn({ registry: { upstreams: { mirror: { host: "registry.bharat-compute.example" } } } }), {
    parent: new Whole("country"),
  });
  await pulumi.runtime.disconnect();
});

const registered = (type: string, name: string) =>
  registrations.get(`${type.startsWith("freehold:") ? "" : "aws:"}${type} ${name}`)!;

it("everything is registered: nothing waits for what waits for it", () => {
  expect(resources.length).toBeGreaterThan(110);
  expect(Object.keys(ground.pools)).toEqual(["h100"]);
  expect(ground.ready.length).toBeGreaterThan(3);
});

it("guards have nothing to say once all is known either", () => {
  const { findings, byVerdict } = judge(resources, india);
  expect(findings.map(({ type, name, path, value }) => `${type} ${name} ${path}: ${value}`)).toEqual([]);
  expect(byVerdict.held).toBeGreaterThan(125);
});

describe("the kubeconfig", () => {
  const kubeconfig = () =>
    JSON.parse(String(resources.find(({ type }) => type === "pulumi:providers:kubernetes")!.props.kubeconfig));

  it("names the cluster's address and authority under the declared context", () => {
    expect(kubeconfig()).toMatchObject({
      "current-context": "freehold-in",
      clusters: [
        {
          cluster: {
            server: "https://0A11B22C33.gr7.ap-south-1.eks.amazonaws.com",
            "certificate-authority-data": "Q0E=",
          },
        },
      ],
    });
  });

  it("holds no secret: a token is asked for when it is needed, in the region", () => {
    expect(kubeconfig().users).toEqual([
      {
        name: "freehold-in",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "aws",
            args: "eks get-token --cluster-name freehold-in --region ap-south-1 --output json".split(" "),
            interactiveMode: "Never",
          },
        },
      },
    ]);
  });
});

it("keys, buckets and the cluster are protected until the country file says that they may go", () => {
  for (const purpose of ["cluster", "volumes", "objects", "logs"])
    expect(registered("kms/key:Key", purpose).protect, purpose).toBe(true);
  for (const purpose of ["audit", "weights", "backups"])
    expect(registered("s3/bucket:Bucket", purpose).protect, purpose).toBe(true);
  expect(registered("eks/cluster:Cluster", "cluster").protect).toBe(true);
  expect(registered("ec2/vpc:Vpc", "vpc").protect).toBe(false);
});

it("what may stand only once under its name makes room before its successor", () => {
  expect(registered("eks/nodeGroup:NodeGroup", "h100").deleteBeforeReplace).toBe(true);
});

it("the cluster comes after its log group, its role's rights and the endpoints; nodes after the add-ons of every node", () => {
  const after = (type: string, name: string) => registered(type, name).dependencies.map((urn) => urn.split("$").at(-1));
  expect(after("eks/cluster:Cluster", "cluster")).toEqual(
    expect.arrayContaining([
      "aws:cloudwatch/logGroup:LogGroup::control-plane",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment::control-plane-AmazonEKSClusterPolicy",
      "aws:ec2/vpcEndpoint:VpcEndpoint::eks",
    ]),
  );
  // A child waits for its parent, and its parent for these.
  expect(after("freehold:index:AwsNodeGroup", "h100")).toEqual(
    expect.arrayContaining(["aws:eks/addon:Addon::vpc-cni", "aws:eks/addon:Addon::eks-pod-identity-agent"]),
  );
  expect(after("freehold:index:AwsClusterAddons", "cluster-addons")).toContain("aws:eks/nodeGroup:NodeGroup::system");
});

it("a bucket's policy names its endpoint and its key", () => {
  const { policy } = one(resources, "s3/bucketPolicy:BucketPolicy", "weights");
  expect(policy).toContain('"aws:SourceVpce":"s3-id"');
  expect(policy).toContain(
    `"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:ap-south-1:${account}:objects"`,
  );
});
