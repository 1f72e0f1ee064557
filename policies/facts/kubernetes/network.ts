import { at, type Fact, UNKNOWN } from "../../fact.ts";
import { rangeReach } from "../../sweep/address.ts";
import { type KubernetesObject, kindOf, listOf, record } from "./object.ts";

/** How one kind of network policy says what it opens, and whether it closes the rest. */
type Reading = (object: KubernetesObject) => Fact[];

const READINGS: Record<string, Reading> = {
  "NetworkPolicy.networking.k8s.io": networkPolicy,
  "CiliumNetworkPolicy.cilium.io": cilium,
  "CiliumClusterwideNetworkPolicy.cilium.io": cilium,
  "NetworkPolicy.crd.projectcalico.org": calico,
  "GlobalNetworkPolicy.crd.projectcalico.org": calico,
  "NetworkPolicy.projectcalico.org": calico,
  "GlobalNetworkPolicy.projectcalico.org": calico,
  "GlobalNetworkSet.crd.projectcalico.org": networkSet,
  "NetworkSet.crd.projectcalico.org": networkSet,
  "GlobalNetworkSet.projectcalico.org": networkSet,
  "NetworkSet.projectcalico.org": networkSet,
  "CiliumCIDRGroup.cilium.io": addressGroup,
  "ClusterNetworkPolicy.crd.antrea.io": antrea,
  "NetworkPolicy.crd.antrea.io": antrea,
  "ClusterGroup.crd.antrea.io": addressGroup,
  "Group.crd.antrea.io": addressGroup,
  "AdminNetworkPolicy.policy.networking.k8s.io": adminPolicy,
  "BaselineAdminNetworkPolicy.policy.networking.k8s.io": adminPolicy,
  "ClusterNetworkPolicy.policy.networking.k8s.io": adminPolicy,
};

/** Kinds that these readings describe; the sweeps leave their peers alone. */
export function isNetworkPolicy(object: KubernetesObject): boolean {
  return kindOf(object) in READINGS;
}

/** What a network policy opens towards the outside, and which namespace it isolates. */
export function network(object: KubernetesObject): Fact[] {
  return READINGS[kindOf(object)]?.(object) ?? [];
}

function networkPolicy(object: KubernetesObject): Fact[] {
  const spec = record(object.body.spec);
  const types = spec.policyTypes;
  // Without policyTypes a policy concerns egress only if it has egress rules.
  const concerned = Array.isArray(types) ? types.includes("Egress") : listOf(spec.egress).length > 0;
  if (!concerned) return [];
  const rules = listOf(spec.egress).flatMap((rule, index) => networkPolicyRule(rule, `spec.egress[${index}]`));
  return [...rules, ...(selectsAll(spec.podSelector) ? isolates(object, "spec.podSelector") : [])];
}

function networkPolicyRule(rule: unknown, path: string): Fact[] {
  const to = record(rule).to;
  if (rule === UNKNOWN || to === UNKNOWN) return [];
  // No peers means all of them, whatever the ports.
  if (listOf(to).length === 0) return [everything(path, "every destination")];
  return listOf(to).flatMap((peer, index) => {
    const where = at(at(path, "to"), index);
    const block = record(peer).ipBlock;
    return block === undefined ? [] : range(record(block).cidr, at(at(where, "ipBlock"), "cidr"));
  });
}

function cilium(object: KubernetesObject): Fact[] {
  const specs = object.body.specs === undefined ? [{ spec: object.body.spec, path: "spec" }] : [];
  listOf(object.body.specs).forEach((spec, index) => void specs.push({ spec, path: `specs[${index}]` }));
  return specs.flatMap(({ spec: raw, path }) => {
    const spec = record(raw);
    const rules = listOf(spec.egress).flatMap((rule, index) => ciliumRule(record(rule), `${path}.egress[${index}]`));
    // An empty list is to Cilium as none: a policy without rules for egress leaves it open.
    const closes =
      record(spec.enableDefaultDeny).egress ?? [...listOf(spec.egress), ...listOf(spec.egressDeny)].length > 0;
    const all = spec.endpointSelector !== undefined && selectsAll(spec.endpointSelector);
    const known = spec.enableDefaultDeny !== UNKNOWN;
    return [...rules, ...(known && closes === true && all ? isolates(object, `${path}.endpointSelector`) : [])];
  });
}

