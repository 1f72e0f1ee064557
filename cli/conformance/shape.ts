import { z } from "zod";
import { valueAt } from "../../components/country/field-at.ts";
import { either, show } from "../../components/country/wording.ts";

/** Where a value differs from its shape: `$.usage.total_tokens: int was to come, found nothing`. */
export function differences(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map((issue) => {
    const at = issue.path as (string | number)[];
    return `${jsonPath(at)}: ${expected(issue)} was to come, found ${show(valueAt(value, at))}`;
  });
}

/** `$.choices[0].message`. */
export function jsonPath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => text + (typeof part === "number" ? `[${part}]` : /^\w+$/.test(part) ? `.${part}` : `["${part}"]`),
    "$",
  );
}

/** Keys that the specification wants and no known client misses. */
export function missing(value: unknown, paths: readonly (readonly (string | number)[])[]): string[] {
  return paths
    .filter((path) => valueAt(value, path) === undefined)
    .map((path) => `${jsonPath(path)} is missing; clients do without`);
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return issue.expected;
  if (issue.code === "invalid_value") return either(issue.values.map((value) => JSON.stringify(value)));
  if (issue.code === "too_small") return issue.origin === "number" ? `${issue.minimum} or more` : "something";
  if (issue.code === "invalid_union") return either([...new Set(issue.errors.flat().map(expected))]);
  return issue.message;
}

// What the specification requires of answers, as far as clients read it; what more there is does no harm.

const count = z.int().nonnegative();
const text = z.string().min(1);

export const usage = z.looseObject({ prompt_tokens: count, completion_tokens: count, total_tokens: count });
export type Usage = z.infer<typeof usage>;

export const model = z.looseObject({ id: text, object: z.literal("model"), created: z.int(), owned_by: z.string() });
export const modelList = z.looseObject({ object: z.literal("list"), data: z.array(model) });

const finishReason = z.enum(["stop", "length", "tool_calls", "content_filter", "function_call"]);
const toolCall = z.looseObject({
  id: text,
  type: z.literal("function"),
  function: z.looseObject({ name: text, arguments: z.string() }),
});

export const chatCompletion = z.looseObject({
  id: text,
  object: z.literal("chat.completion"),
  created: z.int(),
  model: text,
  choices: z
    .array(
      z.looseObject({
        index: count,
        finish_reason: finishReason,
        message: z.looseObject({
          role: z.literal("assistant"),
          content: z.string().nullable(),
          tool_calls: z.array(toolCall).nullish(),
        }),
      }),
    )
    .min(1),
});
export type ChatCompletion = z.infer<typeof chatCompletion>;

export const chatChunk = z.looseObject({
  id: text,
  object: z.literal("chat.completion.chunk"),
  created: z.int(),
  model: text,
  choices: z.array(
    z.looseObject({
      index: count,
      finish_reason: finishReason.nullish(),
      delta: z.looseObject({
        role: z.literal("assistant").nullish(),
        content: z.string().nullish(),
        tool_calls: z
          .array(
            z.looseObject({
              index: count,
              id: z.string().nullish(),
              type: z.literal("function").nullish(),
              function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
            }),
          )
          .nullish(),
      }),
    }),
  ),
  usage: usage.nullish(),
});
export type ChatChunk = z.infer<typeof chatChunk>;

export const completion = z.looseObject({
  id: text,
  object: z.literal("text_completion"),
  created: z.int(),
  model: text,
  choices: z.array(z.looseObject({ index: count, text: z.string(), finish_reason: finishReason.nullish() })).min(1),
  usage: usage.nullish(),
});

export const embeddings = z.looseObject({
  object: z.literal("list"),
  model: text,
  data: z
    .array(z.looseObject({ object: z.literal("embedding"), index: count, embedding: z.array(z.number()).min(1) }))
    .min(1),
  usage: z.looseObject({ prompt_tokens: count, total_tokens: count }),
});

export const encodedEmbeddings = z.looseObject({
  data: z.array(z.looseObject({ index: count, embedding: text })).min(1),
});

export const errorAnswer = z.looseObject({
  error: z.looseObject({
    message: text,
    type: text,
    param: z.string().nullable(),
    code: z.union([z.string(), z.number()]).nullable(),
  }),
});

export const response = z.looseObject({
  id: text,
  object: z.literal("response"),
  created_at: z.number(),
  status: z.enum(["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]),
  model: text,
  output: z.array(z.looseObject({ type: text })),
});

export const responseUsage = z.looseObject({ input_tokens: count, output_tokens: count, total_tokens: count });
