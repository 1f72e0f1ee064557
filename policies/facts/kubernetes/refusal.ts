import { type KubernetesObject, kindOf, record } from "./object.ts";

const REFUSES = /^(?:deny|drop|reject|block)$/i;
// The whole of them is about what is refused.
const POLICIES =
  /^(?:AuthorizationPolicy\.security\.istio\.io|\w*NetworkPolicy\.(?:[\w.]+\.)?(?:cilium\.io|projectcalico\.org|antrea\.io|networking\.k8s\.io)|SecurityPolicy\.gateway\.envoyproxy\.io)$/;
// Firewalls of clouds, which have such rules among others.
const FIREWALLS =
  /^\w*(?:Firewall|SecurityPolicy|WebACL|RuleGroup|Ruleset|NetworkACL|NetworkSecurityGroup)\w*\.[\w.]*(?:upbound\.io|crossplane\.io|cnrm\.cloud\.google\.com|services\.k8s\.aws|azure\.com)$/;
const RULE = /rules?\[\d+\]$/i;
// All that a relabelling of Prometheus can say; none of it leads anywhere.
const RELABELLING = /^(?:action|regex|separator|modulus|replacement|source_?labels|target_?label)$/i;

/** Whether a structure only names what is refused. Anybody may write `action: drop` beside an address; few kinds mean it. */
export function refuses(object: KubernetesObject, value: unknown, path: string): boolean {
  const { action, ...rest } = record(value);
  if (!REFUSES.test(String(action))) return false;
  const kind = kindOf(object);
  return (
    Object.keys(rest).every((key) => RELABELLING.test(key)) ||
    POLICIES.test(kind) ||
    (FIREWALLS.test(kind) && RULE.test(path))
  );
}
