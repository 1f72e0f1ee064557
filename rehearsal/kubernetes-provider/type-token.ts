/** What a Pulumi resource is in Kubernetes' terms. */
export type TypeToken = {
  apiVersion: string;
  /** The kind in the cluster: `Namespace` for both `core/v1:Namespace` and `core/v1:NamespacePatch`. */
  kind: string;
  name: string;
  /** Whether the resource owns only some fields of an object that others made. */
  isPatch: boolean;
};

/** Type and name of a URN, `urn:pulumi:stack::project::parent$type::name`. */
export function parseUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

/**
 * Reads a type token such as `kubernetes:apps/v1:Deployment`. `inputs` decide whether `...Patch` is the end of a kind's own
 * name or the mark of a patch. Throws for what is no Kubernetes object.
 */
export function parseTypeToken(type: string, inputs: { apiVersion?: unknown; kind?: unknown } = {}): TypeToken {
  const [, group = "", version = "", name = ""] = /^kubernetes:([^/:]+)\/([^/:]+):([^/:]+)$/.exec(type) ?? [];
  if (!name) throw new Error(`${type} is no Kubernetes object; expected kubernetes:<group>/<version>:<kind>`);
  const isPatch = name.endsWith("Patch") && name !== inputs.kind;
  return {
    apiVersion: text(inputs.apiVersion) ?? (group === "core" ? version : `${group}/${version}`),
    kind: text(inputs.kind) ?? (isPatch ? name.slice(0, -"Patch".length) : name),
    name,
    isPatch,
  };
}

const builtInGroups = `
  admissionregistration.k8s.io apiextensions.k8s.io apiregistration.k8s.io authentication.k8s.io authorization.k8s.io
  certificates.k8s.io coordination.k8s.io discovery.k8s.io events.k8s.io flowcontrol.apiserver.k8s.io
  internal.apiserver.k8s.io networking.k8s.io node.k8s.io rbac.authorization.k8s.io resource.k8s.io scheduling.k8s.io
  storage.k8s.io storagemigration.k8s.io
`.split(/\s+/);

/** Whether an apiVersion belongs to Kubernetes itself, so that no custom resource definition can ever add a kind to it. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes(".") || builtInGroups.includes(group);
}

/** The group of an apiVersion; the core group is the empty one. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