const DESTINATIONS = ["toEntities", "toFQDNs", "toCIDR", "toCIDRSet", "toServices", "toGroups", "toNodes"];
const SECURITY_GROUP = {
  why: "the addresses of a cloud's security group, which nobody reads here",
  remedy: "Write the addresses as toCIDR.",
};

function ciliumRule(rule: Record<string, unknown>, path: string): Fact[] {
  const facts: Fact[] = [];
  const opens = (key: string) => listOf(rule[key]).length > 0;
  // An empty list of endpoints selects none; any other that is empty says nothing.
  const named = DESTINATIONS.some((key) => opens(key) || rule[key] === UNKNOWN) || (rule.toEndpoints ?? null) !== null;
  if (!named && (opens("toPorts") || opens("icmps"))) facts.push(everything(path, "every destination"));
  listOf(rule.toEndpoints).forEach((selector, index) => {
    const world = reservedIn(record(selector)).find((name) => WORLD.test(name));
    if (world) facts.push(everything(at(at(path, "toEndpoints"), index), `entity ${world}`));
  });
  listOf(rule.toGroups).forEach((_, index) => {
    facts.push({ kind: "undecidable", path: at(at(path, "toGroups"), index), ...SECURITY_GROUP });
  });
  listOf(rule.toEntities).forEach((entity, index) => {
    const where = at(at(path, "toEntities"), index);
    if (WORLD.test(String(entity))) facts.push(everything(where, `entity ${String(entity)}`));
  });
  listOf(rule.toFQDNs).forEach((name, index) => {
    const where = at(at(path, "toFQDNs"), index);
    const { matchName, matchPattern } = record(name);
    if (typeof matchName === "string")
      facts.push({ kind: "host", path: at(where, "matchName"), value: matchName.toLowerCase() });
    if (typeof matchPattern === "string") facts.push(...namePattern(matchPattern, at(where, "matchPattern")));
  });
  listOf(rule.toCIDR).forEach((cidr, index) => void facts.push(...range(cidr, at(at(path, "toCIDR"), index))));
  listOf(rule.toCIDRSet).forEach((set, index) => {
    const where = at(at(path, "toCIDRSet"), index);
    const { cidr, cidrGroupRef: group } = record(set);
    facts.push(...range(cidr, at(where, "cidr")));
    if (typeof group === "string")
      facts.push({ kind: "reference", path: at(where, "cidrGroupRef"), value: group, ...GROUP, to: [groupId(group)] });
  });
  return facts;
}

const WORLD = /^(?:world(?:-ipv[46])?|all)$/;

/** Entities that a selector asks for by their label, `reserved:world`. */
function reservedIn({ matchLabels, matchExpressions }: Record<string, unknown>): string[] {
  const asked = listOf(matchExpressions)
    .map(record)
    .filter(({ operator }) => operator !== "NotIn" && operator !== "DoesNotExist");
  return [...Object.keys(record(matchLabels)), ...asked.map(({ key }) => String(key))].flatMap(
    (label) => /^(?:any[.:])?reserved[.:]([\w-]+)$/.exec(label)?.[1] ?? [],
  );
}

/** `*` and `*.com` are every name; `*.example.ch` is a host like another. */
function namePattern(pattern: string, path: string): Fact[] {
  const fixed = pattern.slice(pattern.lastIndexOf("*") + 1);
  if (!pattern.includes("*")) return [{ kind: "host", path, value: pattern.toLowerCase() }];
  if (!/^[^.]*\.[\w-]+\.[\w-]/.test(fixed)) return [everything(path, `every name that matches ${pattern}`)];
  return [{ kind: "host", path, value: `*${fixed.slice(fixed.indexOf("."))}`.toLowerCase() }];
}

function calico(object: KubernetesObject): Fact[] {
  const spec = record(object.body.spec);
  const concerned = Array.isArray(spec.types) ? spec.types.includes("Egress") : listOf(spec.egress).length > 0;
  if (!concerned) return [];
  const facts = listOf(spec.egress).flatMap((raw, index) => {
    const rule = record(raw);
    const path = `spec.egress[${index}]`;
    if (rule.action !== "Allow") return [];
    const { nets, domains, selector, namespaceSelector, services, serviceAccounts } = record(rule.destination);
    const hosts = listOf(domains).flatMap((name, at0) =>
      namePattern(String(name), `${path}.destination.domains[${at0}]`),
    );
    const ranges = listOf(nets).flatMap((net, at0) => range(net, `${path}.destination.nets[${at0}]`));
    const named = nets ?? domains ?? selector ?? namespaceSelector ?? services ?? serviceAccounts;
    return named === undefined ? [everything(path, "every destination")] : [...hosts, ...ranges];
  });
  const all = spec.selector === undefined || spec.selector === "" || spec.selector === "all()";
  return [...facts, ...(all && spec.namespaceSelector === undefined ? isolates(object, "spec.selector") : [])];
}

