import { parse } from "yaml";
import { eksAddons } from "../../../../catalogue/index.ts";
import { CloudError } from "../../cloud-error.ts";
import { textOf } from "../../known.ts";
import { type AwsType, arnOf, awsType, newUuid } from "../aws-type.ts";
import { toCluster } from "./clusters.ts";
import { role, toRoleArn, trusts } from "./roles.ts";

const podIdentity = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

/** What EKS itself installs in a cluster, and which roles its pods take. It goes with the cluster. */
export const clusterAddons: Record<string, AwsType> = {
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

function isObject(text: string): boolean {
  try {
    return typeof parse(text) === "object";
  } catch {
    return false;
  }
}
