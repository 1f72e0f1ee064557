import { describe, expect, it } from "vitest";
import { doorAnnotations } from "../../../../components/clouds/aws/door.ts";
import { UNKNOWN } from "../../../../policies/fact.ts";
import { judge } from "../../../../policies/judge.ts";
import { type Any, account, countryOn, india, namesOf, one, planned, publicDoor, target } from "./planned.ts";

const registry = { upstreams: { mirror: { host: "registry.bharat-compute.example" } } };
const xks = { kind: "xks", customKeyStore: "cks-1234567890abcdef0", externalKey: "in-hsm-1" } as const;

const none = { kind: "none" } as const;
const egress = { kind: "filtered" as const, hosts: ["hub.bharat-compute.example", "*.mirror.bharat-compute.example"] };

describe("guards", () => {
  it.each([
    ["as it is", {}],
    ["with a registry", { registry }],
    ["with keys of an external store", { keys: xks }],
    [
      "in a small network of two zones",
      { network: { cidr: "10.0.0.0/20", zones: ["ap-south-1a", "ap-south-1b"], callers: [], egress: none } },
    ],
    ["with a way out to declared hosts", { network: { ...target.network, egress } }],
    ["with a public door", { door: publicDoor }],
    ["with both", { door: publicDoor, network: { ...target.network, egress } }],
    ["on spot", { nodeGroups: { h100: { imageGiB: 200, capacity: { kind: "spot" as const } } } }],
  ])("have nothing to say against a country %s", async (_, changed) => {
    const resources = await planned(changed);
    const { findings, byVerdict, coverage } = judge(resources, india);
    expect(findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable")).toEqual([]);
    expect(byVerdict.held).toBeGreaterThan(90);
    // Every type is described, not only swept.
    expect(coverage).toMatchObject({ sweep: 0, undecidable: 0 });
  });

  it("would refuse it elsewhere, or in another account", async () => {
    const abroad = judge(await planned({ region: "eu-west-2", place: "eu-west-2" }), india).byVerdict;
    expect(abroad.broken).toBeGreaterThan(90);
    const strange = judge(await planned(), { ...india, accounts: ["999988887777"] }).findings;
    expect(strange.map(({ path }) => path)).toContain("allowedAccountIds[0]");
  });
});

describe("the provider", () => {
  it("is one, of one region and account, and everything of AWS goes through it", async () => {
    const resources = await planned();
    const [provider, ...others] = resources.filter(({ type }) => type === "pulumi:providers:aws");
    expect(others).toEqual([]);
    expect(provider!.props).toMatchObject({ region: "ap-south-1", allowedAccountIds: JSON.stringify([account]) });
    const of = resources.filter(({ type }) => type.startsWith("aws:"));
    expect(of.map((each) => each.provider?.name)).toEqual(of.map(() => "aws"));
    expect(of.filter(({ props }) => "region" in props)).toEqual([]);
  });

  it("tags everything as the country's", async () => {
    const { defaultTags } = (await planned()).find(({ type }) => type === "pulumi:providers:aws")!.props as Any;
    expect(JSON.parse(defaultTags).tags).toMatchObject({
      "app.kubernetes.io/part-of": "freehold",
      "freehold:country": "IN",
    });
  });

  it("of the cluster waits for its address, and belongs to the place", async () => {
    const resources = await planned();
    const cluster = resources.find(({ type }) => type === "pulumi:providers:kubernetes")!;
    expect(cluster.props).toMatchObject({ context: "freehold-in", clusterIdentifier: "freehold-ap-south-1" });
    expect(cluster.props.kubeconfig).toBe(UNKNOWN);
  });
});

describe("the network", () => {
  it("has no way out", async () => {
    const types = (await planned()).map(({ type }) => type);
    expect(types.filter((type) => /gateway/i.test(type))).toEqual([]);
    for (const zone of target.network.zones)
      expect(one(await planned(), "ec2/routeTable:RouteTable", zone).routes).toEqual([]);
  });

  it("is carved into one subnet for each zone, none over another", async () => {
    const resources = await planned();
    const cidrs = target.network.zones.map((zone) => one(resources, "ec2/subnet:Subnet", zone).cidrBlock);
    expect(cidrs).toEqual(["10.64.0.0/18", "10.64.64.0/18", "10.64.128.0/18"]);
  });

  it("reaches AWS by endpoints of the region alone", async () => {
    const resources = await planned();
    const names = namesOf(resources, "ec2/vpcEndpoint:VpcEndpoint");
    expect(names).toEqual(expect.arrayContaining(["s3", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"]));
    for (const name of names) {
      expect(one(resources, "ec2/vpcEndpoint:VpcEndpoint", name).serviceName).toBe(`com.amazonaws.ap-south-1.${name}`);
    }
  });

  it("lets callers in where they are declared, and nobody where they are not", async () => {
    const rules = (resources: Any[]) =>
      resources.flatMap(({ type, props }) =>
        /securityGroup(In|E)gressRule/.test(type) && props.cidrIpv4 ? [props.cidrIpv4] : [],
      );
    expect(new Set(rules(await planned()))).toEqual(new Set(["10.64.0.0/16", "10.200.0.0/16"]));
    const closed = await planned({ network: { ...target.network, callers: [] } });
    expect(new Set(rules(closed))).toEqual(new Set(["10.64.0.0/16"]));
  });
});

describe("keys", () => {
  it("are one for each purpose, turned over, of one region", async () => {
    const resources = await planned();
    expect(namesOf(resources, "kms/key:Key")).toEqual(["cluster", "volumes", "objects", "logs"]);
    expect(one(resources, "kms/key:Key", "logs")).toMatchObject({
      enableKeyRotation: true,
      multiRegion: false,
      deletionWindowInDays: 30,
    });
  });

  it("of an external store are the one that the country file names, under the same aliases", async () => {
    const resources = await planned({ keys: xks });
    expect(one(resources, "kms/key:Key")).toMatchObject({
      customKeyStoreId: xks.customKeyStore,
      xksKeyId: xks.externalKey,
    });
    expect(one(resources, "kms/key:Key")).not.toHaveProperty("enableKeyRotation");
    const aliases = resources.filter(({ type }) => type === "aws:kms/alias:Alias").map(({ props }) => props.name);
    expect(aliases).toEqual(["cluster", "volumes", "objects", "logs"].map((purpose) => `alias/freehold-in-${purpose}`));
    const own = await planned();
    expect(aliases).toEqual(own.filter(({ type }) => type === "aws:kms/alias:Alias").map(({ props }) => props.name));
  });
});

describe("the cluster", () => {
  it("answers inside, keeps its Services apart from every range, and is administered by the declared roles", async () => {
    const resources = await planned();
    expect(one(resources, "eks/cluster:Cluster")).toMatchObject({
      name: "freehold-in",
      version: "1.35",
      deletionProtection: true,
      kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16" },
    });
    expect(one(resources, "eks/accessPolicyAssociation:AccessPolicyAssociation")).toMatchObject({
      principalArn: target.operators[0],
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  });

  it("may go once the country file says so", async () => {
    const resources = await planned({}, { erase: ["storage"] });
    expect(one(resources, "eks/cluster:Cluster").deletionProtection).toBe(false);
    expect(one(resources, "s3/bucket:Bucket", "weights").forceDestroy).toBe(true);
  });

  it("logs to a group that is there before it, so that EKS makes none", async () => {
    const resources = await planned();
    const { name } = one(resources, "cloudwatch/logGroup:LogGroup", "control-plane");
    expect(name).toBe(`/aws/eks/${one(resources, "eks/cluster:Cluster").name}/cluster`);
  });

  it("has one default class of volumes, under the country's key", async () => {
    const classes = (await planned()).filter(({ type }) => type.endsWith(":StorageClass"));
    expect(classes.map(({ props }) => props)).toMatchObject([
      {
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true" },
        volumeBindingMode: "WaitForFirstConsumer",
      },
    ]);
  });
});

describe("buckets", () => {
  it("are weights, backups and the audit's, in names of the account's own", async () => {
    const names = (await planned())
      .filter(({ type }) => type === "aws:s3/bucket:Bucket")
      .map(({ props }) => props.bucket);
    expect(names.sort()).toEqual(["audit", "backups", "weights"].map((purpose) => `${account}-freehold-in-${purpose}`));
  });

  it("are read by model servers as their own service accounts, and no key pair exists", async () => {
    const resources = await planned();
    const servers = Object.keys(countryOn().modelServers);
    const granted = resources.filter(({ type }) => type.endsWith(":PodIdentityAssociation")).map(({ props }) => props);
    expect(granted).toMatchObject(servers.map((serviceAccount) => ({ namespace: "freehold-models", serviceAccount })));
    expect(resources.filter(({ type }) => /accessKey|iam\/user/i.test(type))).toEqual([]);
  });

  it("take the backups of the database, where there is one", async () => {
    const storage = {
      objects: { kind: "s3", endpoint: "https://s3.bharat-compute.example" },
      records: { kind: "cloudnative-pg" },
      keys: { kind: "kmip", address: "hsm.bharat-compute.example:5696" },
    };
    const resources = await planned({}, { storage });
    expect(one(resources, "eks/podIdentityAssociation:PodIdentityAssociation", "backups-records")).toMatchObject({
      namespace: "freehold-storage",
      serviceAccount: "records",
    });
  });
});

describe("the registry", () => {
  it("pulls through to what is declared, and to nothing where nothing is", async () => {
    const resources = await planned({ registry });
    expect(one(resources, "ecr/pullThroughCacheRule:PullThroughCacheRule")).toMatchObject({
      ecrRepositoryPrefix: "mirror",
      upstreamRegistryUrl: "registry.bharat-compute.example",
    });
    expect((await planned()).filter(({ type }) => type.startsWith("aws:ecr/"))).toEqual([]);
  });

  it("is refused by the guards where an upstream is not at home", async () => {
    const resources = await planned({ registry: { upstreams: { hub: { host: "registry-1.docker.io" } } } });
    const broken = judge(resources, india).findings.filter(({ verdict }) => verdict === "broken");
    expect(broken.map(({ path }) => path)).toEqual(["upstreamRegistryUrl"]);
  });
});

it("the gateway's load balancer stands inside the network", () => {
  expect(doorAnnotations(target)).toMatchObject({
    "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
  });
});
