import { WebAcl } from "@pulumi/aws/wafv2/webAcl.js";
import { WebAclAssociation } from "@pulumi/aws/wafv2/webAclAssociation.js";
import { WebAclLoggingConfiguration } from "@pulumi/aws/wafv2/webAclLoggingConfiguration.js";
import type * as pulumi from "@pulumi/pulumi";
import { logGroup } from "../log.ts";
import type { AwsTarget } from "../target.ts";

type WebAclArgs = {
  target: Pick<AwsTarget, "cluster">;
  door: Extract<AwsTarget["door"], { kind: "public" }>;
  /** ARN of what it stands in front of. */
  resource: pulumi.Input<string>;
  /** ARN of the key of its logs. */
  logKey: pulumi.Input<string>;
};

/** Path of the firewall's logs: AWS WAF writes to groups of such names alone. */
export function webAclLogs(cluster: string): string {
  return `aws-waf-logs-${cluster}`;
}

/**
 * AWS's sets of rules, and of each the rules that read bodies. A body here is a prompt: program code, markup, paths and addresses
 * are what people ask models about, and none of it is run by the gateway. Those rules count, and refuse nobody.
 */
const managed: [set: string, ofBodies: string[]][] = [
  ["AWSManagedRulesAmazonIpReputationList", []],
  [
    "AWSManagedRulesCommonRuleSet",
    ["SizeRestrictions_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "CrossSiteScripting_BODY"],
  ],
  ["AWSManagedRulesKnownBadInputsRuleSet", ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY"]],
];

/** What a request has to pass before the gateway sees it; answers with what has to stand before anybody calls. */
export function webAcl(args: WebAclArgs, inside: { parent: pulumi.Resource }): pulumi.Resource[] {
  const { cluster } = args.target;
  const acl = new WebAcl(
    "door",
    {
      name: `${cluster}-door`,
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rules: rules(args),
      visibilityConfig: visible(`${cluster}-door`),
    },
    inside,
  );
  const logs = logGroup("door", webAclLogs(cluster), args.logKey, inside);
  const logging = new WebAclLoggingConfiguration(
    "door",
    {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      // Keys of tenants stand in the one, and whatever a client likes in the other.
      redactedFields: [{ singleHeader: { name: "authorization" } }, { queryString: {} }],
    },
    inside,
  );
  const association = new WebAclAssociation(
    "door",
    { resourceArn: args.resource, webAclArn: acl.arn },
    { ...inside, dependsOn: [logging] },
  );
  return [association];
}

function rules({ door: { countries, requestsPerFiveMinutes } }: WebAclArgs) {
  const own = [
    ...(countries.length > 0
      ? [
          {
            name: "countries",
            action: { block: {} },
            statement: { notStatement: { statement: { geoMatchStatement: { countryCodes: countries } } } },
          },
        ]
      : []),
    {
      name: "rate",
      action: { block: { customResponse: { responseCode: 429 } } },
      statement: { rateBasedStatement: { limit: requestsPerFiveMinutes, aggregateKeyType: "IP" } },
    },
  ];
  const ofAws = managed.map(([name, ofBodies]) => ({
    name,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name,
        ruleActionOverrides: ofBodies.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
  }));
  return [...own, ...ofAws].map((rule, priority) => ({ ...rule, priority, visibilityConfig: visible(rule.name) }));
}

/** Numbers alone: samples would show whole headers, keys among them, to whoever opens the console. */
function visible(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
