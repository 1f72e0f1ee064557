import type { Properties } from "../../../kubernetes-provider/properties.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import type { World } from "../../world.ts";

export const firewall = "aws:networkfirewall/firewall:Firewall";

const domain = /^\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i;
const rule = /^(pass|drop|reject|alert)\s+\w+\s+\S+\s+\S+\s+(->|<>)\s+\S+\s+\S+\s+\(.*\bsid:\s*(\d+);.*\)$/;

/** What is wrong with the rules of a group, and with its room for them. */
export function ruleFaults({ ruleGroup: group, capacity }: Properties): Fault[] {
  const source = mapOf(group as Properties | undefined, "rulesSource");
  const at = "ruleGroup.rulesSource";
  const targets = textsOf(mapOf(source, "rulesSourceList"), "targets");
  const lines = (textOf(source, "rulesString") ?? "").split("\n").filter((line) => line.trim() && !/^\s*#/.test(line));
  const sids = lines.map((line) => rule.exec(line.trim())?.[3]);
  const fault = (property: string, why: string) => [{ property, reason: `InvalidRequestException: ${why}` }];
  return [
    ...targets.flatMap((target, index) =>
      domain.test(target)
        ? []
        : fault(
            `${at}.rulesSourceList.targets[${index}]`,
            `domain ${target} is invalid: write example.com or .example.com`,
          ),
    ),
    ...lines.flatMap((line, index) =>
      sids[index] === undefined ? fault(`${at}.rulesString`, `rule is invalid: ${line}`) : [],
    ),
    ...(new Set(sids).size < sids.length ? fault(`${at}.rulesString`, "duplicate signature ids") : []),
    ...(typeof capacity === "number" && targets.length + lines.length > capacity
      ? fault(
          "capacity",
          `the rules need a capacity of ${targets.length + lines.length}, and the group has ${capacity}`,
        )
      : []),
  ];
}

const stateless = ["aws:pass", "aws:drop", "aws:forward_to_sfe"];
const stateful = [
  "aws:drop_strict",
  "aws:drop_established",
  "aws:drop_established_app_layer",
  "aws:alert_strict",
  "aws:alert_established",
  "aws:alert_established_app_layer",
];

/** What is wrong with a policy that names groups. */
export function policyFaults(firewallPolicy: Properties): Fault[] {
  const strict = mapOf(firewallPolicy, "statefulEngineOptions")?.ruleOrder === "STRICT_ORDER";
  const fault = (property: string, why: string) => [
    { property: `firewallPolicy.${property}`, reason: `InvalidRequestException: ${why}` },
  ];
  const actions = (key: string, allowed: string[]) =>
    textsOf(firewallPolicy, key).flatMap((action) =>
      allowed.includes(action) ? [] : fault(key, `action ${action} is none of ${allowed.join(", ")}`),
    );
  return [
    ...actions("statelessDefaultActions", stateless),
    ...actions("statelessFragmentDefaultActions", stateless),
    ...actions("statefulDefaultActions", stateful),
    ...(!strict && textsOf(firewallPolicy, "statefulDefaultActions").length > 0
      ? fault("statefulDefaultActions", "stateful default actions are only valid with strict rule order")
      : []),
    ...mapsOf(firewallPolicy, "statefulRuleGroupReferences").flatMap(({ priority }) =>
      strict === (priority !== undefined)
        ? []
        : fault("statefulRuleGroupReferences", "a priority goes with strict rule order, and with that alone"),
    ),
  ];
}

/** Its endpoints by their subnets. */
export function endpointsOf(outputs: Properties): Record<string, string> {
  const attachments = mapsOf(outputs, "firewallStatuses")
    .flatMap((status) => mapsOf(status, "syncStates"))
    .flatMap((state) => mapsOf(state, "attachments"));
  return Object.fromEntries(attachments.map(({ subnetId, endpointId }) => [String(subnetId), String(endpointId)]));
}

/** Whether an endpoint is one of a firewall's that stands. */
export function isFirewallEndpoint(id: string, world: World): boolean {
  return world.standing(firewall).some(({ outputs }) => Object.values(endpointsOf(outputs)).includes(id));
}
