import { createHash } from "node:crypto";
import { CloudError } from "../../cloud-error.ts";
import type { Fault, Reference } from "../../cloud-type.ts";
import { textOf } from "../../known.ts";
import { type AwsCall, type AwsType, arnFaults, arnOf, awsType, parseArn, reference } from "../aws-type.ts";
import { principalsOf, readPolicy } from "../policy-document.ts";

export const role = "aws:iam/role:Role";

/** A reference to a role by its name. */
const toRole = (at: string) =>
  reference(at, role, "NoSuchEntity", (name) => `The role with name ${name} cannot be found.`);

/** A reference to a role by its ARN: a program makes the roles that its services take. */
export const toRoleArn = (at: string): Reference => ({
  at,
  to: [role],
  holds: false,
  missing: (arn) => new CloudError("InvalidParameterValue", `The role ${arn} does not exist or cannot be assumed`),
});

/** Roles and what they may. */
export const roles: Record<string, AwsType> = {
  [role]: awsType({
    service: "IAM",
    thing: "IAM Role",
    global: true,
    calls: { create: "CreateRole", update: "UpdateRole", delete: "DeleteRole" },
    request: {
      service: "iam",
      operation: "CreateRole",
      members: {
        name: "RoleName",
        assumeRolePolicy: "AssumeRolePolicyDocument",
        permissionsBoundary: "PermissionsBoundary",
        inlinePolicies: null,
        tags: null,
      },
    },
    autoname: { property: "name", maxLength: 64, unless: ["namePrefix"] },
    immutable: ["name", "namePrefix", "path"],
    defaults: { path: "/", maxSessionDuration: 3600, forceDetachPolicies: false },
    check: ({ assumeRolePolicy }) => policyFaults("assumeRolePolicy", assumeRolePolicy),
    judge: (call) => {
      const { world, inputs, before } = call;
      const name = textOf(inputs, "name");
      if (!before && name && world.get(role, name))
        throw new CloudError("EntityAlreadyExists", `Role with name ${name} already exists.`, 409);
      judgePrincipals(call);
    },
    make: (call) => {
      const name = textOf(call.inputs, "name") ?? `${textOf(call.inputs, "namePrefix")}${Date.now()}`;
      const path = textOf(call.inputs, "path") ?? "/";
      return {
        id: name,
        outputs: {
          name,
          arn: arnOf(call, "iam", `role${path}${name}`),
          uniqueId: `AROA${createHash("sha256").update(`${name}${Date.now()}`).digest("hex").slice(0, 17).toUpperCase()}`,
          createDate: new Date().toISOString(),
          managedPolicyArns: call.inputs.managedPolicyArns ?? [],
          inlinePolicies: call.inputs.inlinePolicies ?? [],
        },
      };
    },
    inUse: (_, users) =>
      new CloudError(
        "DeleteConflict",
        users.some(({ type }) => type.includes("rolePolicyAttachment"))
          ? "Cannot delete entity, must detach all policies first."
          : "Cannot delete entity, must delete policies first.",
        409,
      ),
    takesMs: { create: 120 },
  }),

  "aws:iam/rolePolicy:RolePolicy": awsType({
    service: "IAM",
    thing: "IAM Role Policy",
    global: true,
    calls: { create: "PutRolePolicy", update: "PutRolePolicy", delete: "DeleteRolePolicy" },
    request: {
      service: "iam",
      operation: "PutRolePolicy",
      members: { name: "PolicyName", role: "RoleName", policy: "PolicyDocument" },
    },
    autoname: { property: "name", maxLength: 128, unless: ["namePrefix"] },
    immutable: ["name", "namePrefix", "role"],
    references: [toRole("role")],
    check: ({ policy }) => [...policyFaults("policy", policy), ...resourceFaults(policy)],
    make: ({ inputs }) => {
      const name = textOf(inputs, "name") ?? `${textOf(inputs, "namePrefix")}${Date.now()}`;
      return { id: `${inputs.role}:${name}`, outputs: { name } };
    },
  }),

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": awsType({
    service: "IAM",
    thing: "IAM Role Policy Attachment",
    global: true,
    calls: { create: "AttachRolePolicy", delete: "DetachRolePolicy" },
    request: { service: "iam", operation: "AttachRolePolicy", members: { role: "RoleName" } },
    immutable: ["policyArn", "role"],
    references: [toRole("role")],
    check: ({ policyArn }, settings) =>
      typeof policyArn === "string" ? arnFaults("policyArn", policyArn, settings, "iam") : [],
    judge: ({ inputs }) => {
      const arn = parseArn(textOf(inputs, "policyArn"));
      // Policies of AWS itself stand under the account `aws`; there are no others in this cloud.
      if (arn?.account !== "aws" || !arn.resource.startsWith("policy/"))
        throw new CloudError("NoSuchEntity", `Policy ${inputs.policyArn} does not exist or is not attachable.`, 404);
    },
    make: ({ inputs }) => ({ id: `${inputs.role}/${inputs.policyArn}`, outputs: {} }),
  }),
};

