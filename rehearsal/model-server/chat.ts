import type { Answer } from "./answer.ts";
import { wordsOf } from "./context.ts";
import type { Call, Delta, Prompt, Wanted } from "./engine.ts";
import {
  type Asked,
  answer,
  detailsOf,
  fingerprint,
  headOf,
  modelOf,
  promptOf,
  sendJson,
  usageOf,
  usageWanted,
} from "./host.ts";
import { ordersOf } from "./orders.ts";
import { bodies, type ChatBody, checkGeneration, read, stopsOf } from "./request.ts";
import { Stream } from "./stream.ts";
import { callFor, checkTools, choiceOf } from "./tools.ts";
import { wordsFor } from "./words.ts";

/** POST /v1/chat/completions */
export async function chat(asked: Asked): Promise<void> {
  const { host } = asked;
  const body = read(bodies.chat, asked.body);
  checkGeneration(body);
  const model = modelOf(host, body.model);
  checkTools(body, host.settings);
  const written = host.context.conversation(body.messages, body.tools ?? []);
  const [asking, most] =
    body.max_completion_tokens === undefined || body.max_completion_tokens === null
      ? (["max_tokens", body.max_tokens] as const)
      : (["max_completion_tokens", body.max_completion_tokens] as const);
  const mostTokens = host.context.room(written, most, asking);
  const prompt = promptOf(written.tokens, body.cache_salt);
  const heard = body.messages.findLast(({ role }) => role === "user");
  const orders = ordersOf(body);
  const wanted = Array.from({ length: body.n ?? 1 }, (_, choice): Wanted => {
    const said: Answer = callFor(body) ?? wordsFor(heard ? wordsOf(heard) : "", body, orders, choice);
    return { prompt, answer: said, mostTokens, stop: stopsOf(body), includeStop: body.include_stop_str_in_output };
  });
  await answer(asked, model, (call) =>
    body.stream ? streamed(asked, call, body, prompt, wanted) : whole(asked, call, body, prompt, wanted),
  );
}

async function whole({ host, response }: Asked, call: Call, body: ChatBody, prompt: Prompt, wanted: Wanted[]) {
  const choices = await Promise.all(
    wanted.map(async (one, index) => {
      let content = "";
      let last: Delta | undefined;
      const calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] = [];
      await host.engine.generate(call, one, (delta) => {
        last = delta;
        if ("text" in delta.step) content += delta.step.text;
        else if (delta.step.name === undefined) calls[delta.step.call]!.function.arguments += delta.step.arguments;
        else calls.push({ id: delta.step.id!, type: "function", function: { name: delta.step.name, arguments: "" } });
      });
      const message = {
        role: "assistant",
        content: calls.length > 0 ? (choiceOf(body) === "auto" ? null : "") : content,
        ...{ refusal: null, annotations: null, audio: null, function_call: null, reasoning: null },
        ...(calls.length > 0 && { tool_calls: calls }),
      };
      const generated = last?.generated ?? 0;
      const finish_reason = finishOf(last?.finish, body);
      const stop_reason = last?.stopReason ?? null;
      return {
        generated,
        choice: { index, message, logprobs: null, finish_reason, stop_reason, token_ids: null, routed_experts: null },
      };
    }),
  );
  if (call.gone) return;
  const generated = choices.reduce((sum, one) => sum + one.generated, 0);
  sendJson(response, 200, {
    ...headOf("chatcmpl", call, "chat.completion"),
    choices: choices.map(({ choice }) => choice),
    service_tier: null,
    system_fingerprint: fingerprint,
    usage: {
      ...usageOf(prompt.tokens.length, generated),
      prompt_tokens_details: detailsOf(host, prompt, { multimodal_tokens: null }) ?? null,
    },
    ...{ prompt_logprobs: null, prompt_token_ids: null, prompt_text: null, kv_transfer_params: null, metrics: null },
  });
}

async function streamed({ host, response }: Asked, call: Call, body: ChatBody, prompt: Prompt, wanted: Wanted[]) {
  const stream = new Stream(response, call);
  const head = headOf("chatcmpl", call, "chat.completion.chunk");
  const usage = usageWanted(host, body.stream_options);
  const { length } = prompt.tokens;
  const send = (choice: object, generated: number) =>
    stream.send({ ...head, choices: [choice], ...(usage.each && { usage: usageOf(length, generated) }) });
  const generated = wanted.map(() => 0);
  const held = wanted.map(() => "");
  let begun = false;
  await Promise.all(
    wanted.map((one, index) =>
      host.engine.generate(call, one, ({ step, finish, stopReason, generated: so }) => {
        generated[index] = so;
        if (!begun) {
          begun = true;
          const delta = { role: "assistant", content: "" };
          for (const at of wanted.keys()) send({ index: at, delta, logprobs: null, finish_reason: null }, 0);
        }
        if ("text" in step) {
          held[index] += step.text;
          if (stream.full && finish === undefined) return;
        }
        const delta = "text" in step ? { content: held[index] } : { tool_calls: [toolDelta(step)] };
        held[index] = "";
        const end = finish !== undefined && { stop_reason: stopReason };
        const finish_reason = finish === undefined ? null : finishOf(finish, body);
        send({ index, delta, logprobs: null, finish_reason, ...end, token_ids: null }, so);
      }),
    ),
  );
  if (usage.last) {
    const details = detailsOf(host, prompt, {});
    const all = usageOf(
      length,
      generated.reduce((sum, one) => sum + one, 0),
    );
    const last = { ...all, ...(details && { prompt_tokens_details: details }) };
    stream.send({ ...head, choices: [], usage: last, system_fingerprint: fingerprint });
  }
  stream.end();
}

function toolDelta({ call: index, id, name, arguments: text }: Exclude<Delta["step"], { text: string }>) {
  if (name === undefined) return { index, function: { arguments: text } };
  return { id, type: "function", index, function: { name, arguments: text } };
}

/** A tool that the request itself named ends like any text: so does the engine. */
function finishOf(finish: Delta["finish"], body: ChatBody): string {
  if (finish === "tool_calls" && typeof choiceOf(body) === "object") return "stop";
  return finish ?? "stop";
}
