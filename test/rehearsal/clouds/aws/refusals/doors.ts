import type { Properties } from "../../../../../rehearsal/kubernetes-provider/properties.ts";
import { arn, type Case, id } from "../refusal-world.ts";
import { account, region } from "../standing.ts";

const balancer = (more: Properties) => (): Properties => ({
  name: "other",
  subnets: [id("door-a"), id("door-b")],
  securityGroups: [id("group")],
  ...more,
});
const listener = (more: Properties) => (): Properties => ({
  loadBalancerArn: id("balancer"),
  port: 8443,
  protocol: "HTTPS",
  defaultActions: [{ type: "forward", targetGroupArn: id("targets") }],
  ...more,
});
const certificate = (of: string, whose = account) =>
  `arn:aws:acm:${of}:${whose}:certificate/00000000-1111-2222-3333-444444444444`;
const visibilityConfig = { metricName: "door", cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
const acl = (more: Properties) => (): Properties => ({
  name: "other",
  scope: "REGIONAL",
  defaultAction: { allow: {} },
  visibilityConfig,
  ...more,
});
const rule = (more: Properties) => ({ name: "one", priority: 0, visibilityConfig, ...more });
const geo = { geoMatchStatement: { countryCodes: ["IN"] } };
const logging = (more: Properties) => (): Properties => ({
  resourceArn: arn("acl"),
  logDestinationConfigs: [arn("doorLogs")],
  ...more,
});
const [lb, listeners, groups] = ["lb/loadBalancer:LoadBalancer", "lb/listener:Listener", "lb/targetGroup:TargetGroup"];
const [acls, logs] = ["wafv2/webAcl:WebAcl", "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"];

/** What AWS refuses of doors to the internet. */
export const doorsRefusals: Case[] = [
  ["a load balancer's name twice", lb, balancer({ name: "door" }), "DuplicateLoadBalancerName"],
  ["a name that is of internal ones", lb, balancer({ name: "internal-door" }), "is not valid"],
  [
    "a load balancer in one zone",
    lb,
    () => balancer({ subnets: [id("door-a")] })(),
    "At least two subnets in two different Availability Zones",
  ],
  [
    "a load balancer without room",
    lb,
    () => balancer({ subnets: [id("firewall-a"), id("door-b")] })(),
    "Not enough IP space available",
  ],
  ["a timeout of a day", lb, balancer({ idleTimeout: 86_400 }), "in the range (1 - 4000)"],
  ["TLS without a certificate", listeners, listener({}), "A certificate must be specified"],
  [
    "a certificate of another region",
    listeners,
    listener({ certificateArn: certificate("eu-west-1") }),
    "CertificateNotFound",
  ],
  [
    "a certificate of another account",
    listeners,
    listener({ certificateArn: certificate(region, "999988887777") }),
    "CertificateNotFound",
  ],
  [
    "a policy of TLS that there is not",
    listeners,
    listener({ certificateArn: certificate(region), sslPolicy: "TLS-1.3" }),
    "SSLPolicyNotFound",
  ],
  [
    "a port twice",
    listeners,
    listener({ certificateArn: certificate(region), port: 443 }),
    "A listener already exists on this port",
  ],
  [
    "codes of failure as health",
    groups,
    () => ({ name: "other", vpcId: id("vpc"), port: 30443, protocol: "HTTPS", healthCheck: { matcher: "200-599" } }),
    "must be between 200 and 499",
  ],
  [
    "machines that nobody keeps",
    "autoscaling/attachment:Attachment",
    () => ({ autoscalingGroupName: "none", lbTargetGroupArn: id("targets") }),
    "AutoScalingGroup name not found",
  ],
  ["a web ACL of all the world's edges", acls, acl({ scope: "CLOUDFRONT" }), "The scope is not valid"],
  ["a scope that there is not", acls, acl({ scope: "GLOBAL" }), "expected scope to be one of"],
  ["a web ACL's name twice", acls, acl({ name: "door" }), "WAFDuplicateItemException"],
  [
    "two rules of one priority",
    acls,
    acl({
      rules: [
        rule({ action: { block: {} }, statement: geo }),
        rule({ name: "two", action: { block: {} }, statement: geo }),
      ],
    }),
    "two rules have one priority",
  ],
  [
    "a group of rules with an action",
    acls,
    acl({
      rules: [
        rule({
          action: { block: {} },
          statement: { managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" } },
        }),
      ],
    }),
    "takes an override action",
  ],
  [
    "a second web ACL of a load balancer",
    "wafv2/webAclAssociation:WebAclAssociation",
    () => ({ resourceArn: id("balancer"), webAclArn: arn("acl") }),
    "has a web ACL already",
  ],
  [
    "logs of requests under any name",
    logs,
    () => logging({ logDestinationConfigs: [arn("logs")] })(),
    "A valid name begins with aws-waf-logs-",
  ],
  [
    "a header that is left out in capitals",
    logs,
    logging({ redactedFields: [{ singleHeader: { name: "Authorization" } }] }),
    "is written in lower case",
  ],
  ["a body that is left out", logs, logging({ redactedFields: [{ body: {} }] }), "body"],
];
