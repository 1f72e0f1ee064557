import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { awsCloud } from "../../rehearsal/clouds/aws/aws-cloud.ts";
import type { AwsType } from "../../rehearsal/clouds/aws/aws-type.ts";
import { ServiceModels } from "../../rehearsal/clouds/aws/service-models.ts";
import type { AwsSettings } from "../../rehearsal/clouds/aws/settings.ts";
import { Faults } from "../../rehearsal/clouds/faults.ts";
import { removeOrphans } from "../../rehearsal/clouds/orphans.ts";
import { World } from "../../rehearsal/clouds/world.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { Workspace } from "./workspace.ts";

// The simulated AWS behind the real engine: a network, a cluster that is the local control plane, machines that join it, and
// Kubernetes objects that come through the kubeconfig of EKS.
let cluster: TestCluster;
let workspace: Workspace;
beforeAll(async () => {
  cluster = await startCluster();
  await cluster.markRehearsal();
  workspace = new Workspace(cluster.toolchain, "rehearsal");
  copyFileSync(cluster.kubeconfig, join(workspace.folder, "kubeconfig"));
  workspace.write(
    "package.json",
    '{ "type": "module", "dependencies": { "@pulumi/aws": "*", "@pulumi/kubernetes": "*" } }',
  );
  await workspace.must("stack init test");
});
afterAll(async () => {
  workspace?.remove();
  await cluster?.stop();
});

const world = () => new World(join(workspace.folder, "world", "aws"));
const program = (nodes: number, more = "") => `
import { Provider as Aws } from "@pulumi/aws/provider.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { Cluster } from "@pulumi/aws/eks/cluster.js";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";

const provider = new Aws("aws", { region: "ap-south-1", allowedAccountIds: ["111122223333"] });
const opts = { provider };
const trust = (service) => JSON.stringify({ Version: "2012-10-17", Statement: [
  { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }] });
const vpc = new Vpc("vpc", { cidrBlock: "10.64.0.0/16", enableDnsHostnames: true }, opts);
const subnets = ["a", "b"].map((zone, index) => new Subnet("subnet-" + zone, {
  vpcId: vpc.id, cidrBlock: "10.64." + index * 32 + ".0/19", availabilityZone: "ap-south-1" + zone }, opts));
const key = new Key("key", { enableKeyRotation: true }, opts);
const role = new Role("eks", { assumeRolePolicy: trust("eks.amazonaws.com") }, opts);
const nodeRole = new Role("node", { assumeRolePolicy: trust("ec2.amazonaws.com") }, opts);
const cluster = new Cluster("cluster", {
  name: "freehold-in", roleArn: role.arn, version: "1.35",
  vpcConfig: { subnetIds: subnets.map(({ id }) => id), endpointPrivateAccess: true, endpointPublicAccess: false },
  accessConfig: { authenticationMode: "API" },
  encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] } }, opts);
const group = new NodeGroup("h100", {
  clusterName: cluster.name, nodeGroupName: "h100", nodeRoleArn: nodeRole.arn, subnetIds: [subnets[0].id],
  instanceTypes: ["p5.48xlarge"], amiType: "AL2023_x86_64_NVIDIA", labels: { "freehold.dev/pool": "h100" },
  taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
  scalingConfig: { minSize: ${nodes}, maxSize: ${nodes}, desiredSize: ${nodes} } }, opts);
const kubeconfig = pulumi.jsonStringify({
  apiVersion: "v1", kind: "Config", "current-context": "eks",
  contexts: [{ name: "eks", context: { cluster: "eks", user: "eks" } }],
  clusters: [{ name: "eks", cluster: {
    server: cluster.endpoint, "certificate-authority-data": cluster.certificateAuthority.apply((ca) => ca.data) } }],
  users: [{ name: "eks", user: { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws",
    args: ["eks", "get-token", "--cluster-name", "freehold-in", "--region", "ap-south-1"] } } }],
});
const k8s = new Provider("eks", { kubeconfig }, { dependsOn: [group] });
new Namespace("models", { metadata: { name: "models" } }, { provider: k8s });
${more}
export const account = getCallerIdentityOutput({}, opts).accountId;
export const endpoint = cluster.endpoint;
`;

const nodes = async () => {
  const { body } = await cluster.call("GET", "/api/v1/nodes");
  return body.items as {
    metadata: { labels: Record<string, string> };
    status: { allocatable: Record<string, string> };
  }[];
};

it("a cluster stands on the simulated AWS, its machines join, and Kubernetes is reached through its kubeconfig", async () => {
  workspace.program(program(2));
  await workspace.must("preview");
  expect(world().isEmpty()).toBe(true);
  await workspace.must("up --yes --skip-preview");
  expect(JSON.parse(await workspace.must("stack output --json"))).toMatchObject({ account: "111122223333" });
  expect((await cluster.call("GET", "/api/v1/namespaces/models")).code).toBe(200);
  expect((await nodes()).map(({ metadata }) => metadata.labels["node.kubernetes.io/instance-type"])).toEqual([
    "p5.48xlarge",
    "p5.48xlarge",
  ]);
  expect((await nodes())[0]!.status.allocatable["nvidia.com/gpu"]).toBe("8");
});

it("what AWS refuses is refused before anything is made", async () => {
  const before = world().standing().length;
  workspace.program(program(1, 'new Vpc("other", { cidrBlock: "10.0.0.0/8" }, opts);'));
  const { code, output } = await workspace.pulumi("up --yes --skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain("InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.");
  expect(world().standing()).toHaveLength(before);
});

it("a throttled request is tried again, and a lost reply leaves behind what was made", async () => {
  new Faults(world().folder).order([
    { on: "create aws:ec2/subnet:Subnet", fault: "throttling", times: 2 },
    { on: "create aws:kms/key:Key", fault: "lost-reply" },
  ]);
  const more = `
    const third = new Subnet("more", { vpcId: vpc.id, cidrBlock: "10.64.128.0/19", availabilityZone: "ap-south-1c" }, opts);
    new Key("more", {}, { ...opts, dependsOn: [third] });`;
  workspace.program(program(1, more));
  const { code, output } = await workspace.pulumi("up --yes --skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain("error reading from server: EOF");
  expect(world().standing("aws:ec2/subnet:Subnet")).toHaveLength(3);
  expect(world().standing("aws:kms/key:Key")).toHaveLength(2);
  const known = (await workspace.state()).map(({ type, id }) => `${type} ${id}`);
  const cloud = awsCloud();
  const settings = { kubeconfig: cluster.kubeconfig } as AwsSettings;
  expect(await removeOrphans(cloud, world(), new Set(known), settings)).toEqual(["aws:kms/key:Key more"]);
});

it("AWS's models have every operation and every member that the types name", () => {
  const models = new ServiceModels(cluster.toolchain.awsModels?.path);
  expect(models.present).toBe(true);
  const lost = Object.entries(awsCloud().types).flatMap(([token, type]) => {
    const { request } = type as AwsType;
    const input = request && models.input(request.service, request.operation);
    return Object.entries(request?.members ?? {})
      .filter(([path, member]) => member && !path.includes("."))
      .filter(([, member]) => {
        const found = member!.split(".").reduce((at: typeof input, name) => {
          const shape = at?.members?.[name]?.shape;
          return shape === undefined ? undefined : models.shape(request!.service, shape);
        }, input);
        return found === undefined;
      })
      .map(([path]) => `${token} ${path}`);
  });
  expect(lost).toEqual([]);
});
