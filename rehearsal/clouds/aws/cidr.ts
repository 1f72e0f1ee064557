/** An IPv4 block: its first address as a number, and the length of its prefix. */
export type Cidr = { first: number; prefix: number };

/** A block such as `10.0.0.0/16`; undefined for what is none. Bits beyond the prefix are dropped, as AWS does. */
export function parseCidr(text: string | undefined): Cidr | undefined {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text ?? "") ?? [];
  const bytes = address.split(".").map(Number);
  const prefix = Number(length);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || prefix > 32) return undefined;
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return { first: Math.floor(number / sizeOf({ prefix })) * sizeOf({ prefix }), prefix };
}

/** Whether `inner` lies in `outer` whole. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && overlap(outer, inner);
}

/** Whether two blocks have an address in common. */
export function overlap(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);
}

function sizeOf({ prefix }: Pick<Cidr, "prefix">): number {
  return 2 ** (32 - prefix);
}
