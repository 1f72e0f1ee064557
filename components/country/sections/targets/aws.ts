import { isIPv4 } from "node:net";
import { z } from "zod";
import { hostPattern, known, line, name } from "../../field.ts";
import { awsDoor } from "./aws-door.ts";
import {
  clusterName,
  earlierKeys,
  imageGiB,
  kubernetesVersion,
  network,
  onDemand,
  regionsOf,
  spot,
  systemNodes,
} from "./cloud.ts";

const account = line("an AWS account, 12 digits", { shape: /^\d{12}$/ }).meta({
  description: "The one account that is touched. It counts as in the country.",
  examples: ["111122223333"],
});
const roleArn = line("the ARN of an IAM role, such as arn:aws:iam::111122223333:role/freehold-operator", {
  most: 2048,
  shape: /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
}).meta({ examples: ["arn:aws:iam::111122223333:role/freehold-operator"] });

const instanceType = line("an EC2 instance type, such as p5.4xlarge", { most: 60, shape: /^[a-z][\w-]*\.[\w-]+$/ });
const reservationId = line("the id of a capacity reservation, such as cr-0123456789abcdef0", {
  shape: /^cr-[0-9a-f]{8,17}$/,
}).meta({ description: "Id of the reservation.", examples: ["cr-0123456789abcdef0"] });

