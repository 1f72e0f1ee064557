import type { Context } from "./context.ts";
import { type Asked, modelOf, sendJson } from "./host.ts";
import { bodies, read } from "./request.ts";
import { piecesOf } from "./tokens.ts";

/** POST /tokenize: the tokens that a prompt is counted as here. */
export function tokenize({ host, response, body }: Asked): void {
  const { model, strings, text, tokens } = writtenOf(body, host.context);
  modelOf(host, model);
  sendJson(response, 200, {
    count: tokens.length,
    max_model_len: host.context.length,
    tokens,
    token_strs: strings ? ["<|begin|>", ...piecesOf(text)] : null,
  });
}

function writtenOf(body: unknown, context: Context) {
  if ("messages" in Object(body)) {
    const { model, messages, tools, return_token_strs: strings } = read(bodies.tokenizeChat, body);
    return { model, strings, ...context.conversation(messages, tools ?? []) };
  }
  const { model, prompt, return_token_strs: strings } = read(bodies.tokenize, body);
  return { model, strings, ...context.prompts(prompt)[0]! };
}
