import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Reference } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf } from "../../known.ts";
import type { World } from "../../world.ts";
import { type AwsCall, type AwsType, arnFaults, arnOf, awsType, newId, newUuid, reference } from "../aws-type.ts";
import { endpointsOf, firewall, policyFaults, ruleFaults } from "./firewall-rules.ts";
import { logGroup } from "./logs.ts";
import { routeTable, subnet, toSubnet, toVpc } from "./networks.ts";

const policy = "aws:networkfirewall/firewallPolicy:FirewallPolicy";
const ruleGroup = "aws:networkfirewall/ruleGroup:RuleGroup";

/** A reference to what a firewall is made of, by ARN. */
const to = (at: string, type: string, what: string, more?: Partial<Reference>) =>
  reference(at, type, "ResourceNotFoundException", (arn) => `${what} ${arn} does not exist`, more);
const invalid = (why: string) => new CloudError("InvalidRequestException", why);
const inUse = (what: string) => () =>
  new CloudError("InvalidOperationException", `Unable to delete the object because it is still in use by ${what}`);

/** What may leave a network, by its name. */
export const firewalls: Record<string, AwsType> = {
  [ruleGroup]: awsType({
    service: "NetworkFirewall",
    thing: "NetworkFirewall Rule Group",
    calls: { create: "CreateRuleGroup", update: "UpdateRuleGroup", delete: "DeleteRuleGroup" },
    request: { service: "network-firewall", operation: "CreateRuleGroup", members: { name: "RuleGroupName" } },
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name", "type", "capacity"],
    check: ruleFaults,
    judge: (call) => judgeName(call, ruleGroup),
    make: (call) => {
      const kind = call.inputs.type === "STATELESS" ? "stateless" : "stateful";
      const arn = arnOf(call, "network-firewall", `${kind}-rulegroup/${call.inputs.name}`);
      return { id: arn, outputs: { arn, updateToken: newUuid() } };
    },
    change: () => ({ updateToken: newUuid() }),
    renewed: ["updateToken"],
    inUse: inUse("a firewall policy"),
    takesMs: { create: 200 },
  }),

  [policy]: awsType({
    service: "NetworkFirewall",
    thing: "NetworkFirewall Firewall Policy",
    calls: { create: "CreateFirewallPolicy", update: "UpdateFirewallPolicy", delete: "DeleteFirewallPolicy" },
    request: {
      service: "network-firewall",
      operation: "CreateFirewallPolicy",
      members: { name: "FirewallPolicyName" },
    },
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name"],
    references: [
      to("firewallPolicy.statefulRuleGroupReferences.*.resourceArn", ruleGroup, "Rule group"),
      to("firewallPolicy.statelessRuleGroupReferences.*.resourceArn", ruleGroup, "Rule group"),
    ],
    check: ({ firewallPolicy }) => policyFaults((firewallPolicy ?? {}) as Properties),
    judge: (call) => {
      judgeName(call, policy);
      judgeOrder(call);
    },
    make: (call) => {
      const arn = arnOf(call, "network-firewall", `firewall-policy/${call.inputs.name}`);
      return { id: arn, outputs: { arn, updateToken: newUuid() } };
    },
    change: () => ({ updateToken: newUuid() }),
    renewed: ["updateToken"],
    inUse: inUse("a firewall"),
    takesMs: { create: 200 },
  }),

  [firewall]: awsType({
    service: "NetworkFirewall",
    thing: "NetworkFirewall Firewall",
    calls: { create: "CreateFirewall", update: "AssociateSubnets", delete: "DeleteFirewall" },
    request: { service: "network-firewall", operation: "CreateFirewall", members: { name: "FirewallName" } },
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name", "vpcId", "transitGatewayId"],
    unordered: ["subnetMappings"],
    references: [
      toVpc("vpcId"),
      toSubnet("subnetMappings.*.subnetId"),
      to("firewallPolicyArn", policy, "Firewall policy"),
    ],
    check: ({ firewallPolicyArn }, settings) =>
      arnFaults(
        "firewallPolicyArn",
        textOf({ firewallPolicyArn: firewallPolicyArn ?? "" }, "firewallPolicyArn"),
        settings,
      ),
    judge: (call) => {
      judgeName(call, firewall);
      judgePlaces(call);
    },
    make: (call) => {
      const arn = arnOf(call, "network-firewall", `firewall/${call.inputs.name}`);
      return { id: arn, outputs: { arn, updateToken: newUuid(), firewallStatuses: statuses(call) } };
    },
    change: (call, before) => ({
      updateToken: newUuid(),
      firewallStatuses: statuses(call, endpointsOf(before.outputs)),
    }),
    renewed: ["updateToken"],
    judgeDeletion: ({ world }, { inputs, outputs }) => {
      if (inputs.deleteProtection === true)
        throw new CloudError("InvalidOperationException", "Firewall delete protection is enabled");
      const routed = routesTo(Object.values(endpointsOf(outputs)), world);
      if (routed) {
        throw new CloudError(
          "InvalidOperationException",
          `Unable to fulfill request because the following VPC endpoint(s) still have routes: ${routed}`,
        );
      }
    },
    waits: true,
    takesMs: { create: 1200, update: 300, delete: 600 },
  }),

  "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": awsType({
    service: "NetworkFirewall",
    thing: "NetworkFirewall Logging Configuration",
    calls: { create: "UpdateLoggingConfiguration", update: "UpdateLoggingConfiguration" },
    request: { service: "network-firewall", operation: "UpdateLoggingConfiguration" },
    immutable: ["firewallArn"],
    references: [to("firewallArn", firewall, "Firewall", { holds: false })],
    judge: ({ world, inputs }) => {
      for (const { logDestination, logDestinationType } of mapsOf(
        mapOf(inputs, "loggingConfiguration"),
        "logDestinationConfigs",
      )) {
        const named = textOf(logDestination as Properties, "logGroup");
        if (logDestinationType !== "CloudWatchLogs") continue;
        if (!named || !world.find([logGroup], named)) {
          throw new CloudError(
            "LogDestinationPermissionException",
            `Unable to deliver logs to log group ${named ?? "(none named)"}: it does not exist`,
          );
        }
      }
    },
    make: ({ inputs, world }) => ({
      id: String(inputs.firewallArn),
      outputs: { firewallName: String(world.find([firewall], String(inputs.firewallArn))?.outputs.name ?? "") },
    }),
  }),
};

