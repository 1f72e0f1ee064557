/** Addresses of an IPv4 range: its first as a number, and how many. */
type Range = { first: number; size: number };

/** Equal parts of a range, as many as asked for and as large as can be: `10.0.0.0/16` in three is three times a /18. */
export function partsOf(cidr: string, count: number): string[] {
  const { first, size } = rangeOf(cidr);
  const bits = Math.ceil(Math.log2(count));
  const part = size / 2 ** bits;
  const length = 32 - Math.log2(part);
  return Array.from({ length: count }, (_, index) => `${dotted(first + index * part)}/${length}`);
}

// EKS takes its own pick of the first two, without a look at what is connected to the network.
const forServices = ["172.20.0.0/16", "10.100.0.0/16", "192.168.0.0/16", "10.200.0.0/16", "172.24.0.0/16"];

/** The range of the cluster's Services: the first of a few that overlaps with none of these; undefined where all do. */
export function serviceRange(taken: readonly string[]): string | undefined {
  return forServices.find((range) => !taken.some((other) => overlap(range, other)));
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [rangeOf(a), rangeOf(b)];
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

function rangeOf(cidr: string): Range {
  const [address = "", length] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first: Math.floor(number / size) * size, size };
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
