import { eksAccessPolicies } from "../../../../catalogue/index.ts";
import { CloudError } from "../../cloud-error.ts";
import { mapOf, textOf, textsOf } from "../../known.ts";
import type { World } from "../../world.ts";
import { type AwsType, arnFaults, arnOf, awsType, newUuid } from "../aws-type.ts";
import type { AwsSettings } from "../settings.ts";
import { cluster, toCluster } from "./clusters.ts";

const accessEntry = "aws:eks/accessEntry:AccessEntry";

/** Who is let into a cluster, and as what. It goes with the cluster. */
export const clusterAccess: Record<string, AwsType> = {
  [accessEntry]: awsType({
    service: "EKS",
    thing: "EKS Access Entry",
    calls: { create: "CreateAccessEntry", update: "UpdateAccessEntry", delete: "DeleteAccessEntry" },
    request: { service: "eks", operation: "CreateAccessEntry", members: { userName: "username" } },
    immutable: ["clusterName", "principalArn", "type"],
    exclusive: true,
    defaults: { type: "STANDARD" },
    references: [toCluster("clusterName", false)],
    check: ({ principalArn, type, kubernetesGroups }, settings) => [
      ...(typeof principalArn === "string" ? arnFaults("principalArn", principalArn, settings) : []),
      // docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
      ...(typeof type === "string" &&
      !["STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"].includes(type)
        ? [
            {
              property: "type",
              reason: `InvalidParameterException: The type ${type} of the access entry is not supported`,
            },
          ]
        : []),
      ...textsOf({ groups: kubernetesGroups ?? [] }, "groups")
        .filter((group) => /^(system:|eks:|aws:|amazon:|iam:)/.test(group))
        .map((group) => ({
          property: "kubernetesGroups",
          reason: `InvalidParameterException: The kubernetes group name ${group} is invalid, it cannot start with system:, eks:, aws:, amazon: or iam:`,
        })),
    ],
    judge: ({ world, inputs, before }) => {
      judgeAuthentication(world, String(inputs.clusterName));
      const arn = String(inputs.principalArn);
      if (!/:(role|user)\//.test(arn) || arn.includes(":sts:"))
        throw new CloudError(
          "InvalidParameterException",
          `The specified principalArn is invalid: invalid principal ${arn}.`,
        );
      if (!before && world.get(accessEntry, `${inputs.clusterName}:${arn}`))
        throw new CloudError(
          "ResourceInUseException",
          "The specified access entry resource is already in use on this cluster.",
          409,
        );
    },
    make: (call) => ({
      id: `${call.inputs.clusterName}:${call.inputs.principalArn}`,
      outputs: {
        accessEntryArn: arnOf(
          call,
          "eks",
          `access-entry/${call.inputs.clusterName}/role/${call.settings.account}/${newUuid()}`,
        ),
        userName: call.inputs.userName ?? call.inputs.principalArn ?? "",
        kubernetesGroups: call.inputs.kubernetesGroups ?? [],
        createdAt: new Date().toISOString(),
        modifiedAt: new Date().toISOString(),
      },
    }),
    takesMs: { create: 150 },
  }),

  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": awsType({
    service: "EKS",
    thing: "EKS Access Policy Association",
    calls: { create: "AssociateAccessPolicy", delete: "DisassociateAccessPolicy" },
    request: { service: "eks", operation: "AssociateAccessPolicy" },
    immutable: ["clusterName", "policyArn", "principalArn", "accessScope"],
    exclusive: true,
    references: [toCluster("clusterName", false)],
    check: ({ policyArn, accessScope }, settings) => {
      const names = textsOf(mapOf({ accessScope: accessScope ?? {} }, "accessScope"), "namespaces");
      const scope = mapOf({ accessScope: accessScope ?? {} }, "accessScope")?.type;
      return [
        ...(typeof policyArn === "string" && !isAccessPolicy(policyArn, settings)
          ? [
              {
                property: "policyArn",
                reason: `InvalidParameterException: The policyArn parameter format is not valid: ${policyArn}; EKS has ${eksAccessPolicies().join(", ")} under arn:${settings.partition.name}:eks::aws:cluster-access-policy/`,
              },
            ]
          : []),
        ...(scope === "cluster" && names.length > 0
          ? [
              {
                property: "accessScope.namespaces",
                reason: "InvalidParameterException: namespaces cannot be set where the access scope is the cluster",
              },
            ]
          : []),
        ...(scope === "namespace" && names.length === 0
          ? [
              {
                property: "accessScope.namespaces",
                reason: "InvalidParameterException: namespaces must be set where the access scope is namespace",
              },
            ]
          : []),
      ];
    },
    judge: ({ world, inputs }) => {
      if (!world.get(accessEntry, `${inputs.clusterName}:${inputs.principalArn}`))
        throw new CloudError(
          "ResourceNotFoundException",
          "The specified principalArn could not be found. You must create an access entry first.",
          404,
        );
    },
    make: ({ inputs }) => ({
      id: `${inputs.clusterName}#${inputs.principalArn}#${inputs.policyArn}`,
      outputs: { associatedAt: new Date().toISOString(), modifiedAt: new Date().toISOString() },
    }),
    takesMs: { create: 150 },
  }),
};

function judgeAuthentication(world: World, name: string): void {
  const mode = textOf(mapOf(world.get(cluster, name)?.outputs, "accessConfig"), "authenticationMode");
  if (!mode?.startsWith("API"))
    throw new CloudError(
      "InvalidRequestException",
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    );
}

function isAccessPolicy(arn: string, { partition }: AwsSettings): boolean {
  const prefix = `arn:${partition.name}:eks::aws:cluster-access-policy/`;
  return arn.startsWith(prefix) && eksAccessPolicies().includes(arn.slice(prefix.length));
}
