import { answers, html, type Known } from "../change.ts";
import { chatModel, error, json, type Request } from "../double.ts";

const isCount = ({ body }: Request) => JSON.stringify(body.messages ?? "").includes("Count from");

/** Faults of models and of whole answers of chat. */
export const answerFaults: Known[] = [
  {
    name: "models without an owner",
    fault: answers("models", (body) => delete body.data[0].owned_by),
    found: ["models.list"],
  },
  {
    name: "a list of models that is no list object",
    fault: answers("models", (body) => {
      body.object = "models";
    }),
    found: ["models.list"],
  },
  {
    name: "an HTML page for a single model",
    fault: answers(`models/${chatModel}`, () => html),
    found: ["models.retrieve"],
  },
  {
    name: "200 for a model that is not there",
    fault: { reply: (reply, { path }) => (path.startsWith("models/") ? json({}) : reply) },
    found: ["models.retrieve", "models.unknown"],
  },
  {
    name: "chat as text/plain",
    fault: answers("chat/completions", (_, reply) => {
      reply.type = "text/plain";
    }),
    found: [
      ...["chat.answer", "chat.usage", "chat.conversation", "chat.parameters", "chat.limit"],
      ...["chat.max-completion-tokens", "chat.stop", "chat.choices", "chat.logprobs", "tools.call", "tools.required"],
      ...["tools.none", "tools.result", "json.object", "json.schema"],
    ],
  },
  {
    name: "usage that does not add up",
    fault: answers("chat/completions", (body) => body.usage.total_tokens++),
    found: ["chat.usage"],
  },
  {
    name: "no usage",
    fault: answers("chat/completions", (body) => delete body.usage),
    found: ["chat.usage"],
  },
  {
    name: "a usage without prompt tokens",
    fault: answers("chat/completions", ({ usage }) => {
      usage.total_tokens -= usage.prompt_tokens;
      usage.prompt_tokens = 0;
    }),
    found: ["chat.usage"],
  },
  {
    name: "parts of text refused",
    fault: answers("chat/completions", (_, __, { body }) =>
      JSON.stringify(body.messages).includes('"parts"') || JSON.stringify(body.messages).includes('"text"')
        ? error(400, "invalid_request_error", "content is to be text")
        : undefined,
    ),
    found: ["chat.conversation"],
  },
  {
    name: "an unknown parameter refused that is none",
    fault: answers("chat/completions", (_, __, { body }) =>
      "seed" in body ? error(400, "invalid_request_error", "seed is not permitted") : undefined,
    ),
    found: ["chat.parameters"],
  },
  {
    name: "a limit that is not kept",
    fault: answers("chat/completions", (body, _, asked) => {
      if (isCount(asked) && !asked.body.stop) Object.assign(body.usage, { completion_tokens: 50, total_tokens: 59 });
    }),
    found: ["chat.limit", "chat.max-completion-tokens"],
  },
  {
    name: "an answer that was cut and says stop",
    fault: answers("chat/completions", (body) => {
      if (body.choices[0].finish_reason === "length") body.choices[0].finish_reason = "stop";
    }),
    found: ["chat.limit", "chat.max-completion-tokens"],
  },
  {
    name: "a stop sequence that is ignored",
    fault: answers("chat/completions", (body, _, asked) => {
      if (asked.body.stop) body.choices[0].message.content += "7, 8";
    }),
    found: ["chat.stop"],
  },
  {
    name: "one choice where two were asked for",
    fault: answers("chat/completions", (body) => body.choices.splice(1)),
    found: ["chat.choices"],
  },
  {
    name: "no likelihoods",
    fault: answers("chat/completions", (body) => {
      body.choices[0].logprobs = null;
    }),
    found: ["chat.logprobs"],
  },
  {
    name: "an invented finish_reason",
    fault: answers("chat/completions", (body, _, asked) => {
      if (asked.body.seed) body.choices[0].finish_reason = "eos_token";
    }),
    found: ["chat.parameters"],
  },
];
