/** One element of ASN.1 in the encoding that X.509 takes: what it is, what is in it, and both together. */
export type Element = { tag: number; content: Buffer; whole: Buffer };

/** An element with this tag around these parts. */
export function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const digits = length.toString(16);
  const size = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content]);
}

/** The elements that stand one after the other in these bytes. */
export function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1]!;
    const more = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + more;
    const length = more ? Number.parseInt(bytes.toString("hex", at + 2, start), 16) : first;
    found.push({
      tag: bytes[at]!,
      content: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return found;
}

export const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
export const integer = (bytes: Buffer) => der(0x02, bytes);
export const octets = (bytes: Buffer) => der(0x04, bytes);
export const yes = der(0x01, Buffer.of(0xff));

/** A string of bits, of which the last so many do not count. */
export const bits = (bytes: Buffer, unused = 0) => der(0x03, Buffer.of(unused), bytes);

/** An object identifier as it is written, 2.5.29.17. */
export function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 | (left & 0x7f));
    return digits;
  });
  return der(0x06, Buffer.from(bytes));
}

/** A time to the second: with two digits for the year as long as they are enough. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}
