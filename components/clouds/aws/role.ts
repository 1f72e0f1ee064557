import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsNames } from "./partition.ts";
import { policyDocument, type Statement, trust } from "./policy-document.ts";
import type { AwsTarget } from "./target.ts";

export type RoleArgs = {
  target: Pick<AwsTarget, "account" | "cluster">;
  names: AwsNames;
};

type Rights = {
  /** Policies that AWS keeps for the purpose, by their names. */
  managed?: string[];
  /** What it may do beside them. */
  own?: Statement[];
};

/** A role, and what it may do: whoever takes the role depends on both. */
export type RoleMade = { role: Role; rights: pulumi.Resource[] };

/** A role that a service of AWS takes on behalf of the country. */
export function serviceRole(
  name: string,
  { service, ...trusted }: { service: string; account?: string; actions?: string[] },
  rights: Rights,
  { target, names }: RoleArgs,
  inside: { parent: pulumi.Resource },
): RoleMade {
  const role = new Role(
    name,
    { name: `${target.cluster}-${name}`, assumeRolePolicy: trust(names.principal(service), trusted) },
    inside,
  );
  const attached = (rights.managed ?? []).map(
    (policy) =>
      new RolePolicyAttachment(
        `${name}-${policy.split("/").at(-1)}`,
        { role: role.name, policyArn: names.managedPolicy(policy) },
        inside,
      ),
  );
  const written = rights.own
    ? [new RolePolicy(name, { name: role.name, role: role.name, policy: policyDocument(...rights.own) }, inside)]
    : [];
  return { role, rights: [...attached, ...written] };
}

/** A role that pods take by EKS Pod Identity. */
export function podRole(name: string, rights: Rights, args: RoleArgs, inside: { parent: pulumi.Resource }): RoleMade {
  // The session is tagged with cluster, namespace and service account.
  const actions = ["sts:AssumeRole", "sts:TagSession"];
  return serviceRole(name, { service: "pods.eks", account: args.target.account, actions }, rights, args, inside);
}
