import type * as pulumi from "@pulumi/pulumi";
import type { Jurisdiction } from "../../country.ts";
import { admit, type Validation } from "./admit.ts";
import { hostIsHere, rangeIsHere } from "./whereabouts.ts";

const nowhere = "An egress rule names where it leads; everywhere is nowhere in particular.";
const ranges = "Egress leads to private addresses, and to public ones that are declared under guards.hosts.";
// To pass on, or to write down, opens nothing.
const allowing = "object.spec.?egress.orValue([]).filter(e, !(e.?action.orValue('') in ['Deny', 'Pass', 'Log']))";
const hostNames = "Egress leads to hosts that are declared under guards.hosts.";

/** Nobody opens a namespace, or the cluster, to the world: network policies of Kubernetes, Cilium and Calico. */
export function admitEgress(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  admit(
    "egress-closed",
    {
      resources: { "networking.k8s.io/v1": ["networkpolicies"] },
      validations: [
        {
          expression: "object.spec.?egress.orValue([]).all(e, has(e.to) && e.to.size() > 0)",
          message: nowhere,
        },
        {
          expression: `object.spec.?egress.orValue([]).all(e, e.?to.orValue([]).all(t, !has(t.ipBlock) || ${rangeIsHere("t.ipBlock.cidr", jurisdiction)}))`,
          message: ranges,
        },
      ],
    },
    opts,
  );
  admit(
    "cilium-egress-closed",
    {
      resources: {
        "cilium.io/*": ["ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies", "ciliumcidrgroups"],
      },
      variables: {
        // One policy may hold several.
        rules:
          "((has(object.spec) ? [object.spec] : []) + (has(object.specs) ? object.specs : [])).map(s, s.?egress.orValue([]))",
        groups: "has(object.spec) ? object.spec.?externalCIDRs.orValue([]) : []",
      },
      validations: cilium(jurisdiction),
    },
    opts,
  );
  admit(
    "cluster-egress-closed",
    {
      resources: {
        "policy.networking.k8s.io/*": [
          "adminnetworkpolicies",
          "baselineadminnetworkpolicies",
          "clusternetworkpolicies",
        ],
      },
      variables: { open: allowing },
      validations: [
        {
          expression: `variables.open.all(e, e.to.all(t, t.?networks.orValue([]).all(n, ${rangeIsHere("n", jurisdiction)})))`,
          message: ranges,
        },
        {
          expression: `variables.open.all(e, e.to.all(t, t.?domainNames.orValue([]).all(n, ${nameIsHere("n", jurisdiction)})))`,
          message: hostNames,
        },
      ],
    },
    opts,
  );
  admit(
    "calico-egress-closed",
    {
      resources: Object.fromEntries(
        ["crd.projectcalico.org/*", "projectcalico.org/*"].map((group) => [
          group,
          ["networkpolicies", "globalnetworkpolicies"],
        ]),
      ),
      variables: { open: allowing },
      validations: [
        {
          expression: `variables.open.all(e, ${someOf(["nets", "domains", "selector", "namespaceSelector", "services", "serviceAccounts"], "e.?destination.?")})`,
          message: nowhere,
        },
        {
          expression: `variables.open.all(e, e.?destination.?nets.orValue([]).all(n, ${rangeIsHere("n", jurisdiction)}))`,
          message: ranges,
        },
        {
          expression: `variables.open.all(e, e.?destination.?domains.orValue([]).all(n, ${nameIsHere("n", jurisdiction)}))`,
          message: hostNames,
        },
      ],
    },
    opts,
  );
}

function cilium(jurisdiction: Jurisdiction): Validation[] {
  const each = (test: string) => `variables.rules.all(s, s.all(e, ${test}))`;
  const where = ["toEndpoints", "toEntities", "toCIDR", "toCIDRSet", "toFQDNs", "toServices", "toNodes"];
  return [
    {
      expression: each("e.?toEntities.orValue([]).all(x, !(x in ['all', 'world', 'world-ipv4', 'world-ipv6']))"),
      message: "Egress leads to the world, which is everywhere.",
    },
    {
      // Ports alone are ports of everybody; a rule of nothing at all opens nothing.
      expression: each(`(!has(e.toPorts) && !has(e.icmps)) || ${someOf(where, "e.?")}`),
      message: nowhere,
    },
    {
      expression: each(
        [
          `e.?toFQDNs.orValue([]).all(n, !has(n.matchName) || ${hostIsHere("n.matchName.lowerAscii()", jurisdiction)})`,
          `e.?toFQDNs.orValue([]).all(n, !has(n.matchPattern) || ${nameIsHere("n.matchPattern.lowerAscii()", jurisdiction)})`,
        ].join(" && "),
      ),
      message: hostNames,
    },
    {
      expression: `${each(
        [
          `e.?toCIDR.orValue([]).all(n, ${rangeIsHere("n", jurisdiction)})`,
          `e.?toCIDRSet.orValue([]).all(n, !has(n.cidr) || ${rangeIsHere("n.cidr", jurisdiction)})`,
        ].join(" && "),
      )} && variables.groups.all(n, ${rangeIsHere("n", jurisdiction)})`,
      message: ranges,
    },
    {
      expression: each("!has(e.toGroups)"),
      message: "A cloud's own group of addresses is filled by the cloud, with whatever it likes.",
    },
  ];
}

/** A name with `*` is here where every name that it stands for is: `*` is never a dot. */
function nameIsHere(name: string, jurisdiction: Jurisdiction): string {
  return hostIsHere(`${name}.replace('*', 'x')`, jurisdiction);
}

function someOf(fields: string[], of: string): string {
  return `(${fields.map((field) => `${of}${field}.hasValue()`).join(" || ")})`;
}
