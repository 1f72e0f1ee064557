import * as pulumi from "@pulumi/pulumi";
import { expect } from "vitest";
import { type AwsCountry, awsGround } from "../../../../components/clouds/aws/ground.ts";
import type { AwsTarget } from "../../../../components/clouds/aws/target.ts";
import { jurisdictionOf, parseCountry } from "../../../../components/country.ts";
import type { Resource } from "../../../../policies/fact.ts";
import { plan } from "../../../../policies/program.ts";

export const account = "111122223333";

/** India on AWS, complete, as the schema of the country file makes it of a few lines. */
export const target: AwsTarget = {
  kind: "aws",
  region: "ap-south-1",
  place: "ap-south-1",
  context: "freehold-in",
  account,
  cluster: "freehold-in",
  kubernetes: "1.35",
  network: {
    cidr: "10.64.0.0/16",
    zones: ["ap-south-1a", "ap-south-1b", "ap-south-1c"],
    callers: ["10.200.0.0/16"],
    egress: { kind: "none" },
  },
  door: { kind: "internal" },
  operators: [`arn:aws:iam::${account}:role/operators`],
  keys: { kind: "kms" },
  systemNodes: { instanceType: "m7i.2xlarge", nodes: 3 },
  nodeGroups: { h100: { imageGiB: 500, capacity: { kind: "on-demand" } } },
};

/** A door that the internet may call. */
export const publicDoor = {
  kind: "public" as const,
  certificateArn: `arn:aws:acm:ap-south-1:${account}:certificate/00000000-1111-2222-3333-444444444444`,
  countries: ["IN"],
  requestsPerFiveMinutes: 3000,
};

const basics = {
  country: "IN",
  operator: { name: "Bharat Compute", domain: "bharat-compute.example" },
  target: { kind: "onprem", context: "freehold-in", place: "IN" },
  state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
  pools: { h100: { accelerator: "h100-sxm-80", nodes: 2 } },
  models: { sarvam: { model: "sarvamai/sarvam-105b", pool: "h100", gpus: 8 } },
  tenants: { rajya: {} },
};

/** The country with another target, or other sections. */
export function countryOn(changed: Partial<AwsTarget> = {}, more: object = {}): AwsCountry {
  return { ...parseCountry({ ...basics, ...more }), target: { ...target, ...changed } };
}

/** What is at home for India here. */
export const india = jurisdictionOf("IN", { hosts: ["*.bharat-compute.example"], accounts: [account] });

const plans = new Map<string, Promise<Resource[]>>();

/** Every resource of the country's ground. */
export function planned(changed: Partial<AwsTarget> = {}, more: object = {}): Promise<Resource[]> {
  const key = JSON.stringify([changed, more]);
  const build = () => awsGround(countryOn(changed, more), { parent: new Whole("country") });
  if (!plans.has(key)) plans.set(key, plan(build));
  return plans.get(key)!;
}

/** Stands for all of Freehold, under which the ground is made. */
export class Whole extends pulumi.ComponentResource {
  constructor(name: string) {
    super("freehold:index:Freehold", name);
    this.registerOutputs();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: properties as deep as AWS has them.
export type Any = any;

/** Properties of the one resource of a type, or of those of the type with the name. */
export function one(resources: Resource[], type: string, name?: string): Any {
  const found = resources.filter((each) => each.type === `aws:${type}` && (name === undefined || each.name === name));
  expect(found, `${type} ${name ?? ""}`).toHaveLength(1);
  return found[0]!.props;
}

/** Names of the resources of a type. */
export function namesOf(resources: Resource[], type: string): string[] {
  return resources.filter((each) => each.type === `aws:${type}`).map(({ name }) => name);
}
