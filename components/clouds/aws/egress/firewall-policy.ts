import { FirewallPolicy } from "@pulumi/aws/networkfirewall/firewallPolicy.js";
import { RuleGroup } from "@pulumi/aws/networkfirewall/ruleGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTarget } from "../target.ts";

type PolicyArgs = { target: Pick<AwsTarget, "cluster" | "network">; hosts: string[] };

// What the firewall cannot read a name in. Its default drops only what is under way, so that a name may be sent at all, and
// would let these out.
const nameless = [
  `drop udp any any -> any any (msg:"no way out by UDP"; sid:1; rev:1;)`,
  `drop icmp any any -> any any (msg:"no way out by ICMP"; sid:2; rev:1;)`,
  `drop tcp any any -> any ![80,443] (msg:"no way out by this port"; sid:3; rev:1;)`,
];

/** What the firewall does: it lets through HTTP and TLS to the declared hosts, and drops and records all else. */
export function firewallPolicy(args: PolicyArgs, inside: { parent: pulumi.Resource }): FirewallPolicy {
  const { cluster } = args.target;
  const inOrder = [closed(args, inside), allowed(args, inside)];
  return new FirewallPolicy(
    "policy",
    {
      name: cluster,
      firewallPolicy: {
        statelessDefaultActions: ["aws:forward_to_sfe"],
        statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
        statefulEngineOptions: { ruleOrder: "STRICT_ORDER", streamExceptionPolicy: "DROP" },
        statefulDefaultActions: ["aws:drop_established", "aws:alert_established"],
        statefulRuleGroupReferences: inOrder.map(({ arn }, index) => ({ priority: index + 1, resourceArn: arn })),
      },
    },
    inside,
  );
}

function closed({ target: { cluster } }: PolicyArgs, inside: { parent: pulumi.Resource }): RuleGroup {
  return new RuleGroup(
    "closed",
    {
      name: `${cluster}-closed`,
      type: "STATEFUL",
      capacity: 10,
      ruleGroup: {
        rulesSource: { rulesString: nameless.join("\n") },
        statefulRuleOptions: { ruleOrder: "STRICT_ORDER" },
      },
    },
    inside,
  );
}

function allowed({ target, hosts }: PolicyArgs, inside: { parent: pulumi.Resource }): RuleGroup {
  const { cluster, network } = target;
  return new RuleGroup(
    "hosts",
    {
      name: `${cluster}-hosts`,
      type: "STATEFUL",
      // Fixed when it is made: room for as many hosts as the country file may name.
      capacity: 300,
      ruleGroup: {
        ruleVariables: { ipSets: [{ key: "HOME_NET", ipSet: { definitions: [network.cidr] } }] },
        rulesSource: {
          rulesSourceList: {
            generatedRulesType: "ALLOWLIST",
            targetTypes: ["TLS_SNI", "HTTP_HOST"],
            // A domain and all below it is written with a dot before it.
            targets: hosts.map((host) => host.replace(/^\*/, "")),
          },
        },
        statefulRuleOptions: { ruleOrder: "STRICT_ORDER" },
      },
    },
    inside,
  );
}
