import { type Answer, drawOf, saying, sentence } from "./answer.ts";
import { valueFor } from "./json-value.ts";
import type { Orders } from "./orders.ts";
import type { ChatBody } from "./request.ts";

type Asking = Pick<ChatBody, "response_format" | "seed" | "temperature" | "ignore_eos">;

/** The answer in words to a text: a sentence, or JSON where JSON was asked for. */
export function wordsFor(text: string, body: Asking, orders: Orders, choice: number): Answer {
  const said = sentence(text, drawOf(body.seed, body.temperature, choice));
  const { response_format: format } = body;
  if (format?.type === "json_object") return saying(JSON.stringify({ simulated: true, text: said }));
  if (format?.type === "json_schema") {
    const schema = format.json_schema?.schema ?? { type: "object" };
    return saying(JSON.stringify(valueFor(schema, "response_format")));
  }
  return saying(said, { tokens: orders.tokens, endless: body.ignore_eos });
}
