import { ecrUpstreams } from "../../../../catalogue/index.ts";
import { CloudError } from "../../cloud-error.ts";
import { textOf } from "../../known.ts";
import { type AwsType, awsType, parseArn } from "../aws-type.ts";
import { toKey } from "./keys.ts";
import { toRoleArn } from "./roles.ts";

const rule = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";
const template = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";

/** What the registry fetches from elsewhere, and what becomes of it. */
export const registry: Record<string, AwsType> = {
  [rule]: awsType({
    service: "ECR",
    thing: "ECR Pull Through Cache Rule",
    calls: {
      create: "CreatePullThroughCacheRule",
      update: "UpdatePullThroughCacheRule",
      delete: "DeletePullThroughCacheRule",
    },
    request: { service: "ecr", operation: "CreatePullThroughCacheRule" },
    immutable: ["ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix"],
    exclusive: true,
    defaults: { upstreamRepositoryPrefix: "ROOT" },
    references: [toRoleArn("customRoleArn")],
    judge: ({ world, inputs, before }) => {
      const { open, withCredentials } = ecrUpstreams();
      const host = textOf(inputs, "upstreamRegistryUrl") ?? "";
      const own = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.(com|com\.cn|eu)$/.test(host);
      const azure = /^[a-z0-9-]+\.azurecr\.(io|us)$/.test(host);
      const credential = textOf(inputs, "credentialArn");
      if (!own && !azure && !open.includes(host) && !withCredentials.includes(host)) {
        throw new CloudError(
          "UnsupportedUpstreamRegistryException",
          `The specified upstream registry ${host} is not supported.`,
        );
      }
      if ((azure || withCredentials.includes(host)) && !credential)
        throw new CloudError(
          "InvalidParameterException",
          `Invalid parameter at 'credentialArn' failed to satisfy constraint: 'Credential ARN is required for upstream registry ${host}'`,
        );
      if (credential && !parseArn(credential)?.resource.startsWith("secret:ecr-pullthroughcache/"))
        throw new CloudError(
          "InvalidParameterException",
          "Invalid parameter at 'credentialArn' failed to satisfy constraint: 'secret name must be prefixed with ecr-pullthroughcache/'",
        );
      if (!before && world.get(rule, String(inputs.ecrRepositoryPrefix)))
        throw new CloudError(
          "PullThroughCacheRuleAlreadyExistsException",
          `A pull through cache rule with prefix '${inputs.ecrRepositoryPrefix}' already exists.`,
        );
    },
    make: ({ inputs, settings }) => ({
      id: String(inputs.ecrRepositoryPrefix),
      outputs: { registryId: settings.account },
    }),
  }),

  [template]: awsType({
    service: "ECR",
    thing: "ECR Repository Creation Template",
    calls: {
      create: "CreateRepositoryCreationTemplate",
      update: "UpdateRepositoryCreationTemplate",
      delete: "DeleteRepositoryCreationTemplate",
    },
    request: {
      service: "ecr",
      operation: "CreateRepositoryCreationTemplate",
      members: {
        encryptionConfigurations: "encryptionConfiguration",
        resourceTags: null,
        imageTagMutabilityExclusionFilters: "imageTagMutabilityExclusionFilters",
      },
    },
    immutable: ["prefix"],
    exclusive: true,
    defaults: { imageTagMutability: "MUTABLE" },
    references: [toKey("encryptionConfigurations.*.kmsKey"), toRoleArn("customRoleArn")],
    judge: ({ world, inputs, before }) => {
      if (!before && world.get(template, String(inputs.prefix)))
        throw new CloudError(
          "TemplateAlreadyExistsException",
          `A repository creation template with prefix '${inputs.prefix}' already exists.`,
        );
      // docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
      const needsRole =
        inputs.resourceTags !== undefined || JSON.stringify(inputs.encryptionConfigurations ?? "").includes("KMS");
      if (needsRole && !textOf(inputs, "customRoleArn"))
        throw new CloudError(
          "InvalidParameterException",
          "A custom role ARN is required when resource tags or KMS encryption are set.",
        );
    },
    make: ({ inputs, settings }) => ({ id: String(inputs.prefix), outputs: { registryId: settings.account } }),
  }),
};
