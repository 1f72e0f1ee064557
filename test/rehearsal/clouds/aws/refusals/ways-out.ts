import type { Properties } from "../../../../../rehearsal/kubernetes-provider/properties.ts";
import { type Case, id } from "../refusal-world.ts";

const routed = (route: Properties) => ({ vpcId: id("vpc"), routes: [route] });
const group = (ruleGroup: Properties): Properties => ({ name: "new", type: "STATEFUL", capacity: 10, ruleGroup });
const policy = (more: Properties): Properties => ({
  name: "new",
  firewallPolicy: {
    statelessDefaultActions: ["aws:forward_to_sfe"],
    statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
    ...more,
  },
});
const firewall = (more: Properties): Properties => ({
  name: "new",
  vpcId: id("vpc"),
  firewallPolicyArn: id("filter"),
  subnetMappings: [{ subnetId: id("firewall-a") }],
  ...more,
});
const block = (cidrBlock: string) => () => ({ vpcId: id("vpc"), cidrBlock });
const association = "ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation";
const ruleGroup = "networkfirewall/ruleGroup:RuleGroup";
const firewallPolicy = "networkfirewall/firewallPolicy:FirewallPolicy";

/** What AWS refuses of ways out of a network. */
export const waysOutRefusals: Case[] = [
  [
    "a second gateway of a network",
    "ec2/internetGateway:InternetGateway",
    () => ({ vpcId: id("vpc") }),
    "is already attached to network",
  ],
  ["a range that is taken", association, block("10.64.0.0/20"), "conflicts with a CIDR of the VPC"],
  ["a private range of another kind", association, block("192.168.0.0/20"), "InvalidVpc.Range"],
  [
    "a route to a NAT gateway that is not there",
    "ec2/routeTable:RouteTable",
    () => routed({ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0" }),
    "InvalidNatGatewayID.NotFound",
  ],
  [
    "a route to an endpoint that is not there",
    "ec2/routeTable:RouteTable",
    () => routed({ cidrBlock: "0.0.0.0/0", vpcEndpointId: "vpce-0" }),
    "InvalidVpcEndpointId.NotFound",
  ],
  [
    "a route within the network to less than a subnet",
    "ec2/routeTable:RouteTable",
    () => routed({ cidrBlock: "10.64.0.0/24", natGatewayId: id("nat") }),
    "and no subnet has it",
  ],
  [
    "a public NAT gateway without an address",
    "ec2/natGateway:NatGateway",
    () => ({ subnetId: id("gateway-a") }),
    "must include the AllocationId",
  ],
  [
    "an address twice",
    "ec2/natGateway:NatGateway",
    () => ({ subnetId: id("gateway-a"), allocationId: id("address") }),
    "is already associated",
  ],
  [
    "a host that is an address",
    ruleGroup,
    () =>
      group({
        rulesSource: {
          rulesSourceList: { generatedRulesType: "ALLOWLIST", targetTypes: ["TLS_SNI"], targets: ["*.x"] },
        },
      }),
    "domain *.x is invalid",
  ],
  [
    "a rule that is none",
    ruleGroup,
    () => group({ rulesSource: { rulesString: "drop everything" } }),
    "rule is invalid: drop everything",
  ],
  [
    "one number for two rules",
    ruleGroup,
    () =>
      group({
        rulesSource: {
          rulesString: "drop udp any any -> any any (sid:1;)\ndrop icmp any any -> any any (sid:1;)",
        },
      }),
    "duplicate signature ids",
  ],
  [
    "a default without strict order",
    firewallPolicy,
    () => policy({ statefulDefaultActions: ["aws:drop_strict"] }),
    "only valid with strict rule order",
  ],
  [
    "an action that there is not",
    firewallPolicy,
    () => policy({ statelessDefaultActions: ["aws:allow"] }),
    "action aws:allow is none of",
  ],
  [
    "a rule group of another order",
    firewallPolicy,
    () => policy({ statefulRuleGroupReferences: [{ resourceArn: id("hosts") }] }),
    "is of order STRICT_ORDER, and the policy of DEFAULT_ACTION_ORDER",
  ],
  [
    "a firewall's name twice",
    "networkfirewall/firewall:Firewall",
    () => firewall({ name: "firewall" }),
    "Resource with the name firewall already exists",
  ],
  [
    "two subnets of a firewall in a zone",
    "networkfirewall/firewall:Firewall",
    () => firewall({ subnetMappings: [{ subnetId: id("firewall-a") }, { subnetId: id("gateway-a") }] }),
    "one subnet in an availability zone",
  ],
  [
    "logs to a group that is not there",
    "networkfirewall/loggingConfiguration:LoggingConfiguration",
    () => ({
      firewallArn: id("firewall"),
      loggingConfiguration: {
        logDestinationConfigs: [
          { logDestinationType: "CloudWatchLogs", logType: "ALERT", logDestination: { logGroup: "/none" } },
        ],
      },
    }),
    "LogDestinationPermissionException",
  ],
];
