import { isIPv4 } from "node:net";
import { serviceRange } from "../../clouds/aws/network/ranges.ts";
import { clusterRanges } from "../../clouds/azure/cluster-ranges.ts";
import { overlap } from "../../network/ip-range.ts";
import type { Finding } from "../fault.ts";
import type { SoundTarget } from "../sound.ts";
import { show } from "../wording.ts";

type Cloud = SoundTarget<"aws" | "azure">;

/** Networks that overlap, and zones that are elsewhere. */
export function judgeCloudNetwork(target: Cloud): Finding[] {
  return [...judgeCallers(target), ...(target.kind === "aws" ? judgeZones(target) : judgeNextHop(target))];
}

function judgeCallers({ kind, network }: Cloud): Finding[] {
  const { cidr, callers = [] } = network ?? {};
  // AKS has fixed ranges inside; for EKS one is picked that is free.
  const inside = kind === "azure" ? [clusterRanges.pods, clusterRanges.services] : [];
  const within = inside.find((range) => cidr && overlap(cidr, range));
  const taken = [
    ...(cidr ? [{ cidr, is: "the country's own network" }] : []),
    ...inside.map((range) => ({ cidr: range, is: "of the cluster's pods and services" })),
  ];
  const known = [cidr, ...callers].filter((range) => range !== undefined);
  return [
    ...(within
      ? [
          {
            at: ["target", "network", "cidr"],
            found: `${cidr}, which overlaps ${within}, of the cluster's pods and services`,
            allowed: "a private network that overlaps no other",
            remedy: "write  cidr: 10.64.0.0/16  (an example)",
          },
        ]
      : []),
    ...(kind === "aws" && serviceRange(known) === undefined
      ? [
          {
            at: ["target", "network"],
            found: `${known.join(", ")}, beside which no range is left for the cluster's services`,
            allowed: "networks that leave a private /16 free",
            remedy: "name narrower ranges: the networks that really call",
          },
        ]
      : []),
    ...callers.flatMap((caller, index) => {
      if (caller === undefined) return [];
      const met = taken.find((each) => overlap(each.cidr, caller));
      if (!met) return [];
      return [
        {
          at: ["target", "network", "callers", index],
          found: `${caller}, which overlaps ${met.cidr}, ${met.is}`,
          allowed: "networks outside, of which no address is also inside",
          remedy: "renumber one of them: between networks that overlap nothing can be routed",
        },
      ];
    }),
  ];
}

function judgeZones({ region, network, nodeGroups }: SoundTarget<"aws">): Finding[] {
  if (region === undefined) return [];
  const declared = network?.zones;
  const zones = declared?.filter((zone) => zone !== undefined) ?? ["a", "b", "c"].map((letter) => region + letter);
  const own = (zone: string) => zone.startsWith(region) && zone.length === region.length + 1;
  return [
    ...zones.flatMap((zone, index) => {
      const again = zones.indexOf(zone) < index;
      if (own(zone) && !again) return [];
      return [
        {
          at: ["target", "network", "zones", index],
          found: again ? `${zone}, a second time` : `${zone}, which is no zone of ${region}`,
          allowed: `zones of ${region}, each once, such as ${region}a`,
          remedy: again ? "take it out" : `write  - ${region}${zone.at(-1)}`,
        },
      ];
    }),
    ...Object.entries(nodeGroups ?? {}).flatMap(([name, group]) => {
      const zone = group?.zone;
      if (zone === undefined || zones.includes(zone)) return [];
      return [
        {
          at: ["target", "nodeGroups", name, "zone"],
          found: `${zone}, which is not among the zones of the network`,
          allowed: `one of ${zones.join(", ")}`,
          remedy: own(zone)
            ? `add it to  target.network.zones  or write  zone: ${zones[0]}`
            : `write  zone: ${zones[0]}`,
        },
      ];
    }),
  ];
}

function judgeNextHop({ network }: SoundTarget<"azure">): Finding[] {
  const hop = network?.egress?.kind === "appliance" ? network.egress.nextHop : undefined;
  if (hop === undefined || isIPv4(hop)) return [];
  return [
    {
      at: ["target", "network", "egress", "nextHop"],
      found: show(hop),
      allowed: "the IPv4 address of the appliance",
      remedy: "write  nextHop: 10.10.0.4  (an example)",
    },
  ];
}
