import { parse } from "yaml";
import { eksAccessPolicies, eksAddons } from "../../../../catalogue/index.ts";
import { CloudError } from "../../cloud-error.ts";
import { mapOf, textOf, textsOf } from "../../known.ts";
import type { World } from "../../world.ts";
import { type AwsType, arnFaults, arnOf, awsType, newUuid } from "../aws-type.ts";
import type { AwsSettings } from "../settings.ts";
import { cluster, toCluster } from "./clusters.ts";
import { role, toRoleArn, trusts } from "./roles.ts";

const accessEntry = "aws:eks/accessEntry:AccessEntry";
const podIdentity = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

/** Who and what is let into a cluster, and what EKS itself installs there. All of it goes with the cluster. */
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

  "aws:eks/addon:Addon": awsType({
    service: "EKS",
    thing: "EKS Add-On",
    calls: { create: "CreateAddon", update: "UpdateAddon", delete: "DeleteAddon" },
    request: {
      service: "eks",
      operation: "CreateAddon",
      members: {
        resolveConflictsOnCreate: "resolveConflicts",
        resolveConflictsOnUpdate: "resolveConflicts",
        preserve: null,
      },
    },
    immutable: ["addonName", "clusterName", "namespaceConfig"],
    exclusive: true,
    references: [toCluster("clusterName", false), toRoleArn("serviceAccountRoleArn")],
    check: ({ addonName, addonVersion, configurationValues, resolveConflictsOnCreate }) => [
      ...(typeof addonName === "string" && !eksAddons().includes(addonName)
        ? [
            {
              property: "addonName",
              reason: `InvalidParameterException: Addon ${addonName} specified is not supported`,
            },
          ]
        : []),
      ...(typeof addonVersion === "string" && !/^v\d+\.\d+\.\d+(-[\w.-]+)?-eksbuild\.\d+$/.test(addonVersion)
        ? [
            {
              property: "addonVersion",
              reason: `InvalidParameterException: Addon version specified is not supported: ${addonVersion}`,
            },
          ]
        : []),
      ...(typeof configurationValues === "string" && !isObject(configurationValues)
        ? [
            {
              property: "configurationValues",
              reason:
                "InvalidParameterException: ConfigurationValue provided in request is not supported: it has to be a JSON or YAML object",
            },
          ]
        : []),
      ...(resolveConflictsOnCreate === "PRESERVE"
        ? [
            {
              property: "resolveConflictsOnCreate",
              reason: `expected resolve_conflicts_on_create to be one of ["NONE" "OVERWRITE"], got PRESERVE`,
            },
          ]
        : []),
    ],
    judge: ({ world, inputs, before }) => {
      if (!before && world.get("aws:eks/addon:Addon", `${inputs.clusterName}:${inputs.addonName}`))
        throw new CloudError("ResourceInUseException", "Addon already exists.", 409);
    },
    make: (call) => ({
      id: `${call.inputs.clusterName}:${call.inputs.addonName}`,
      outputs: {
        arn: arnOf(call, "eks", `addon/${call.inputs.clusterName}/${call.inputs.addonName}/${newUuid()}`),
        addonVersion: call.inputs.addonVersion ?? "v1.0.0-eksbuild.1",
        configurationValues: call.inputs.configurationValues ?? "",
        createdAt: new Date().toISOString(),
        modifiedAt: new Date().toISOString(),
      },
    }),
    waits: true,
    takesMs: { create: 300, update: 200, delete: 100 },
  }),

  [podIdentity]: awsType({
    service: "EKS",
    thing: "EKS Pod Identity Association",
    calls: {
      create: "CreatePodIdentityAssociation",
      update: "UpdatePodIdentityAssociation",
      delete: "DeletePodIdentityAssociation",
    },
    request: { service: "eks", operation: "CreatePodIdentityAssociation" },
    immutable: ["clusterName", "namespace", "serviceAccount"],
    references: [toCluster("clusterName", false), toRoleArn("roleArn")],
    judge: ({ world, inputs, before }) => {
      const found = world.find([role], String(inputs.roleArn));
      if (!trusts(textOf(found?.inputs, "assumeRolePolicy"), /^pods\.eks\.amazonaws\./)) {
        throw new CloudError(
          "InvalidParameterException",
          "Trust policy of role is invalid: it has to let pods.eks.amazonaws.com assume it and tag the session",
        );
      }
      const twin = world
        .standing(podIdentity)
        .find(
          (one) =>
            one.id !== before?.id &&
            ["clusterName", "namespace", "serviceAccount"].every((name) => one.inputs[name] === inputs[name]),
        );
      if (twin) throw new CloudError("ResourceInUseException", `Association already exists: ${twin.id}`, 409);
    },
    make: (call) => {
      const id = `a-${newUuid().replaceAll("-", "").slice(0, 17)}`;
      return {
        id,
        outputs: {
          associationId: id,
          associationArn: arnOf(call, "eks", `podidentityassociation/${call.inputs.clusterName}/${id}`),
          externalId: "",
        },
      };
    },
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

function isObject(text: string): boolean {
  try {
    return typeof parse(text) === "object";
  } catch {
    return false;
  }
}
