import { PullThroughCacheRule } from "@pulumi/aws/ecr/pullThroughCacheRule.js";
import { RepositoryCreationTemplate } from "@pulumi/aws/ecr/repositoryCreationTemplate.js";
import * as pulumi from "@pulumi/pulumi";
import { keyAliases } from "./keys.ts";
import type { AwsNames } from "./partition.ts";
import { mayUseKey } from "./policy-document.ts";
import { serviceRole } from "./role.ts";
import type { AwsTarget } from "./target.ts";

export type RegistryArgs = {
  target: Pick<AwsTarget, "account" | "cluster" | "keys">;
  names: AwsNames;
  /** Registries by the prefix under which their images are found. */
  upstreams: NonNullable<AwsTarget["registry"]>["upstreams"];
  /** ARN of the key of images. */
  key: pulumi.Input<string>;
};

/** ECR, which fetches images of the declared registries, keeps them under the country's key, and lets no tag be moved. */
export class Registry extends pulumi.ComponentResource {
  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsRegistry", name, {}, opts);
    const inside = { parent: this };

    const maker = repositoryMaker(args, inside);
    for (const [prefix, { host, secretArn }] of Object.entries(args.upstreams)) {
      const template = new RepositoryCreationTemplate(
        prefix,
        {
          prefix,
          appliedFors: ["PULL_THROUGH_CACHE"],
          encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.key }],
          imageTagMutability: "IMMUTABLE",
          customRoleArn: maker.role.arn,
        },
        { ...inside, dependsOn: maker.rights },
      );
      new PullThroughCacheRule(
        prefix,
        { ecrRepositoryPrefix: prefix, upstreamRegistryUrl: host, credentialArn: secretArn },
        // The first pull makes the repository, and what it is made without it never gets.
        { ...inside, dependsOn: [template] },
      );
    }
    this.registerOutputs();
  }
}

/** As whom ECR makes a repository when an image is pulled for the first time. */
function repositoryMaker(args: RegistryArgs, inside: { parent: pulumi.Resource }) {
  const { target, names, upstreams } = args;
  return serviceRole(
    "repositories",
    { service: "ecr" },
    {
      own: [
        {
          Sid: "MakeRepositories",
          Effect: "Allow",
          Action: ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
          Resource: Object.keys(upstreams).map((prefix) => names.arn("ecr", `repository/${prefix}/*`)),
        },
        mayUseKey(
          "KeyOfImages",
          keyAliases(target, "objects"),
          names.arn("kms", "key/*"),
          "kms:CreateGrant",
          "kms:RetireGrant",
          "kms:DescribeKey",
        ),
      ],
    },
    args,
    inside,
  );
}
