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
import { misshapen } from "./refusal.ts";
import { bodies, type CompletionBody, checkGeneration, read, stopsOf } from "./request.ts";
import { Stream } from "./stream.ts";
import { wordsFor } from "./words.ts";

const standardTokens = 16;

/** POST /v1/completions */
export async function completions(asked: Asked): Promise<void> {
  const { host } = asked;
  const body = read(bodies.completion, asked.body);
  checkGeneration(body);
  if (body.prompt.length === 0) {
    const text = "Either prompt or prompt_embeds must be provided and non-empty.";
    throw misshapen(`Value error, ${text} (parameter=prompt)`, "prompt");
  }
  const model = modelOf(host, body.model);
  const orders = ordersOf(body);
  const prompts: Prompt[] = [];
  const wanted = host.context.prompts(body.prompt).flatMap((written): Wanted[] => {
    const mostTokens = host.context.room(written, body.max_tokens ?? standardTokens, "max_tokens");
    const prompt = promptOf(written.tokens, body.cache_salt);
    prompts.push(prompt);
    return Array.from({ length: body.n ?? 1 }, (_, choice) => ({
      prompt,
      answer: wordsFor(written.text, body, orders, choice),
      mostTokens,
      stop: stopsOf(body),
      includeStop: body.include_stop_str_in_output,
    }));
  });
  await answer(asked, model, (call) =>
    body.stream ? streamed(asked, call, body, prompts, wanted) : whole(asked, call, prompts, wanted),
  );
}

async function whole({ host, response }: Asked, call: Call, prompts: Prompt[], wanted: Wanted[]) {
  let generated = 0;
  const choices = await Promise.all(
    wanted.map(async (one, index) => {
      let text = "";
      let last: Delta | undefined;
      await host.engine.generate(call, one, (delta) => {
        last = delta;
        generated++;
        if ("text" in delta.step) text += delta.step.text;
      });
      const ended = { finish_reason: last?.finish ?? null, stop_reason: last?.stopReason ?? null };
      const none = { token_ids: null, prompt_logprobs: null, prompt_token_ids: null, routed_experts: null };
      return { index, text, logprobs: null, ...ended, ...none };
    }),
  );
  if (call.gone) return;
  sendJson(response, 200, {
    ...headOf("cmpl", call, "text_completion"),
    choices,
    service_tier: null,
    system_fingerprint: fingerprint,
    usage: {
      ...usageOf(lengthOf(prompts), generated),
      prompt_tokens_details: detailsOf(host, prompts.at(-1)!, { multimodal_tokens: null }) ?? null,
    },
    ...{ kv_transfer_params: null, metrics: null },
  });
}

async function streamed(
  { host, response }: Asked,
  call: Call,
  body: CompletionBody,
  prompts: Prompt[],
  wanted: Wanted[],
) {
  const stream = new Stream(response, call);
  const head = headOf("cmpl", call, "text_completion");
  const usage = usageWanted(host, body.stream_options);
  let generated = 0;
  const held = wanted.map(() => "");
  await Promise.all(
    wanted.map((one, index) =>
      host.engine.generate(call, one, ({ step, finish, stopReason, generated: so }) => {
        generated++;
        if ("text" in step) held[index] += step.text;
        if (stream.full && finish === undefined) return;
        const ended = { finish_reason: finish ?? null, stop_reason: stopReason };
        const choice = { index, text: held[index], logprobs: null, ...ended, prompt_token_ids: null, token_ids: null };
        held[index] = "";
        const told = usage.each && { usage: usageOf(one.prompt.tokens.length, so) };
        stream.send({ ...head, choices: [choice], ...told });
      }),
    ),
  );
  if (usage.last) {
    const details = detailsOf(host, prompts[0]!, {});
    const all = { ...usageOf(lengthOf(prompts), generated), ...(details && { prompt_tokens_details: details }) };
    stream.send({ ...head, choices: [], usage: all, system_fingerprint: fingerprint });
  }
  stream.end();
}

function lengthOf(prompts: readonly Prompt[]): number {
  return prompts.reduce((sum, { tokens }) => sum + tokens.length, 0);
}
