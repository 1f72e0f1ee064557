import { randomUUID } from "node:crypto";
import { azureBuiltinRole } from "../../../../catalogue/azure-offering.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, textOf } from "../../known.ts";
import { type AzureCall, armType, everything, resourceNotFound } from "../arm-type.ts";
import { stands } from "../outside.ts";
import { guid, parseResourceId, sameId } from "../resource-id.ts";

const naming = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/,
  rule: "3 to 128 letters, digits, hyphens and underscores, the first a letter or digit",
};
const identities =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ManagedIdentity";

export const userAssignedIdentity = armType({
  path: `${identities}/userAssignedIdentities/{resourceName}`,
  apiVersion: "2023-01-31",
  model: { file: "arm-msi", class: "Identity" },
  naming,
  outputs: ({ before, settings }) => ({
    clientId: before?.outputs.clientId ?? randomUUID(),
    principalId: before?.outputs.principalId ?? randomUUID(),
    tenantId: settings.subscription.tenant,
  }),
});

export const federatedIdentityCredential = armType({
  path: `${identities}/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}`,
  apiVersion: "2023-01-31",
  model: { file: "arm-msi", class: "FederatedIdentityCredential" },
  naming: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/,
    rule: "3 to 120 letters, digits, hyphens and underscores, the first a letter or digit",
  },
  check: (inputs) => {
    const issuer = textOf(inputs, "issuer");
    const faults: Fault[] = [];
    if (issuer !== undefined && !issuer.startsWith("https://"))
      faults.push({ property: "issuer", reason: `'issuer' is '${issuer}'; it must be an https URL` });
    if (Array.isArray(inputs.audiences) && inputs.audiences.length !== 1)
      faults.push({ property: "audiences", reason: "'audiences' must have exactly one member" });
    return faults;
  },
  judge: ({ world, inputs }, id) => {
    const siblings = everything(world).filter(
      (one) => !sameId(one.id, id) && one.id.split("/").slice(0, -2).join("/") === id.split("/").slice(0, -2).join("/"),
    );
    const same = siblings.find((one) => one.inputs.issuer === inputs.issuer && one.inputs.subject === inputs.subject);
    if (same) {
      throw new CloudError(
        "FederatedIdentityCredentialAlreadyExists",
        `Issuer and subject combination already exists for this Managed Identity (${same.outputs.name}).`,
        409,
      );
    }
    if (siblings.length >= 20) {
      throw new CloudError("TooManyFederatedIdentityCredentials", "A managed identity takes 20 of them at most.");
    }
  },
});

// Entra needs a while until every part of Azure knows a new principal; who says of what type it is need not wait.
const replicationMs = 10_000;

export const roleAssignment = armType({
  path: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  apiVersion: "2022-04-01",
  model: { file: "arm-authorization", class: "RoleAssignmentCreateParameters" },
  autoname: "guid",
  naming: { pattern: guid, rule: "a GUID" },
  immutable: ["principalId"],
  // Azure updates descriptions and conditions of an assignment, and nothing else.
  frozen: ["roleDefinitionId", "principalType"],
  check: (inputs) => {
    const faults: Fault[] = [];
    const say = (property: string, rule: string) => {
      const value = textOf(inputs, property);
      if (value !== undefined) faults.push({ property, reason: `'${property}' is '${value}'; it must be ${rule}` });
    };
    const role = textOf(inputs, "roleDefinitionId");
    const scope = textOf(inputs, "scope");
    if (!guid.test(textOf(inputs, "principalId") ?? "00000000-0000-0000-0000-000000000000"))
      say("principalId", "a GUID");
    if (role && !/\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f-]{36}$/i.test(role))
      say("roleDefinitionId", "the id of a role definition");
    if (scope && !parseResourceId(`/${scope.replace(/^\//, "")}`))
      say("scope", "the id of a resource, group or subscription");
    return faults;
  },
  judge: (call) => {
    const { inputs, settings } = call;
    const scope = `/${String(inputs.scope).replace(/^\//, "")}`;
    const { subscription, type } = parseResourceId(scope)!;
    if (subscription.toLowerCase() !== settings.subscriptionId.toLowerCase()) {
      throw new CloudError(
        "LinkedAuthorizationFailed",
        `The client '${settings.subscription.caller.objectId}' has no permission on '${scope}', which is of another subscription.`,
        403,
      );
    }
    if (type !== "Microsoft.Resources/subscriptions" && !stands(call, scope)) throw resourceNotFound(scope);
    judgeRole(call);
    if (!call.before) judgePrincipal(call);
    judgeTwin(call, scope);
  },
  outputs: ({ inputs, before }) => ({
    principalType: textOf(inputs, "principalType") ?? "ServicePrincipal",
    createdOn: before?.outputs.createdOn ?? new Date().toISOString(),
  }),
});

function judgeRole({ inputs, settings }: AzureCall) {
  const id = String(inputs.roleDefinitionId).split("/").at(-1)!;
  if (azureBuiltinRole(id) || settings.subscription.roleDefinitions.some((one) => sameId(one, id))) return;
  throw new CloudError("RoleDefinitionDoesNotExist", `The specified role definition with ID '${id}' does not exist.`);
}

/** People and groups are the tenant's and stand outside this world; identities of machines are of it. */
function judgePrincipal({ world, inputs, settings }: AzureCall) {
  const principal = String(inputs.principalId);
  const type = textOf(inputs, "principalType");
  const { caller, principals, tenant } = settings.subscription;
  if (type === "Group" || type === "User" || [caller.objectId, ...principals].some((one) => sameId(one, principal)))
    return;
  const owner = everything(world).find(({ outputs }) => principalsOf(outputs).some((one) => sameId(one, principal)));
  const young = owner !== undefined && Date.now() - Date.parse(owner.created) < replicationMs;
  if (owner && (type !== undefined || !young)) return;
  throw new CloudError(
    "PrincipalNotFound",
    `Principal ${principal.replaceAll("-", "")} does not exist in the directory ${tenant}. Check that you have the correct ` +
      "principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to " +
      "a replication delay. In this case, set the role assignment principalType property to a value, such as " +
      "ServicePrincipal, User, or Group.",
  );
}

function principalsOf(outputs: Record<string, unknown>): string[] {
  const own = mapOf(outputs as never, "identity")?.principalId;
  return [outputs.principalId, own].filter((one) => typeof one === "string");
}

function judgeTwin({ world, inputs, before }: AzureCall, scope: string) {
  const twin = world
    .standing("azure-native:authorization:RoleAssignment")
    .find(
      (one) =>
        one.id !== before?.id &&
        sameId(`/${String(one.inputs.scope).replace(/^\//, "")}`, scope) &&
        sameId(textOf(one.inputs, "principalId"), textOf(inputs, "principalId")) &&
        String(one.inputs.roleDefinitionId).split("/").at(-1) === String(inputs.roleDefinitionId).split("/").at(-1),
    );
  if (!twin) return;
  throw new CloudError(
    "RoleAssignmentExists",
    `The role assignment already exists. The ID of the existing role assignment is ${twin.outputs.name}.`,
    409,
  );
}
