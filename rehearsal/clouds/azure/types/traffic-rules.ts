import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapsOf, textOf } from "../../known.ts";
import { addressNumber, addressRange } from "../address-range.ts";
import { armType } from "../arm-type.ts";
import { networkNaming } from "./virtual-network.ts";

const network = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network";
const inUse = (kind: string) => (standing: { id: string; outputs: Properties }, users: { id: string }[]) =>
  new CloudError(
    `InUse${kind}CannotBeDeleted`,
    `${standing.outputs.name} cannot be deleted because it is in use by the following resources: ${users.map(({ id }) => id).join(", ")}. (${standing.id})`,
  );

export const networkSecurityGroup = armType({
  path: `${network}/networkSecurityGroups/{networkSecurityGroupName}`,
  apiVersion: "2024-05-01",
  model: { file: "arm-network", class: "NetworkSecurityGroup" },
  naming: networkNaming,
  check: (inputs) => mapsOf(inputs, "securityRules").flatMap(ruleFaults),
  judge: ({ inputs }) => {
    const rules = mapsOf(inputs, "securityRules");
    for (const rule of rules) {
      const twin = rules.find(
        (one) => one !== rule && one.direction === rule.direction && one.priority === rule.priority,
      );
      if (!twin) continue;
      throw new CloudError(
        "SecurityRuleConflict",
        `Security rule ${rule.name} conflicts with rule ${twin.name}. Rules cannot have the same Priority and Direction.`,
      );
    }
  },
  outputs: () => ({ provisioningState: "Succeeded", defaultSecurityRules: [] }),
  inUse: inUse("NetworkSecurityGroup"),
});

export const routeTable = armType({
  path: `${network}/routeTables/{routeTableName}`,
  apiVersion: "2024-05-01",
  model: { file: "arm-network", class: "RouteTable" },
  naming: networkNaming,
  check: (inputs) => mapsOf(inputs, "routes").flatMap(routeFaults),
  outputs: () => ({ provisioningState: "Succeeded" }),
  inUse: inUse("RouteTable"),
});

function ruleFaults(rule: Properties, index: number): Fault[] {
  const at = `securityRules[${index}]`;
  const { priority } = rule;
  const faults: Fault[] = [];
  if (typeof priority === "number" && (priority < 100 || priority > 4096)) {
    faults.push({ property: `${at}.priority`, reason: `'${at}.priority' is ${priority}; it must be 100 to 4096` });
  }
  if (textOf(rule, "name") === undefined)
    faults.push({ property: `${at}.name`, reason: `missing required property '${at}.name'` });
  for (const [one, many] of [
    ["sourceAddressPrefix", "sourceAddressPrefixes"],
    ["destinationAddressPrefix", "destinationAddressPrefixes"],
    ["destinationPortRange", "destinationPortRanges"],
    ["sourcePortRange", "sourcePortRanges"],
  ] as const) {
    if (rule[one] !== undefined || rule[many] !== undefined) continue;
    // Groups of an application stand in for addresses.
    const groups = one.replace("AddressPrefix", "ApplicationSecurityGroups");
    if (rule[groups] === undefined)
      faults.push({
        property: `${at}.${one}`,
        reason: `'${at}' says neither ${one} nor ${many} (SecurityRuleParameterMissing)`,
      });
  }
  return faults;
}

function routeFaults(route: Properties, index: number): Fault[] {
  const at = `routes[${index}]`;
  const faults: Fault[] = [];
  const prefix = textOf(route, "addressPrefix");
  const next = textOf(route, "nextHopIpAddress");
  if (prefix && /^[\d.]+\/\d+$/.test(prefix) && !addressRange(prefix)) {
    faults.push({
      property: `${at}.addressPrefix`,
      reason: `'${at}.addressPrefix' is '${prefix}', which is no CIDR block`,
    });
  }
  if ((route.nextHopType === "VirtualAppliance") !== (next !== undefined)) {
    faults.push({
      property: `${at}.nextHopIpAddress`,
      reason: `'${at}' goes to ${route.nextHopType}: an address of the next hop is for VirtualAppliance, and needed there`,
    });
  }
  if (next !== undefined && addressNumber(next) === undefined)
    faults.push({
      property: `${at}.nextHopIpAddress`,
      reason: `'${at}.nextHopIpAddress' is '${next}', which is no address`,
    });
  return faults;
}
