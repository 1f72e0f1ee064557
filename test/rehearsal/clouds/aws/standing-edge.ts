import { expect } from "vitest";
import type { Properties, Value } from "../../../../rehearsal/kubernetes-provider/properties.ts";

export const region = "ap-south-1";
export const account = "111122223333";

type Make = (as: string, type: string, inputs: Properties) => Promise<{ id: string; outputs: Properties }>;

/** A firewall in one zone, and what leads past it. */
export async function standWayOut(make: Make, { vpc, nodes, logs }: { vpc: string; nodes: string; logs: string }) {
  const strict = { ruleOrder: "STRICT_ORDER" };
  const outer = await make("outer", "ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", {
    vpcId: vpc,
    cidrBlock: "100.64.0.0/23",
  });
  expect(outer.id).toMatch(/^vpc-cidr-assoc-/);
  const gateway = await make("internet", "ec2/internetGateway:InternetGateway", { vpcId: vpc });
  const at = { vpcId: vpc, availabilityZone: `${region}a` };
  const inner = await make("firewall-a", "ec2/subnet:Subnet", { ...at, cidrBlock: "100.64.1.0/28" });
  const edge = await make("gateway-a", "ec2/subnet:Subnet", { ...at, cidrBlock: "100.64.1.128/28" });
  const group = await make("hosts", "networkfirewall/ruleGroup:RuleGroup", {
    name: "hosts",
    type: "STATEFUL",
    capacity: 10,
    ruleGroup: {
      rulesSource: {
        rulesSourceList: { generatedRulesType: "ALLOWLIST", targetTypes: ["TLS_SNI"], targets: [".hub.example"] },
      },
      statefulRuleOptions: strict,
    },
  });
  const policy = await make("filter", "networkfirewall/firewallPolicy:FirewallPolicy", {
    name: "policy",
    firewallPolicy: {
      statelessDefaultActions: ["aws:forward_to_sfe"],
      statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
      statefulEngineOptions: strict,
      statefulDefaultActions: ["aws:drop_established"],
      statefulRuleGroupReferences: [{ priority: 1, resourceArn: group.id }],
    },
  });
  const firewall = await make("firewall", "networkfirewall/firewall:Firewall", {
    name: "firewall",
    vpcId: vpc,
    firewallPolicyArn: policy.id,
    subnetMappings: [{ subnetId: inner.id }],
  });
  await make("alerts", "networkfirewall/loggingConfiguration:LoggingConfiguration", {
    firewallArn: firewall.id,
    loggingConfiguration: {
      logDestinationConfigs: [
        { logDestinationType: "CloudWatchLogs", logType: "ALERT", logDestination: { logGroup: logs } },
      ],
    },
  });
  const address = await make("address", "ec2/eip:Eip", { domain: "vpc" });
  const nat = await make("nat", "ec2/natGateway:NatGateway", { subnetId: edge.id, allocationId: address.id });
  const [, endpoint] = /"endpointId":"(vpce-[^"]+)"/.exec(JSON.stringify(firewall.outputs.firewallStatuses)) ?? [];
  await make("past", "ec2/routeTable:RouteTable", {
    vpcId: vpc,
    routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: nat.id }],
  });
  await make("back", "ec2/routeTable:RouteTable", {
    vpcId: vpc,
    routes: [
      { cidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { cidrBlock: nodes, vpcEndpointId: endpoint! },
    ],
  });
}

type DoorParts = { vpc: string; group: string; machines: Value | undefined; keyArn: Value };

/** A load balancer that the internet calls, and what reads its requests. */
export async function standDoor(make: Make, { vpc, group, machines, keyArn }: DoorParts) {
  const subnets: string[] = [];
  for (const [index, letter] of ["a", "b"].entries()) {
    const at = { vpcId: vpc, cidrBlock: `100.64.0.${index * 32}/27`, availabilityZone: region + letter };
    subnets.push((await make(`door-${letter}`, "ec2/subnet:Subnet", at)).id);
  }
  const balancer = await make("balancer", "lb/loadBalancer:LoadBalancer", {
    name: "door",
    subnets,
    securityGroups: [group],
    enableDeletionProtection: false,
  });
  const targets = await make("targets", "lb/targetGroup:TargetGroup", {
    name: "door",
    vpcId: vpc,
    port: 30443,
    protocol: "HTTPS",
    healthCheck: { protocol: "HTTPS", matcher: "200-499", interval: 10, timeout: 5 },
  });
  await make("listener", "lb/listener:Listener", {
    loadBalancerArn: balancer.id,
    port: 443,
    protocol: "HTTPS",
    certificateArn: `arn:aws:acm:${region}:${account}:certificate/00000000-1111-2222-3333-444444444444`,
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    defaultActions: [{ type: "forward", targetGroupArn: targets.id }],
  });
  const [, autoscalingGroupName] = /"name":"([^"]+)"/.exec(JSON.stringify(machines)) ?? [];
  await make("attachment", "autoscaling/attachment:Attachment", {
    autoscalingGroupName: autoscalingGroupName!,
    lbTargetGroupArn: targets.id,
  });
  const visibilityConfig = { metricName: "door", cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
  const acl = await make("acl", "wafv2/webAcl:WebAcl", {
    name: "door",
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig,
    rules: [
      {
        name: "rate",
        priority: 0,
        action: { block: {} },
        statement: { rateBasedStatement: { limit: 3000, aggregateKeyType: "IP" } },
        visibilityConfig,
      },
    ],
  });
  await make("guarded", "wafv2/webAclAssociation:WebAclAssociation", {
    resourceArn: balancer.id,
    webAclArn: acl.outputs.arn!,
  });
  const logs = await make("doorLogs", "cloudwatch/logGroup:LogGroup", {
    name: "aws-waf-logs-door",
    retentionInDays: 400,
    kmsKeyId: keyArn,
  });
  await make("doorLogging", "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", {
    resourceArn: acl.outputs.arn!,
    logDestinationConfigs: [logs.outputs.arn!],
    redactedFields: [{ singleHeader: { name: "authorization" } }],
  });
}
