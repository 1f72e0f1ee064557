/** What the double says to a request: text or a call, and why it ended. */
export type Spoken = {
  pieces: string[];
  call: boolean;
  reason: string;
  usage: Record<string, number>;
  choices: number;
};

type Body = Record<string, unknown>;

/** Speaks a word a token, within what the request allows. */
export function spoken(path: string, body: Body): Spoken {
  const said = words(path, body);
  const most = (body.max_tokens ?? body.max_completion_tokens ?? body.max_output_tokens ?? 1000) as number;
  const call = path === "chat/completions" && isCall(body);
  const pieces = call ? ['{"ci', 'ty":"B', 'ern"}'] : said.slice(0, most);
  const isCut = !call && said.length > most;
  const reason = call ? "tool_calls" : isCut ? "length" : "stop";
  const [prompt, completion] = [9, pieces.length];
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  return { pieces, call, reason, usage, choices: (body.n as number) ?? 1 };
}

/** What was said, as one answer. */
export function completionOf(path: string, said: Spoken, body: Body): unknown {
  const content = said.pieces.join("");
  const head = { id: "double-1", created: 1, model: body.model, usage: said.usage };
  if (path === "responses") return responseOf(said, body);
  if (path === "completions") {
    const choices = [{ index: 0, text: content, finish_reason: said.reason, logprobs: null }];
    return { ...head, object: "text_completion", choices };
  }
  const called = { name: "get_weather", arguments: content };
  const message = said.call
    ? {
        role: "assistant",
        content: null,
        refusal: null,
        tool_calls: [{ id: "call_1", type: "function", function: called }],
      }
    : { role: "assistant", content, refusal: null };
  const likely = said.pieces.map((token) => ({ token, logprob: -0.1, bytes: null, top_logprobs: [] }));
  const logprobs = body.logprobs === true ? { content: likely, refusal: null } : null;
  const choices = Array.from({ length: said.choices }, (_, index) => ({
    index,
    finish_reason: said.reason,
    message,
    logprobs,
  }));
  return { ...head, object: "chat.completion", choices };
}

/** What was said, as a response. */
export function responseOf({ pieces, usage }: Spoken, body: Body, status = "completed") {
  const content = [{ type: "output_text", text: pieces.join(""), annotations: [], logprobs: [] }];
  return {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status,
    model: body.model,
    output: status === "completed" ? [{ id: "msg_1", type: "message", role: "assistant", status, content }] : [],
    usage: {
      input_tokens: usage.prompt_tokens,
      output_tokens: usage.completion_tokens,
      total_tokens: usage.total_tokens,
    },
  };
}

function words(path: string, body: Body): string[] {
  const messages = (path === "chat/completions" ? body.messages : []) as { content?: unknown }[];
  const last = messages.at(-1)?.content;
  const question = typeof last === "string" ? last : "";
  if (body.response_format) return ['{"city":', '"Bern",', '"inhabitants":', "140000}"];
  const repeated = /^Repeat exactly this and nothing else: (.*)$/.exec(question)?.[1];
  if (repeated) return repeated.split(/(?<= )/);
  if (!/^Count from/.test(question)) return ["Hel", "lo."];
  const counted = Array.from({ length: 50 }, (_, index) => `${index + 1}, `);
  const stop = (body.stop as string[] | undefined)?.[0];
  const end = stop === undefined ? -1 : counted.findIndex((word) => word.includes(stop));
  return end < 0 ? counted : counted.slice(0, end);
}

function isCall({ tools, tool_choice: choice }: Body): boolean {
  return Array.isArray(tools) && (choice === "required" || (typeof choice === "object" && choice !== null));
}
