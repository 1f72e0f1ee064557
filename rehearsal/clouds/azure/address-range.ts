/** A range of IPv4 addresses, first and last as numbers. */
export type AddressRange = { text: string; first: number; last: number; bits: number };

/** The range that a CIDR names; undefined for a text that is none, and for one whose host bits are set. */
export function addressRange(text: string): AddressRange | undefined {
  const [, address, length] = text.match(/^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/) ?? [];
  const first = address === undefined ? undefined : addressNumber(address);
  const bits = Number(length);
  if (first === undefined || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { text, first, last: first + size - 1, bits } : undefined;
}

/** An address as a number; undefined for a text that is none. */
export function addressNumber(text: string): number | undefined {
  const octets = text.split(".").map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export function overlap(one: AddressRange, other: AddressRange): boolean {
  return one.first <= other.last && other.first <= one.last;
}

export function contains(outer: AddressRange, inner: Pick<AddressRange, "first" | "last">): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