/** Addresses and names that policies of Calico open by a label. */
function networkSet({ body }: KubernetesObject): Fact[] {
  const { nets, allowedEgressDomains } = record(body.spec);
  return [
    ...listOf(nets).flatMap((net, index) => range(net, `spec.nets[${index}]`)),
    ...listOf(allowedEgressDomains).flatMap((name, index) =>
      namePattern(String(name), `spec.allowedEgressDomains[${index}]`),
    ),
  ];
}

// The addresses are judged where the group is.
const GROUP = { otherwise: "undecidable", remedy: "Declare the CiliumCIDRGroup in the same program." } as const;

function groupId(name: string): string {
  return `CiliumCIDRGroup.cilium.io/${name}`;
}

/** Addresses that policies of Cilium and Antrea open by the group's name. */
function addressGroup({ name, kind, body }: KubernetesObject): Fact[] {
  const { externalCIDRs, ipBlocks, ipBlock } = record(body.spec);
  const isCilium = kind === "CiliumCIDRGroup" && name !== undefined;
  return [
    ...(isCilium ? [{ kind: "self" as const, path: "metadata.name", id: groupId(name) }] : []),
    ...listOf(externalCIDRs).flatMap((cidr, index) => range(cidr, `spec.externalCIDRs[${index}]`)),
    ...listOf(ipBlocks).flatMap((block, index) => range(record(block).cidr, `spec.ipBlocks[${index}].cidr`)),
    ...range(record(ipBlock).cidr, "spec.ipBlock.cidr"),
  ];
}

function antrea(object: KubernetesObject): Fact[] {
  return listOf(record(object.body.spec).egress).flatMap((raw, index) => {
    const { action, to, toServices } = record(raw);
    const path = `spec.egress[${index}]`;
    if (action !== "Allow" || to === UNKNOWN || toServices === UNKNOWN) return [];
    if (listOf(to).length + listOf(toServices).length === 0) return [everything(path, "every destination")];
    return listOf(to).flatMap((peer, place) => {
      const { ipBlock, fqdn } = record(peer);
      const where = `${path}.to[${place}]`;
      return [
        ...range(record(ipBlock).cidr, `${where}.ipBlock.cidr`),
        ...(typeof fqdn === "string" ? namePattern(fqdn, `${where}.fqdn`) : []),
      ];
    });
  });
}

function adminPolicy(object: KubernetesObject): Fact[] {
  return listOf(record(object.body.spec).egress).flatMap((raw, index) => {
    const rule = record(raw);
    if (rule.action === "Deny") return [];
    return listOf(rule.to).flatMap((peer, place) => {
      const path = `spec.egress[${index}].to[${place}]`;
      const { networks, domainNames } = record(peer);
      return [
        ...listOf(networks).flatMap((net, at0) => range(net, `${path}.networks[${at0}]`)),
        ...listOf(domainNames).flatMap((name, at0) => namePattern(String(name), `${path}.domainNames[${at0}]`)),
      ];
    });
  });
}

function range(cidr: unknown, path: string): Fact[] {
  if (typeof cidr !== "string") return [];
  const reach = rangeReach(cidr);
  if (reach === "everything") return [everything(path, cidr)];
  return reach === "inside" ? [] : [{ kind: "egress", path, to: "range", value: cidr }];
}

function isolates({ kind, namespace }: KubernetesObject, path: string): Fact[] {
  const everywhere = /^(?:CiliumClusterwide|Global)/.test(kind);
  if (!everywhere && namespace === undefined)
    return [{ kind: "unknown", path: "metadata.namespace", hides: ["isolation"] }];
  return [{ kind: "isolation", path, namespace: everywhere ? "*" : (namespace ?? "") }];
}

function selectsAll(selector: unknown): boolean {
  if (selector === UNKNOWN) return false;
  const { matchLabels, matchExpressions } = record(selector);
  return Object.keys(record(matchLabels)).length === 0 && listOf(matchExpressions).length === 0;
}

function everything(path: string, value: string): Fact {
  return { kind: "egress", path, to: "everything", value };
}
