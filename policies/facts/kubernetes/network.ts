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
  "AdminNetworkPolicy.policy.networking.k8s.io": adminPolicy,
  "BaselineAdminNetworkPolicy.policy.networking.k8s.io": adminPolicy,
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
    const closes =
      record(spec.enableDefaultDeny).egress ?? (Array.isArray(spec.egress) || Array.isArray(spec.egressDeny));
    const all = spec.endpointSelector !== undefined && selectsAll(spec.endpointSelector);
    return [...rules, ...(closes === true && all ? isolates(object, `${path}.endpointSelector`) : [])];
  });
}

function ciliumRule(rule: Record<string, unknown>, path: string): Fact[] {
  const facts: Fact[] = [];
  listOf(rule.toEntities).forEach((entity, index) => {
    const where = at(at(path, "toEntities"), index);
    if (/^(?:world(?:-ipv[46])?|all)$/.test(String(entity))) facts.push(everything(where, `entity ${String(entity)}`));
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
    facts.push(...range(record(set).cidr, at(at(at(path, "toCIDRSet"), index), "cidr")));
  });
  return facts;
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
