import { gunzipSync } from "node:zlib";

const MOST_BYTES = 1024 * 1024;

/** The text that bytes are in UTF-8, UTF-16 or Latin-1, gzipped too; undefined where they are no text. */
export function textIn(bytes: Buffer): string | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      const inner = gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
      return inner[0] === 0x1f ? undefined : textIn(inner);
    } catch {
      return undefined;
    }
  }
  const text = bytes.toString("utf8");
  if (!text.includes("\0") && !text.includes("\uFFFD")) return text;
  const wide = bytes.toString("utf16le").replace(/^\uFEFF/, "");
  if (bytes.length % 2 === 0 && isMostlyAscii(wide)) return wide;
  const narrow = bytes.toString("latin1");
  return isMostlyAscii(narrow) ? narrow : undefined;
}

function isMostlyAscii(text: string): boolean {
  let ascii = 0;
  for (const sign of text) {
    if (/[\t\n\r\x20-\x7e]/.test(sign)) ascii++;
    else if (sign < "\xa0") return false;
  }
  return ascii > text.length * 0.8;
}
