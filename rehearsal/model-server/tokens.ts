// Not the tokens of any model: up to four letters or three digits with the space before them, a run of spaces, or one other
// sign. Texts come out about as long as with real ones, the same text always the same, and the pieces together are the text.
const piece = / ?\p{L}{1,4}| ?\p{N}{1,3}|\s{1,8}| ?[^\s\p{L}\p{N}]/gu;

/** The most characters that a token has, so that a text can be called too long without being read. */
export const longestToken = 9;

const vocabulary = 131_072;

/** A text cut into tokens. */
export function piecesOf(text: string): string[] {
  return text.match(piece) ?? [];
}

/** A text as token numbers. */
export function tokensOf(text: string): number[] {
  return piecesOf(text).map((word) => hash(word) % vocabulary);
}

/** A number from 0 to 2^32 - 1 that stands for a text. */
export function hash(text: string, seed = 0x811c9dc5): number {
  let sum = seed;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  // Neighbouring texts would else come out as neighbours.
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}
