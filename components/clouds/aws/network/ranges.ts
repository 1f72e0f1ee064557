import { overlap, partOf } from "../../../network/ip-range.ts";

/** Equal parts of a range, as many as asked for and as large as can be: `10.0.0.0/16` in three is three times a /18. */
export function partsOf(cidr: string, count: number): string[] {
  const bits = Math.ceil(Math.log2(count));
  return Array.from({ length: count }, (_, index) => partOf(cidr, bits, index));
}

// EKS takes its own pick of the first two, without a look at what is connected to the network.
const forServices = ["172.20.0.0/16", "10.100.0.0/16", "192.168.0.0/16", "10.200.0.0/16", "172.24.0.0/16"];

/** The range of the cluster's Services: the first of a few that overlaps with none of these; undefined where all do. */
export function serviceRange(taken: readonly string[]): string | undefined {
  return forServices.find((range) => !taken.some((other) => overlap(range, other)));
}

/** Addresses of what stands at the edge of the network, which are nobody's else: 100.64.0.0/10 is shared by all providers. */
export const outerRange = "100.64.0.0/23";

/** Addresses of one zone's subnets at the edge, by the number of the zone: at most eight. */
export function outerParts(zone: number): { door: string; firewall: string; gateway: string } {
  return {
    // A load balancer wants room for eight addresses to grow into.
    door: partOf("100.64.0.0/24", 3, zone),
    firewall: partOf("100.64.1.0/25", 3, zone),
    gateway: partOf("100.64.1.128/25", 3, zone),
  };
}
