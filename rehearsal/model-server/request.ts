import { z } from "zod";
import { impossible, misshapen } from "./refusal.ts";

const text = z.string();
const whole = z.int();
const part = z.looseObject({ type: text, text: text.optional() });
const message = z.looseObject({
  role: text,
  content: z.union([text, z.array(part)]).nullish(),
  tool_calls: z.array(z.looseObject({ function: z.looseObject({ name: text, arguments: text.optional() }) })).nullish(),
});
const tool = z.looseObject({
  type: z.literal("function").default("function"),
  function: z.looseObject({ name: text, parameters: z.record(text, z.unknown()).nullish() }),
});

/** Fields of any request that names a model. */
const named = { model: text.nullish(), cache_salt: text.min(1).nullish() };

/** Fields of any request for words. */
const generation = {
  ...named,
  n: whole.nullish(),
  max_tokens: whole.nullish(),
  seed: whole.nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop: z.union([text, z.array(text)]).nullish(),
  include_stop_str_in_output: z.boolean().default(false),
  ignore_eos: z.boolean().default(false),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish() })
    .nullish(),
  response_format: z
    .looseObject({
      type: z.enum(["text", "json_object", "json_schema"]),
      json_schema: z.looseObject({ name: text, schema: z.record(text, z.unknown()).nullish() }).nullish(),
    })
    .nullish(),
};

const tokens = z.array(whole.min(0));
const prompt = z.union([text, z.array(text), tokens, z.array(tokens)]);

/** The bodies of the requests that are answered here; fields that are not named are let through, as the engine does. */
export const bodies = {
  chat: z.looseObject({
    ...generation,
    messages: z.array(message).min(1),
    max_completion_tokens: whole.nullish(),
    tools: z.array(tool).nullish(),
    tool_choice: z
      .union([z.enum(["none", "auto", "required"]), z.looseObject({ function: z.looseObject({ name: text }) })])
      .nullish(),
    parallel_tool_calls: z.boolean().nullish(),
  }),
  completion: z.looseObject({ ...generation, prompt }),
  embedding: z.looseObject({
    ...named,
    input: prompt,
    encoding_format: z.enum(["float", "base64"]).default("float"),
    dimensions: whole.nullish(),
  }),
  tokenize: z.looseObject({ ...named, prompt: text, return_token_strs: z.boolean().nullish() }),
  tokenizeChat: z.looseObject({
    ...named,
    messages: z.array(message).min(1),
    tools: z.array(tool).nullish(),
    return_token_strs: z.boolean().nullish(),
  }),
};

export type ChatBody = z.output<typeof bodies.chat>;
export type CompletionBody = z.output<typeof bodies.completion>;
export type Message = z.output<typeof message>;
export type Tool = z.output<typeof tool>;
export type PromptBody = z.output<typeof prompt>;
type Generation = Pick<ChatBody, keyof typeof generation>;

// What would change an answer's shape or content, and is not made here: to leave it out silently would be a lie.
const notSimulated = [
  ...["logprobs", "prompt_logprobs", "echo", "suffix", "structured_outputs", "use_beam_search", "prompt_embeds"],
  ...["return_token_ids", "return_prompt_text", "truncate_prompt_tokens", "stop_token_ids", "min_tokens"],
  ...["continue_final_message", "chat_template"],
];

/** Reads a body, or refuses it with the path of what is wrong with it. */
export function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const result = shape.safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = ["body", ...issue!.path].join(".");
    throw misshapen(`1 validation error: ${path}: ${issue!.message}`, path);
  }
  for (const field of notSimulated) {
    const value = Object(result.data)[field] as unknown;
    const asked = value !== undefined && value !== null && value !== false;
    if (asked && !(field === "min_tokens" && value === 0) && !(Array.isArray(value) && value.length === 0)) {
      throw impossible(`This stand-in for rehearsals does not simulate \`${field}\`; the engine does.`, field);
    }
  }
  return result.data;
}

/** Refuses what the engine refuses in any request for words. */
export function checkGeneration(body: Generation): void {
  if (body.stream_options && !body.stream) {
    throw misshapen(
      "Value error, Stream options can only be defined when `stream=True`. (parameter=stream_options)",
      "stream_options",
    );
  }
  const { response_format: format, n, temperature, top_p } = body;
  if (format?.type === "json_schema" && !format.json_schema) {
    const text = "When response_format type is 'json_schema', the 'json_schema' field must be provided.";
    throw misshapen(`Value error, ${text} (parameter=response_format)`, "response_format");
  }
  if (typeof n === "number" && (n < 1 || n > 16_384))
    throw impossible(`n must be at ${n < 1 ? "least 1" : "most 16384"}, got ${n}.`);
  if (typeof temperature === "number" && (temperature < 0 || temperature > 2)) {
    const range = temperature < 0 ? "non-negative" : "in [0, 2]";
    throw impossible(`temperature must be ${range}, got ${temperature}.`, "temperature", temperature);
  }
  if (typeof top_p === "number" && (top_p <= 0 || top_p > 1)) {
    throw impossible(`top_p must be in (0, 1], got ${top_p}.`, "top_p", top_p);
  }
  if (stopsOf(body).includes("")) throw impossible("stop cannot contain an empty string.");
}

/** The strings at which an answer ends. */
export function stopsOf({ stop }: Pick<Generation, "stop">): string[] {
  return typeof stop === "string" ? [stop] : (stop ?? []);
}
