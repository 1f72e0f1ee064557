// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: POST /chat/completions.
import { type Feature, type Finding, fail, pass } from "../check.ts";
import { answered, usageFault } from "../judge.ts";
import { type ChatCompletion, chatCompletion, differences, missing, usage } from "../shape.ts";

/** Chat completions, answered whole. */
export const chat: Feature = {
  name: "chat",
  checks: [
    {
      id: "chat.answer",
      asks: "POST /chat/completions answers with a chat.completion whose choices hold the assistant's message.",
      need: "required",
      run: async (client) =>
        answered(await client.chat(), chatCompletion, (value) =>
          pass(
            `finish_reason ${value.choices[0]!.finish_reason}`,
            missing(value, [
              ["choices", 0, "message", "refusal"],
              ["choices", 0, "logprobs"],
            ]),
          ),
        ),
    },
    {
      id: "chat.usage",
      asks: "usage counts prompt_tokens and completion_tokens, and total_tokens is their sum.",
      need: "required",
      run: async (client) => answered(await client.chat(), chatCompletion, usageOf),
    },
    {
      id: "chat.conversation",
      asks: "messages may be of system, user and assistant, and a user's content may be text or parts of text.",
      need: "required",
      run: async (client) => {
        const messages = [
          { role: "system", content: "You answer in one word." },
          { role: "user", content: "Say hello." },
          { role: "assistant", content: "Hello." },
          { role: "user", content: [{ type: "text", text: "Say it again." }] },
        ];
        return answered(await client.chat({ messages }), chatCompletion);
      },
    },
    {
      id: "chat.parameters",
      asks: "temperature, top_p, presence_penalty, frequency_penalty, seed, n and user are taken.",
      need: "required",
      run: async (client) => {
        // Their defaults: some models take no other values.
        const defaults = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0, n: 1 };
        return answered(await client.chat({ ...defaults, seed: 7, user: "freehold-conformance" }), chatCompletion);
      },
    },
    {
      id: "chat.limit",
      asks: "An answer has no more tokens than the request allows, and finish_reason length says that it was cut.",
      need: "required",
      run: async (client) =>
        answered(await client.chat({ messages: counting }, 5), chatCompletion, (value) => limited(value, 5)),
    },
    {
      id: "chat.max-completion-tokens",
      asks: "max_completion_tokens limits an answer as max_tokens does.",
      need: "where offered",
      run: async (client) => {
        const body = { model: client.chatModel, messages: counting, max_completion_tokens: 5 };
        return answered(await client.post("chat/completions", body), chatCompletion, (value) => limited(value, 5));
      },
    },
    {
      id: "chat.stop",
      asks: "An answer ends before a stop sequence, with finish_reason stop.",
      need: "required",
      run: async (client) =>
        answered(await client.chat({ messages: counting, stop: ["7"] }), chatCompletion, ({ choices: [choice] }) => {
          const { finish_reason: reason, message } = choice!;
          if (message.content?.includes("7")) return fail("$.choices[0].message.content goes beyond the stop sequence");
          return pass(`finish_reason ${reason}`, reason === "stop" ? [] : ["the answer came to no stop sequence"]);
        }),
    },
    {
      id: "chat.choices",
      asks: "n asks for several choices, numbered from 0.",
      need: "optional",
      run: async (client) =>
        answered(await client.chat({ n: 2 }), chatCompletion, ({ choices }) =>
          choices.map(({ index }) => index).join() === "0,1"
            ? pass("2 choices")
            : fail(`$.choices: 2 were to come, found index ${choices.map(({ index }) => index).join(", ")}`),
        ),
    },
    {
      id: "chat.logprobs",
      asks: "logprobs and top_logprobs give the likelihood of each token.",
      need: "optional",
      run: async (client) =>
        answered(await client.chat({ logprobs: true, top_logprobs: 2 }), chatCompletion, ({ choices: [choice] }) => {
          const { content } = (choice!.logprobs ?? {}) as { content?: { logprob?: unknown }[] };
          return Array.isArray(content) && content.every(({ logprob }) => typeof logprob === "number")
            ? pass(`${content.length} tokens`)
            : fail("$.choices[0].logprobs.content[].logprob: numbers were to come");
        }),
    },
  ],
};

const counting = [{ role: "user", content: "Count from 1 to 50, with commas, in digits." }];

function usageOf(value: ChatCompletion): Finding {
  const [different] = differences(usage, value.usage);
  if (different) return fail(different.replace("$", "$.usage"));
  const used = usage.parse(value.usage);
  const fault = usageFault(used);
  return fault ? fail(fault) : pass(`${used.prompt_tokens} + ${used.completion_tokens} = ${used.total_tokens}`);
}

function limited(value: ChatCompletion, most: number): Finding {
  const { finish_reason: reason } = value.choices[0]!;
  const { data: used } = usage.safeParse(value.usage);
  if (used && used.completion_tokens > most) return fail(`${used.completion_tokens} tokens, where ${most} are allowed`);
  if (reason !== "length") return fail(`$.choices[0].finish_reason: "length" was to come, found "${reason}"`);
  return pass(used ? `${used.completion_tokens} tokens` : "cut");
}
