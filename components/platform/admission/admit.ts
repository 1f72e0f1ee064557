import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import type * as pulumi from "@pulumi/pulumi";

/** What a policy looks at, what it admits, and where. */
export type Admission = {
  /** Resources by group and version; `/v1` is the core. */
  resources: Record<string, string[]>;
  /** What is admitted or not; creations and updates where nothing is said. */
  operations?: ("CREATE" | "UPDATE" | "DELETE")[];
  /** Requests that are not for it are let through unread. */
  when?: pulumi.Input<string>;
  /** Values that several expressions use, each may use those before it. */
  variables?: Record<string, string>;
  validations: Validation[];
  /** Label of the only namespaces it is for. */
  only?: string;
  /** Namespaces that are left out. */
  except?: { key: string; operator: "In"; values: string[] };
  /** All namespaces, Freehold's or not. */
  everywhere?: true;
};

/** What has to be true, and what is said where it is not: a text, or what an expression makes of it. */
export type Validation = { expression: string; message: string; messageExpression?: string };

/**
 * One ValidatingAdmissionPolicy with its binding to Freehold's namespaces, failing closed. Objects that stand in no namespace
 * are judged whoever they belong to.
 */
export function admit(name: string, admission: Admission, opts: pulumi.ResourceOptions): pulumi.Resource[] {
  const { resources, operations = ["CREATE", "UPDATE"], when, variables = {}, validations } = admission;
  const policyName = `${name}.freehold.dev`;
  const policy = new ValidatingAdmissionPolicy(
    name,
    {
      metadata: { name: policyName },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: Object.entries(resources).map(([groupVersion, named]) => {
            const [group = "", version = ""] = groupVersion.split("/");
            return { apiGroups: [group], apiVersions: [version], resources: named, operations };
          }),
        },
        ...(when && { matchConditions: [{ name: "concerned", expression: when }] }),
        variables: Object.entries(variables).map(([variable, expression]) => ({ name: variable, expression })),
        validations,
      },
    },
    opts,
  );
  const binding = new ValidatingAdmissionPolicyBinding(
    name,
    {
      metadata: { name: policyName },
      spec: {
        policyName,
        // The refusal stands in the audit log too, with the expression that failed.
        validationActions: ["Deny", "Audit"],
        ...(!admission.everywhere && { matchResources: { namespaceSelector: namespaces(admission) } }),
      },
    },
    opts,
  );
  return [policy, binding];
}

function namespaces({ except, only }: Admission) {
  const matchExpressions = [
    ...(except ? [{ ...except, operator: "NotIn" }] : []),
    ...(only ? [{ key: only, operator: "Exists" }] : []),
  ];
  return {
    matchLabels: { "app.kubernetes.io/part-of": "freehold" },
    ...(matchExpressions.length > 0 && { matchExpressions }),
  };
}
