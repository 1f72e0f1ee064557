import * as pulumi from "@pulumi/pulumi";

/** Ranges of a cluster's pods and Services: routed inside the cluster only, so every country may have the same. */
export const clusterRanges = { pods: "10.244.0.0/16", services: "10.245.0.0/16", dns: "10.245.0.10" } as const;

/** How a country's network is divided: half for nodes, an eighth each for doors, private endpoints and the API server. */
export function azureRanges(cidr: string) {
  for (const taken of [clusterRanges.pods, clusterRanges.services]) {
    if (!overlap(cidr, taken)) continue;
    throw new pulumi.RunError(
      [
        `target.network.cidr ${cidr} is not free`,
        `  found    it overlaps ${taken}, which the cluster's pods and Services have`,
        "  allowed  a private range outside 10.244.0.0/15",
        "  remedy   name another range, such as 10.64.0.0/16",
      ].join("\n"),
    );
  }
  return {
    nodes: part(cidr, 1, 0),
    doors: part(cidr, 3, 4),
    endpoints: part(cidr, 3, 5),
    apiServer: part(cidr, 3, 6),
  };
}

/** The part with this number, of the parts that `bits` more bits divide a range into. */
function part(cidr: string, bits: number, number: number): string {
  const { first, size } = rangeOf(cidr);
  const length = Number(cidr.split("/")[1]) + bits;
  const address = first + number * (size / 2 ** bits);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")}/${length}`;
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

function rangeOf(cidr: string): { first: number; size: number } {
  const [address = "", length] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  const whole = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first: whole - (whole % size), size };
}
