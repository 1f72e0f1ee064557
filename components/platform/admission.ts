import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Jurisdiction } from "../country.ts";

/** Admission that guards what bypasses Pulumi, in every namespace that is part of Freehold, those of its add-ons included. */
export function admission(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  admitImages(jurisdiction, opts);
  admitHosts(jurisdiction, opts);
  admitClosedEgress(jurisdiction, opts);
}

/** Pods start only images of the declared registries, whoever creates them. */
function admitImages({ registries }: Jurisdiction, opts: pulumi.ResourceOptions) {
  const here = cel(`^(${registries.map((registry) => pattern(`${registry}/`)).join("|")})`);
  const message = (what: string) => `${what} come from ${registries.join(", ")} only.`;
  admit(
    "images-from-here",
    {
      resources: { "/v1": ["pods", "pods/ephemeralcontainers"] },
      validations: [
        {
          expression: `(object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])).all(c, c.image.matches(${here}))`,
          message: message("Images"),
        },
        {
          expression: `object.spec.?volumes.orValue([]).all(v, !has(v.image) || v.image.reference.matches(${here}))`,
          message: message("Image volumes"),
        },
      ],
    },
    opts,
  );
}

/** What hands data on leads to services of this cluster and to hosts that were declared to be in the country. */
function admitHosts({ hosts }: Jurisdiction, opts: pulumi.ResourceOptions) {
  const inCluster = pattern("*.svc");
  const here = cel(`^(${[inCluster, pattern("*.svc.cluster.local"), ...hosts.map(pattern)].join("|")})$`);
  const message = (what: string) => `${what} services of this cluster or hosts declared under guards.hosts.`;
  admit(
    "data-stays-here",
    {
      resources: { "gateway.envoyproxy.io/*": ["backends"] },
      validations: [
        {
          expression: "!has(object.spec.type) || object.spec.type == 'Endpoints'",
          message: "A dynamic resolver would forward prompts to any host a client names.",
        },
        {
          expression: `has(object.spec.endpoints) && object.spec.endpoints.all(e, has(e.fqdn) && e.fqdn.hostname.matches(${here}))`,
          message: message("Backends are"),
        },
      ],
    },
    opts,
  );
  admit(
    "names-lead-here",
    {
      resources: { "/v1": ["services"] },
      validations: [
        {
          expression: `object.spec.?type.orValue('') != 'ExternalName' || object.spec.externalName.matches(${here})`,
          message: message("External names are"),
        },
      ],
    },
    opts,
  );
  admit(
    "backups-stay-here",
    {
      resources: { "barmancloud.cnpg.io/*": ["objectstores"] },
      validations: [
        {
          expression: `has(object.spec.configuration.endpointURL) && url(object.spec.configuration.endpointURL).getHostname().matches(${here})`,
          message: message("Backups go to"),
        },
      ],
    },
    opts,
  );
}

// As data-stays-here has it in policies: nothing routes these to the outside.
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

/** Nobody opens a namespace to the world, or steps around its network policies on the node's own network. */
function admitClosedEgress({ hosts }: Jurisdiction, opts: pulumi.ResourceOptions) {
  const declared = cel(hosts.filter((host) => /^\d+(\.\d+){3}$/.test(host)).map((host) => `${host}/32`));
  admit(
    "egress-closed",
    {
      resources: { "networking.k8s.io/v1": ["networkpolicies"] },
      validations: [
        {
          expression: "object.spec.?egress.orValue([]).all(e, has(e.to) && e.to.size() > 0)",
          message: "An egress rule names where it leads; everywhere is nowhere in particular.",
        },
        {
          expression: `object.spec.?egress.orValue([]).all(e, e.?to.orValue([]).all(t, !has(t.ipBlock) || t.ipBlock.cidr in ${declared} || ${cel(privateRanges)}.exists(r, cidr(r).containsCIDR(t.ipBlock.cidr))))`,
          message: "Egress leads to private addresses, and to public ones that are declared under guards.hosts.",
        },
      ],
    },
    opts,
  );
  admit(
    "no-host-network",
    {
      resources: { "/v1": ["pods"] },
      validations: [
        {
          expression: "!object.spec.?hostNetwork.orValue(false)",
          message: "A pod on the node's network is beyond every network policy.",
        },
      ],
      // Drivers of disks and GPUs belong to the node; their namespaces are privileged and nobody else's.
      except: { key: "pod-security.kubernetes.io/enforce", operator: "In", values: ["privileged"] },
    },
    opts,
  );
}

type Admission = {
  /** Resources by group and version; `/v1` is the core. */
  resources: Record<string, string[]>;
  /** What is admitted or not; creations and updates where nothing is said. */
  operations?: ("CREATE" | "UPDATE" | "DELETE")[];
  validations: { expression: string; message: string }[];
  /** Label of the only namespaces it is for. */
  only?: string;
  /** Namespaces that are left out. */
  except?: { key: string; operator: "In"; values: string[] };
};

/** One ValidatingAdmissionPolicy with its binding to Freehold's namespaces, failing closed. */
export function admit(name: string, admission: Admission, opts: pulumi.ResourceOptions) {
  const { resources, operations = ["CREATE", "UPDATE"], validations, except, only } = admission;
  const policyName = `${name}.freehold.dev`;
  const matchExpressions = [
    ...(except ? [{ ...except, operator: "NotIn" }] : []),
    ...(only ? [{ key: only, operator: "Exists" }] : []),
  ];
  new ValidatingAdmissionPolicy(
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
        validations,
      },
    },
    opts,
  );
  new ValidatingAdmissionPolicyBinding(
    name,
    {
      metadata: { name: policyName },
      spec: {
        policyName,
        validationActions: ["Deny"],
        matchResources: {
          namespaceSelector: {
            matchLabels: { "app.kubernetes.io/part-of": "freehold" },
            ...(matchExpressions.length > 0 && { matchExpressions }),
          },
        },
      },
    },
    opts,
  );
}

/** A host or registry as the country file declares it, as a regular expression: `*.` stands for one label or more. */
function pattern(declared: string): string {
  const wild = declared.startsWith("*.");
  const escaped = (wild ? declared.slice(2) : declared).replace(/[.+?()[\]{}|^$\\]/g, "\\$&");
  return wild ? `([a-z0-9_-]+\\.)+${escaped}` : escaped;
}

/** A string, or a list of strings, as a CEL literal. JSON's escapes are a subset of CEL's. */
function cel(value: string | string[]): string {
  return JSON.stringify(value);
}
