import { clusterRanges } from "./cluster-ranges.ts";
import type { AzureTarget } from "./target.ts";

/**
 * Who may talk to whom in a country's network: its own addresses, the load balancers' probes and the declared callers come in;
 * nothing goes out but to the network itself, and through the appliance where there is one.
 */
export function securityRules({ cidr, callers, egress }: AzureTarget["network"]) {
  // Pods talk across nodes under their own addresses.
  const own = [cidr, clusterRanges.pods];
  const any = { protocol: "*", sourcePortRange: "*", destinationPortRange: "*" };
  const inbound = { ...any, direction: "Inbound" };
  const outbound = { ...any, direction: "Outbound", access: "Deny", sourceAddressPrefix: "*" };
  return [
    {
      ...inbound,
      name: "own",
      priority: 100,
      access: "Allow",
      sourceAddressPrefixes: own,
      destinationAddressPrefixes: own,
    },
    {
      ...inbound,
      name: "probes",
      priority: 110,
      access: "Allow",
      sourceAddressPrefix: "AzureLoadBalancer",
      destinationAddressPrefix: "*",
    },
    ...(callers.length > 0
      ? [
          {
            ...inbound,
            name: "callers",
            priority: 120,
            access: "Allow",
            protocol: "Tcp",
            sourceAddressPrefixes: callers,
            destinationAddressPrefix: cidr,
            destinationPortRange: "443",
          },
        ]
      : []),
    // Azure's own rules let in every network that is joined to this one.
    {
      ...inbound,
      name: "nobody-else",
      priority: 4096,
      access: "Deny",
      sourceAddressPrefix: "*",
      destinationAddressPrefix: "*",
    },
    // Azure's own rules let everything out. What the appliance forwards is addressed to the internet as well.
    ...(egress.kind === "none"
      ? [{ ...outbound, name: "nothing-out", priority: 4096, destinationAddressPrefix: "Internet" }]
      : []),
  ];
}
