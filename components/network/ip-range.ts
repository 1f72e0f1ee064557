/** A range of IPv4 addresses: its first as a number, and how many. */
export type IpRange = { first: number; size: number };

/** The range that a CIDR names; bits beyond its prefix are dropped. */
export function ipRange(cidr: string): IpRange {
  const [address = "", length] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first: Math.floor(number / size) * size, size };
}

/** Whether two ranges, as CIDRs, have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [ipRange(a), ipRange(b)];
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

/** The part with this number, of the parts that so many more bits divide a range into. */
export function partOf(cidr: string, bits: number, number: number): string {
  const { first, size } = ipRange(cidr);
  const address = first + number * (size / 2 ** bits);
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${octets.join(".")}/${Number(cidr.split("/")[1]) + bits}`;
}
