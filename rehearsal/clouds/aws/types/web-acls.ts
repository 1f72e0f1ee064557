import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault, Reference } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newUuid, parseArn, reference } from "../aws-type.ts";
import { logGroup } from "./logs.ts";
import { loadBalancer } from "./networks.ts";

const webAcl = "aws:wafv2/webAcl:WebAcl";
const association = "aws:wafv2/webAclAssociation:WebAclAssociation";

const missing = "AWS WAF couldn't perform the operation because your resource doesn't exist.";
const toWebAcl = (at: string, more?: Partial<Reference>) =>
  reference(at, webAcl, "WAFNonexistentItemException", () => missing, more);
const invalid = (why: string) => new CloudError("WAFInvalidParameterException", `Error reason: ${why}`);

/** What stands in front of load balancers and reads requests. */
export const webAcls: Record<string, AwsType> = {
  [webAcl]: awsType({
    service: "WAFV2",
    thing: "WAFv2 WebACL",
    calls: { create: "CreateWebACL", update: "UpdateWebACL", delete: "DeleteWebACL" },
    request: { service: "wafv2", operation: "CreateWebACL", members: { ruleJson: null, rules: null } },
    autoname: { property: "name", maxLength: 128, unless: ["namePrefix"] },
    immutable: ["name", "namePrefix", "scope"],
    check: aclFaults,
    judge: ({ world, inputs, before, settings }) => {
      if (inputs.scope === "CLOUDFRONT" && settings.region !== "us-east-1")
        throw invalid("The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT");
      const twin = world.standing(webAcl).find((one) => one.inputs.name === inputs.name && one.id !== before?.id);
      if (twin) {
        throw new CloudError(
          "WAFDuplicateItemException",
          "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.",
        );
      }
    },
    make: (call) => {
      const id = newUuid();
      const scope = call.inputs.scope === "CLOUDFRONT" ? "global" : "regional";
      const arn = arnOf(call, "wafv2", `${scope}/webacl/${call.inputs.name}/${id}`);
      return { id, outputs: { arn, capacity: 700 + mapsOf(call.inputs, "rules").length, lockToken: newUuid() } };
    },
    change: () => ({ lockToken: newUuid() }),
    renewed: ["lockToken"],
    inUse: () =>
      new CloudError(
        "WAFAssociatedItemException",
        "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's associated " +
          "with another resource.",
      ),
    takesMs: { create: 200 },
  }),

  [association]: awsType({
    service: "WAFV2",
    thing: "WAFv2 WebACL Association",
    calls: { create: "AssociateWebACL", delete: "DisassociateWebACL" },
    request: { service: "wafv2", operation: "AssociateWebACL" },
    immutable: ["resourceArn", "webAclArn"],
    references: [
      toWebAcl("webAclArn"),
      reference("resourceArn", loadBalancer, "WAFNonexistentItemException", () => missing, { holds: false }),
    ],
    judge: ({ world, inputs, before }) => {
      if (world.find([webAcl], String(inputs.webAclArn))?.inputs.scope !== "REGIONAL")
        throw invalid("The ARN isn't valid. A load balancer takes a web ACL of scope REGIONAL, field: WEB_ACL_ARN");
      const twin = world
        .standing(association)
        .find((one) => one.inputs.resourceArn === inputs.resourceArn && one.id !== before?.id);
      if (twin) throw invalid("The resource has a web ACL already, field: RESOURCE_ARN");
    },
    make: ({ inputs }) => ({ id: `${inputs.webAclArn},${inputs.resourceArn}`, outputs: {} }),
  }),

  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": awsType({
    service: "WAFV2",
    thing: "WAFv2 WebACL Logging Configuration",
    calls: {
      create: "PutLoggingConfiguration",
      update: "PutLoggingConfiguration",
      delete: "DeleteLoggingConfiguration",
    },
    immutable: ["resourceArn"],
    references: [toWebAcl("resourceArn", { holds: false })],
    judge: judgeLogging,
    make: ({ inputs }) => ({ id: String(inputs.resourceArn), outputs: {} }),
  }),
};

/** Rules are of an order of their own, each with an action and a name. */
function aclFaults({ rules, defaultAction, scope }: Properties): Fault[] {
  const all = mapsOf({ rules: rules ?? [] }, "rules");
  const fault = (property: string, why: string) => [{ property, reason: `WAFInvalidParameterException: ${why}` }];
  const twice = (key: string) => new Set(all.map((rule) => rule[key])).size < all.length;
  const chosen = Object.keys(mapOf({ defaultAction: defaultAction ?? {} }, "defaultAction") ?? {}).length;
  return [
    ...(typeof scope === "string" && !["REGIONAL", "CLOUDFRONT"].includes(scope)
      ? fault("scope", `expected scope to be one of ["CLOUDFRONT" "REGIONAL"], got ${scope}`)
      : []),
    ...(defaultAction && chosen !== 1 ? fault("defaultAction", "exactly one of allow and block has to be given") : []),
    ...(twice("priority") ? fault("rules", "two rules have one priority") : []),
    ...(twice("name") ? fault("rules", "two rules have one name") : []),
    ...all.flatMap((rule, index) => ruleFaults(rule, `rules[${index}]`)),
  ];
}

function ruleFaults(rule: Properties, at: string): Fault[] {
  const statement = mapOf(rule, "statement");
  const group = statement?.managedRuleGroupStatement ?? statement?.ruleGroupReferenceStatement;
  const rate = mapOf(statement, "rateBasedStatement");
  const fault = (property: string, why: string) => [
    { property: `${at}.${property}`, reason: `WAFInvalidParameterException: ${why}` },
  ];
  return [
    ...(group && (rule.action || !rule.overrideAction)
      ? fault("overrideAction", "a group of rules takes an override action, and no action")
      : []),
    ...(!group && (!rule.action || rule.overrideAction)
      ? fault("action", "a rule takes an action, and no override")
      : []),
    ...(rate && Number(rate.limit ?? 10) < 10
      ? fault("statement.rateBasedStatement.limit", "the limit is at least 10")
      : []),
  ];
}

/** Logs go to one place, whose name says what it is for, and leave out what they may. */
function judgeLogging({ world, inputs }: AwsCall): void {
  const [destination = "", ...more] = textsOf(inputs, "logDestinationConfigs");
  if (more.length > 0) throw invalid("A web ACL has one logging destination, field: LOG_DESTINATION");
  const arn = parseArn(destination);
  const name = arn?.resource.replace(/^log-group:/, "").replace(/:\*$/, "") ?? "";
  if (!arn || !name.startsWith("aws-waf-logs-"))
    throw invalid(
      `The ARN isn't valid. A valid name begins with aws-waf-logs-, field: LOG_DESTINATION, parameter: ${destination}`,
    );
  if (arn.service === "logs" && !world.find([logGroup], name))
    throw new CloudError("WAFLogDestinationPermissionIssueException", `Unable to deliver logs to ${destination}`);
  for (const field of mapsOf(inputs, "redactedFields")) {
    const [kind = ""] = Object.keys(field);
    if (!["singleHeader", "method", "queryString", "uriPath"].includes(kind))
      throw invalid(`field ${kind} cannot be redacted, field: FIELD_TO_MATCH`);
    const header = textOf(mapOf(field, "singleHeader"), "name");
    if (header !== undefined && header !== header.toLowerCase())
      throw invalid(`the name of a header is written in lower case, and not ${header}`);
  }
}