/** Whether a role's trust lets a service take it: `eks.amazonaws.com`. */
export function trusts(assumeRolePolicy: string | undefined, service: RegExp): boolean {
  const read = readPolicy(assumeRolePolicy);
  return (
    "statements" in read &&
    read.statements.some(
      ({ Effect, Principal, Action = [] }) =>
        Effect === "Allow" &&
        Action.some((action) => action === "*" || action.startsWith("sts:")) &&
        Principal?.Service?.some((name) => service.test(name)),
    )
  );
}

/** IAM knows every principal that a trust names: services by their form, ARNs of its own partition, roles of its account. */
function judgePrincipals({ world, inputs, settings, before }: AwsCall): void {
  const read = readPolicy(textOf(inputs, "assumeRolePolicy"));
  if ("fault" in read) return;
  const invalid = (kind: string, name: string) =>
    new CloudError("MalformedPolicyDocument", `Invalid principal in policy: "${kind.toUpperCase()}":"${name}"`);
  for (const [kind, name] of principalsOf(read.statements)) {
    if (
      kind === "Service" &&
      !/^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazonaws\.eu|amazon\.com|aws\.internal)$/.test(name)
    )
      throw invalid(kind, name);
    if (kind !== "AWS" || name === "*" || /^\d{12}$/.test(name)) continue;
    const arn = parseArn(name);
    if (!arn || arn.partition !== settings.partition.name || !/^\d{12}$/.test(arn.account)) throw invalid(kind, name);
    const ours = arn.account === settings.account && arn.resource.startsWith("role/");
    const itself = before === undefined && arn.resource.endsWith(`/${textOf(inputs, "name")}`);
    // Roles that were there before this program are not in its world; only those that it says it makes are missed.
    if (ours && itself && !world.find([role], name)) throw invalid(kind, name);
  }
}

function policyFaults(property: string, policy: unknown): Fault[] {
  const read = typeof policy === "string" ? readPolicy(policy) : undefined;
  return read && "fault" in read ? [{ property, reason: `MalformedPolicyDocument: ${read.fault}` }] : [];
}

/** A policy of an identity says what it is about, and never who. */
function resourceFaults(policy: unknown): Fault[] {
  const read = typeof policy === "string" ? readPolicy(policy) : { fault: "" };
  if ("fault" in read) return [];
  if (read.statements.some(({ Principal, NotPrincipal }) => Principal || NotPrincipal))
    return [{ property: "policy", reason: "MalformedPolicyDocument: Policy document should not specify a principal." }];
  if (read.statements.some(({ Resource, NotResource }) => !Resource && !NotResource))
    return [{ property: "policy", reason: "MalformedPolicyDocument: Policy statement must contain resources." }];
  return [];
}
