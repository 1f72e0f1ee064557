import { impossible } from "./refusal.ts";
import type { Message, PromptBody, Tool } from "./request.ts";
import { longestToken, tokensOf } from "./tokens.ts";

/** A prompt as words, where it came as such, and as tokens. */
export type Written = { text: string; tokens: number[] };

// Not among the tokens of texts, so that it cannot be written by a client.
const beginning = 131_072;

/** How much may be read and written. */
export class Context {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  /** The prompts of a request that has no messages. */
  prompts(given: PromptBody): Written[] {
    const one = typeof given === "string" || typeof given[0] === "number" ? [given as string | number[]] : given;
    return (one as (string | number[])[]).map((prompt) =>
      typeof prompt === "string"
        ? { text: prompt, tokens: [beginning, ...tokensOf(this.#bounded(prompt))] }
        : { text: "", tokens: prompt },
    );
  }

  /** A conversation as one prompt: a plain template of our own. */
  conversation(messages: readonly Message[], tools: readonly Tool[] = []): Written {
    const offered = tools.length === 0 ? "" : `<|tools|>\n${JSON.stringify(tools)}<|end|>\n`;
    const said = messages.map((message) => {
      const calls = message.tool_calls?.length ? JSON.stringify(message.tool_calls) : "";
      return `<|${message.role}|>\n${wordsOf(message)}${calls}<|end|>\n`;
    });
    const text = `${offered}${said.join("")}<|assistant|>\n`;
    return { text, tokens: [beginning, ...tokensOf(this.#bounded(text))] };
  }

  /** Tokens that an answer may have, or the engine's refusal where prompt and answer have no room. */
  room({ tokens }: Written, asked: number | null | undefined, param: string): number {
    if (asked !== null && asked !== undefined) {
      if (asked > this.length) {
        const text = `${param}=${asked} cannot be greater than max_model_len=max_total_tokens=${this.length}.`;
        throw impossible(`${text} Please request fewer output tokens.`, param, asked);
      }
      if (asked < 1) throw impossible(`max_tokens must be at least 1, got ${asked}.`, "max_tokens", asked);
    }
    const output = asked ?? 0;
    // An answer has one token at least, for which there must be room too.
    if (tokens.length > this.length - Math.max(output, 1)) {
      throw this.#tooLong(output, `${tokens.length} input tokens, for a total of ${tokens.length + output} tokens`, [
        "input_tokens",
        tokens.length,
      ]);
    }
    return asked ?? this.length - tokens.length;
  }

  /** Refuses a prompt of which only a vector is wanted, where it is too long. */
  fits({ tokens }: Written): void {
    if (tokens.length <= this.length) return;
    throw this.#tooLong(0, `${tokens.length} input tokens, for a total of ${tokens.length} tokens`, [
      "input_tokens",
      tokens.length,
    ]);
  }

  #bounded(text: string): string {
    const most = this.length * longestToken;
    if (text.length <= most) return text;
    const bound = `(more than ${most} characters, which is the upper bound for ${this.length} input tokens)`;
    throw this.#tooLong(0, `${text.length} characters ${bound}`, ["input_text", text.length]);
  }

  #tooLong(output: number, contains: string, [param, value]: [string, number]) {
    return impossible(
      `This model's maximum context length is ${this.length} tokens. However, you requested ${output} output tokens and ` +
        `your prompt contains ${contains}. Please reduce the length of the input prompt or the number of requested output tokens.`,
      param,
      value,
    );
  }
}

/** The words of a message; a stand-in sees no pictures, as a model for text does not. */
export function wordsOf({ content }: Message): string {
  if (typeof content === "string") return content;
  return (content ?? [])
    .map(({ type, text }) => {
      if (text !== undefined) return text;
      throw impossible(`At most 0 ${type.split("_")[0]}(s) may be provided in one prompt.`);
    })
    .join("\n");
}
