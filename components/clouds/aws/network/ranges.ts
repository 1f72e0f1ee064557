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