/** Names are an account's in a region. */
function judgeName({ world, inputs, before }: AwsCall, type: string): void {
  const twin = world.standing(type).find((one) => one.inputs.name === inputs.name && one.id !== before?.id);
  if (twin) throw invalid(`Resource with the name ${inputs.name} already exists`);
}

/** Rule groups are of the policy's own order. */
function judgeOrder({ world, inputs }: AwsCall): void {
  const own = mapOf(inputs, "firewallPolicy");
  const order = (of: Properties | undefined) => of?.ruleOrder ?? "DEFAULT_ACTION_ORDER";
  const wanted = order(mapOf(own, "statefulEngineOptions"));
  for (const { resourceArn } of mapsOf(own, "statefulRuleGroupReferences")) {
    const group = world.get(ruleGroup, String(resourceArn));
    const has = order(mapOf(mapOf(group?.inputs, "ruleGroup"), "statefulRuleOptions"));
    if (has !== wanted) throw invalid(`rule group ${resourceArn} is of order ${has}, and the policy of ${wanted}`);
  }
}

/** One subnet in a zone, all of the firewall's own network. */
function judgePlaces({ world, inputs }: AwsCall): void {
  const places = mapsOf(inputs, "subnetMappings").map(({ subnetId }) => world.get(subnet, String(subnetId))!);
  if (places.some((place) => place.inputs.vpcId !== inputs.vpcId))
    throw invalid(`the subnets are not all of the VPC ${inputs.vpcId}`);
  const zones = places.map(({ outputs }) => outputs.availabilityZone);
  if (new Set(zones).size < zones.length) throw invalid("a firewall has one subnet in an availability zone");
}

function statuses({ world, inputs }: AwsCall, before: Record<string, string> = {}) {
  const syncStates = mapsOf(inputs, "subnetMappings").map(({ subnetId }) => {
    const id = String(subnetId);
    const availabilityZone = String(world.get(subnet, id)?.outputs.availabilityZone);
    return { availabilityZone, attachments: [{ endpointId: before[id] ?? newId("vpce"), subnetId: id }] };
  });
  return [{ syncStates, transitGatewayAttachmentSyncStates: [] }];
}

function routesTo(endpoints: string[], world: World): string | undefined {
  const routes = world.standing(routeTable).flatMap(({ inputs }) => mapsOf(inputs, "routes"));
  return routes.map(({ vpcEndpointId }) => String(vpcEndpointId)).find((id) => endpoints.includes(id));
}
