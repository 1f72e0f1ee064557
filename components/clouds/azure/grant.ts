import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import type * as pulumi from "@pulumi/pulumi";
import { azureRole } from "../../../catalogue/azure-role.ts";
import { assignmentName } from "./names.ts";
import type { AzureTarget } from "./target.ts";

/** A built-in role on one resource, for one principal. */
export type Grant = {
  /** The role's name, such as `AcrPull`. */
  role: string;
  /** Object id of whoever gets it. */
  to: pulumi.Input<string>;
  /** Whether that is a group of people; a managed identity otherwise. */
  group?: true;
  /** Resource id on which it holds. */
  on: pulumi.Input<string>;
};

/** Grants a role; `name` is its purpose in the cluster, and has to be there once. */
export function grant(name: string, { role, to, group, on }: Grant, target: AzureTarget, opts: pulumi.ResourceOptions) {
  return new RoleAssignment(
    name,
    {
      roleAssignmentName: assignmentName(target, name),
      roleDefinitionId: azureRole(role, target.subscription),
      principalId: to,
      // Without its type, a principal that was made a moment ago is looked for in the directory, and not found yet.
      principalType: group ? "Group" : "ServicePrincipal",
      scope: on,
    },
    opts,
  );
}
