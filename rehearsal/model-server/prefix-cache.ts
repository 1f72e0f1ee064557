import { hash } from "./tokens.ts";

/** Tokens of a block: only whole blocks are found again. */
export const blockTokens = 16;

/** Blocks that there is room for; a real engine has as many as its GPU's memory left over. */
export const cacheBlocks = 65_536;

/** Which beginnings of prompts were seen before, forgotten from the longest unused on. */
export class PrefixCache {
  readonly #enabled: boolean;
  readonly #blocks = new Set<number>();

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** How many tokens of a prompt need not be computed, which is then remembered; another salt finds nothing of it. */
  take(tokens: readonly number[], salt: string | undefined): number {
    if (!this.#enabled) return 0;
    let found = 0;
    let [left, right] = [hash(salt ?? ""), hash(`${salt ?? ""}.`)];
    for (let end = blockTokens; end <= tokens.length; end += blockTokens) {
      for (const token of tokens.slice(end - blockTokens, end)) {
        left = Math.imul(left ^ token, 0x01000193);
        right = Math.imul(right ^ token, 0x85ebca6b) ^ (right >>> 15);
      }
      // 53 bits of both: more than a number holds exactly is no key.
      const block = (left >>> 0) * 2 ** 21 + (right >>> 11);
      // The last token is always computed: from it the first one of the answer comes.
      if (this.#blocks.delete(block) && found === end - blockTokens && end < tokens.length) found = end;
      this.#blocks.add(block);
    }
    for (const oldest of this.#blocks) {
      if (this.#blocks.size <= cacheBlocks) break;
      this.#blocks.delete(oldest);
    }
    return found;
  }
}