const outerHosts = "at least one host, as names or *. and a domain";
// A firewall reads names; an address has none.
const outerHost = hostPattern().refine((host) => !isIPv4(host), "a host by its name, not by its address");
// ECR reads secrets of this prefix alone.
const secretArn = line("the ARN of a secret whose name begins with ecr-pullthroughcache/", {
  most: 612,
  shape: /^arn:aws(-[a-z]+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache\/[\w/+=.@-]+$/,
}).meta({
  examples: ["arn:aws:secretsmanager:ap-south-1:111122223333:secret:ecr-pullthroughcache/mirror-AbCdEf"],
});

const nodeGroup = z.strictObject({
  instanceType: instanceType.optional().meta({
    description: "Instance type. Default: the smallest that the catalogue knows with the pool's accelerators.",
    examples: ["p5.4xlarge"],
  }),
  zone: line("an availability zone, such as ap-south-1a", { shape: /^[a-z][a-z0-9-]+\d[a-z]$/ })
    .optional()
    .meta({ description: "Zone of its nodes. Default: the first of network.zones.", examples: ["ap-south-1a"] }),
  imageGiB,
  capacity: z
    .discriminatedUnion("kind", [
      onDemand,
      spot,
      z.strictObject({
        kind: z
          .literal("reservation")
          .meta({ description: "An on-demand capacity reservation.", examples: ["reservation"] }),
        id: reservationId,
      }),
      z.strictObject({
        kind: z.literal("capacity-block").meta({
          description: "A capacity block for machine learning, bought for days or weeks.",
          examples: ["capacity-block"],
        }),
        id: reservationId,
      }),
    ])
    .prefault({ kind: "on-demand" })
    .meta({ description: "Where its instances come from.", examples: [{ kind: "on-demand" }] }),
});

const kms = {
  kind: z.literal("kms").meta({ description: "Customer keys in AWS KMS, in the region.", examples: ["kms"] }),
};
const xks = {
  kind: z.literal("xks").meta({
    description: "Keys in a key manager of the country's own, by an external key store.",
    examples: ["xks"],
  }),
  customKeyStore: line("the id of an external key store, such as cks-0123456789abcdef0", {
    shape: /^cks-[0-9a-z]{17}$/,
  }).meta({ description: "Id of the external key store.", examples: ["cks-0123456789abcdef0"] }),
  externalKey: line("the id of a key in the external key manager", { most: 128, shape: /^[\w.-]+$/ }).meta({
    description: "Id of the key in the external key manager.",
    examples: ["freehold"],
  }),
};
const held = z.discriminatedUnion("kind", [z.strictObject(kms), z.strictObject(xks)]);

/** An EKS cluster in a region of AWS, and all that it stands on. */
export const aws = z.strictObject({
  kind: z
    .literal("aws")
    .meta({ description: "An EKS cluster that Freehold makes, in a region of AWS.", examples: ["aws"] }),
  region: known("a region of AWS", { options: regionsOf("AWS"), listed: "npx freehold catalogue places" }).meta({
    description: "Region, which must stand in the country.",
    examples: ["ap-south-1"],
  }),
  account,
  cluster: clusterName,
  kubernetes: kubernetesVersion,
  network: z
    .strictObject({
      ...network,
      zones: z
        .array(line("an availability zone, such as ap-south-1a", { shape: /^[a-z][a-z0-9-]+\d[a-z]$/ }))
        .min(2, "at least two availability zones")
        .max(6, "at most six availability zones")
        .optional()
        .meta({
          description: "Availability zones, by the account's own names. Default: the region's a, b and c.",
          examples: [["ap-south-1a", "ap-south-1b"]],
        }),
      egress: z
        .discriminatedUnion("kind", [
          z.strictObject({
            kind: z.literal("none").meta({ description: "No way to the internet.", examples: ["none"] }),
          }),
          z.strictObject({
            kind: z.literal("filtered").meta({
              description: "A firewall lets HTTP and TLS through to the hosts that are named, and drops all else.",
              examples: ["filtered"],
            }),
            hosts: z
              .array(outerHost, outerHosts)
              .min(1, outerHosts)
              .max(100, "at most 100 hosts")
              .meta({
                description: "Hosts in the country that may be called, exact or *.domain.",
                examples: [["registry.bharat-cloud.example"]],
              }),
          }),
        ])
        .prefault({ kind: "none" })
        .meta({ description: "The way out.", examples: [{ kind: "none" }] }),
    })
    .prefault({})
    .meta({
      description: "The country's own network: a VPC without a way to the internet, unless egress opens one.",
      examples: [{}],
    }),
  door: awsDoor,
  operators: z
    .array(roleArn)
    .min(1, "at least one IAM role")
    .meta({
      description: "IAM roles that administer the cluster. Nobody else does, whoever made it.",
      examples: [["arn:aws:iam::111122223333:role/freehold-operator"]],
    }),
  keys: z
    .discriminatedUnion("kind", [
      z.strictObject({ ...kms, earlier: earlierKeys(held) }),
      z.strictObject({ ...xks, earlier: earlierKeys(held) }),
    ])
    .prefault({ kind: "kms" })
    .meta({ description: "Who holds the keys of secrets, volumes, objects and logs.", examples: [{ kind: "kms" }] }),
  systemNodes: z
    .strictObject({
      instanceType: instanceType.meta({ description: "Instance type." }).default("m7i.2xlarge"),
      nodes: systemNodes,
    })
    .prefault({})
    .meta({ description: "Nodes for everything that needs no GPU.", examples: [{ nodes: 3 }] }),
  nodeGroups: z
    .record(name, nodeGroup)
    .default({})
    .meta({
      description: "What a pool's nodes are made of, by the name of the pool, where it differs from the defaults.",
      examples: [{ h100: { capacity: { kind: "reservation", id: "cr-0123456789abcdef0" } } }],
    }),
  registry: z
    .strictObject({
      upstreams: z
        .record(
          line("a prefix of repositories, such as mirror", { most: 30, shape: /^[a-z0-9]+([._-][a-z0-9]+)*$/ }),
          z.strictObject({
            host: line("the host of a registry, such as registry.bharat-cloud.example", {
              shape: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
            }).meta({
              description: "Registry in the country that is pulled through.",
              examples: ["registry.bharat-cloud.example"],
            }),
            secretArn: secretArn.optional().meta({ description: "Secret with its credentials, in Secrets Manager." }),
          }),
        )
        .refine((upstreams) => Object.keys(upstreams).length > 0, "at least one upstream, under its prefix")
        .meta({ description: "Registries that ECR pulls through, by the prefix of its repositories." }),
    })
    .optional()
    .meta({
      description: "ECR in front of declared registries. Without it images come from freehold:registry as they are.",
      examples: [{ upstreams: { mirror: { host: "registry.bharat-cloud.example" } } }],
    }),
});
