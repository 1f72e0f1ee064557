import { describe, expect, it } from "vitest";
import { firstStepOf } from "../../../../components/bootstrap.ts";
import { awsGround } from "../../../../components/clouds/aws/ground.ts";
import { targetOf } from "../../../../components/clouds/target.ts";
import { CountryFaults, jurisdiction, parseCountry } from "../../../../components/country.ts";
import { judge } from "../../../../policies/judge.ts";
import { plan } from "../../../../policies/program.ts";
import { planned } from "./planned.ts";

const account = "111122223333";

/** Germany in the European Sovereign Cloud, as a country file says it. */
const sovereign = (state: object = {}, target: object = {}) =>
  parseCountry({
    country: "DE",
    operator: { name: "Operator", domain: "operator.example" },
    target: {
      kind: "aws",
      region: "eusc-de-east-1",
      account,
      operators: [`arn:aws-eusc:iam::${account}:role/operator`],
      ...target,
    },
    state: {
      backend: "s3://freehold-de-state?region=eusc-de-east-1",
      secretsProvider: "awskms://alias/freehold-de-state?region=eusc-de-east-1",
      ...state,
    },
    pools: { h100: { accelerator: "h100-sxm-80", nodes: 1 } },
    models: { teuken: { model: "openGPT-X/Teuken-7B-instruct-v0.6", pool: "h100" } },
    tenants: { first: {} },
  });

/** Everything like an ARN or a name of AWS's hosts in what is planned. */
function namesIn(resources: unknown) {
  const text = JSON.stringify(resources);
  return {
    partitions: new Set([...text.matchAll(/\barn:(aws[a-z-]*):/g)].map(([, partition]) => partition)),
    hosts: new Set([...text.matchAll(/\b[a-z0-9.-]+\.amazonaws\.[a-z.]+[a-z]/g)].map(([host]) => host)),
    services: new Set([...text.matchAll(/\b(?:com|eu)\.amazonaws\.[a-z0-9-]+\.[a-z0-9.-]+/g)].map(([name]) => name)),
  };
}

describe("a country in the European Sovereign Cloud", () => {
  it("is taken with roles, state and keys of its partition", () => {
    const country = sovereign({
      secretsProvider: `awskms:///arn:aws-eusc:kms:eusc-de-east-1:${account}:alias/freehold-de-state`,
    });
    expect(country.target).toMatchObject({
      place: "eusc-de-east-1",
      network: { zones: ["eusc-de-east-1a", "eusc-de-east-1b", "eusc-de-east-1c"] },
    });
    expect(sovereign({ backend: "s3://state?endpoint=s3.eusc-de-east-1.amazonaws.eu" }).state.backend).toContain(
      "eusc",
    );
  });

  it("is named in its own partition from its network to its nodes", async () => {
    const country = sovereign();
    const resources = await plan(() => awsGround({ ...country, target: targetOf(country, "aws") }, {}));
    const { partitions, hosts, services } = namesIn(resources);
    expect(partitions).toEqual(new Set(["aws-eusc"]));
    expect(services.size).toBeGreaterThan(5);
    for (const service of services) expect(service).toMatch(/^eu\.amazonaws\.eusc-de-east-1\./);
    // Services as principals are named alike in both; what is reached is not.
    const principals = [...hosts].filter((host) => host.endsWith(".amazonaws.com"));
    expect(principals.sort()).toEqual(
      expect.arrayContaining(["ec2.amazonaws.com", "eks.amazonaws.com", "pods.eks.amazonaws.com"]),
    );
    for (const principal of principals)
      expect(principal).toMatch(/^[a-z0-9-]+(\.eks|\.eusc-de-east-1)?\.amazonaws\.com$/);
    expect([...hosts]).toContain("ec2.eusc-de-east-1.amazonaws.eu");
    expect(judge(resources, jurisdiction(country)).findings.filter(({ verdict }) => verdict !== "pending")).toEqual([]);
  });

  it("has its first step there", async () => {
    const step = await firstStepOf(sovereign());
    expect(step.findings).toEqual([]);
    const make = await step.load();
    expect(namesIn(await plan(() => make("state"))).partitions).toEqual(new Set(["aws-eusc"]));
    const commercial = sovereign({ secretsProvider: `awskms:///arn:aws:kms:eusc-de-east-1:${account}:alias/state` });
    expect((await firstStepOf(commercial)).findings).toMatchObject([
      {
        found: expect.stringContaining("an ARN of partition aws"),
        remedy: `write  secretsProvider: awskms:///arn:aws-eusc:kms:eusc-de-east-1:${account}:alias/state?region=eusc-de-east-1`,
      },
    ]);
  });

  it("keeps no state in another one, and knows no role of another one", () => {
    const paths = (state: object, target: object = {}) => {
      try {
        return sovereign(state, target) && [];
      } catch (error) {
        if (!(error instanceof CountryFaults)) throw error;
        return error.faults.map(({ path }) => path);
      }
    };
    expect(paths({ backend: "s3://state?region=us-gov-west-1" })).toEqual(["freehold:state.backend"]);
    expect(paths({ backend: "s3://state?endpoint=s3.us-gov-west-1.amazonaws.com" })).toEqual([
      "freehold:state.backend",
    ]);
    expect(paths({ secretsProvider: "awskms://alias/state?region=us-gov-west-1" })).toEqual([
      "freehold:state.secretsProvider",
    ]);
    expect(paths({}, { operators: [`arn:aws:iam::${account}:role/operator`] })).toEqual([
      "freehold:target.operators[0]",
    ]);
  });
});

describe("a ground in GovCloud", () => {
  it("is named in its own partition from its network to its nodes", async () => {
    const resources = await planned({
      region: "us-gov-west-1",
      place: "us-gov-west-1",
      network: {
        cidr: "10.64.0.0/16",
        zones: ["us-gov-west-1a", "us-gov-west-1b"],
        callers: [],
        egress: { kind: "none" },
      },
      operators: [`arn:aws-us-gov:iam::${account}:role/operator`],
    });
    const { partitions, services } = namesIn(resources);
    expect(partitions).toEqual(new Set(["aws-us-gov"]));
    expect(services.size).toBeGreaterThan(5);
    for (const service of services) expect(service).toMatch(/^com\.amazonaws\.us-gov-west-1\./);
  });
});
