// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: POST /chat/completions with stream and stream_options;
// event streams by the HTML standard, section 9.2.
import { chatStream, chunkFaults, textOf, unlessStreamed } from "../chat-stream.ts";
import { type Feature, fail, pass } from "../check.ts";
import { refused, several, unlessAnswered, usageFault } from "../judge.ts";
import { unknownModel } from "./errors.ts";

/** Chat completions, streamed. */
export const streaming: Feature = {
  name: "streaming",
  checks: [
    {
      id: "streaming.content-type",
      asks: "A streamed answer has the content-type text/event-stream.",
      need: "required",
      run: async (client) => {
        const { answer } = await chatStream(client);
        const refusal = unlessAnswered(answer);
        if (refusal) return refusal;
        const isEvents = /^text\/event-stream\b/i.test(answer.contentType);
        return isEvents ? pass(answer.contentType) : fail(`content-type ${answer.contentType || "none"}`);
      },
    },
    {
      id: "streaming.framing",
      asks: "A stream consists of data: lines, each event is ended by an empty line, and all of it is UTF-8.",
      need: "required",
      run: async (client) => {
        const streamed = await chatStream(client);
        const { faults, events } = streamed.stream;
        const refusal = unlessAnswered(streamed.answer);
        if (refusal) return refusal;
        return faults.length > 0 ? fail(several(faults)) : pass(`${events.length} events`);
      },
    },
    {
      id: "streaming.chunks",
      asks: "Each event is a chat.completion.chunk, all of one id.",
      need: "required",
      run: async (client) => {
        const streamed = await chatStream(client);
        const refusal = unlessStreamed(streamed);
        if (refusal) return refusal;
        const faults = chunkFaults(streamed.values);
        if (faults.length > 0) return fail(several(faults));
        const ids = new Set(streamed.chunks.map(({ id }) => id));
        return ids.size === 1 ? pass(`${streamed.chunks.length} chunks`) : fail(`${ids.size} different ids`);
      },
    },
    {
      id: "streaming.role",
      asks: "The first delta has the role assistant.",
      need: "required",
      run: async (client) => {
        const streamed = await chatStream(client);
        const role = streamed.chunks.find(({ choices }) => choices.length > 0)?.choices[0]?.delta.role;
        const none = () => fail(`delta.role of the first chunk: "assistant" was to come, found ${role ?? "nothing"}`);
        return unlessStreamed(streamed) ?? (role === "assistant" ? pass("assistant") : none());
      },
    },
    {
      id: "streaming.text",
      asks: "The deltas hold the text, piece by piece.",
      need: "required",
      run: async (client) => {
        const streamed = await chatStream(client);
        const refusal = unlessStreamed(streamed);
        if (refusal) return refusal;
        const pieces = streamed.chunks.filter(({ choices }) => choices[0]?.delta.content);
        return pieces.length > 0 ? pass(`${pieces.length} pieces`) : fail("no delta has content");
      },
    },
    {
      id: "streaming.finish",
      asks: "finish_reason is null until the last delta, which says why the answer ended.",
      need: "required",
      run: async (client) => {
        const streamed = await chatStream(client);
        const refusal = unlessStreamed(streamed);
        if (refusal) return refusal;
        const reasons = streamed.chunks.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason ?? null));
        const early = reasons.slice(0, -1).find((reason) => reason !== null);
        if (early) return fail(`finish_reason "${early}" came before the last delta`);
        return reasons.at(-1) ? pass(`finish_reason ${reasons.at(-1)}`) : fail("the last delta has no finish_reason");
      },
    },
    {
      id: "streaming.done",
      asks: "data: [DONE] ends the stream.",
      need: "required",
      run: async (client) => {
        const { answer, doneAfter, stream } = await chatStream(client);
        const refusal = unlessAnswered(answer);
        if (refusal) return refusal;
        if (doneAfter === undefined) return fail("no [DONE] came");
        const after = stream.events.length - doneAfter - 1;
        return after === 0 ? pass("[DONE]") : fail(`${after} events came after [DONE]`);
      },
    },
    {
      id: "streaming.usage",
      asks: "With include_usage, the last chunk has no choices and the usage of the whole request, and it adds up.",
      need: "required",
      run: async (client) => {
        const streamed = await chatStream(client, { stream_options: { include_usage: true } });
        const refusal = unlessStreamed(streamed);
        if (refusal) return refusal;
        const last = streamed.chunks.at(-1)!;
        if (!last.usage) return fail("the last chunk has no usage");
        const fault = usageFault(last.usage);
        if (fault) return fail(`last chunk, ${fault}`);
        const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = last.usage;
        const notes = last.choices.length > 0 ? ["the chunk with usage has choices; none are specified"] : [];
        return pass(`${prompt} + ${completion} = ${total}`, notes);
      },
    },
    {
      id: "streaming.usage-unasked",
      asks: "Without include_usage, no chunk has a usage.",
      need: "optional",
      run: async (client) => {
        const streamed = await chatStream(client);
        const used = streamed.chunks.some(({ usage }) => usage);
        return (
          unlessStreamed(streamed) ??
          (used ? pass("usage came", ["usage came unasked; clients ignore it"]) : pass("none came"))
        );
      },
    },
    {
      id: "streaming.characters",
      asks: "Characters that UTF-8 writes in several bytes arrive whole, wherever the network parts them.",
      need: "where offered",
      run: async (client) => {
        const messages = [{ role: "user", content: "Repeat exactly this and nothing else: Grüezi, 你好, 🙂" }];
        const streamed = await chatStream(client, { messages });
        const refusal = unlessStreamed(streamed);
        if (refusal) return refusal;
        if (streamed.stream.faults.includes("the bytes are no UTF-8")) return fail("the bytes are no UTF-8");
        const text = textOf(streamed.chunks);
        if (text.includes("\ufffd")) return fail("a character came in halves (U+FFFD in the text)");
        return /[^\p{ASCII}]/u.test(text)
          ? pass("whole")
          : pass("nothing broken came", ["the model answered in ASCII, so there was nothing to part"]);
      },
    },
    {
      id: "streaming.refusal",
      asks: "A request for a stream that cannot begin is answered as an error, with its status, and not as a stream.",
      need: "required",
      run: async (client) => refused(await client.chat({ model: unknownModel, stream: true }), 404, [400, 403]),
    },
    {
      id: "streaming.abort",
      asks: "A client that hangs up in the middle of a stream harms nobody: the next requests are answered.",
      need: "required",
      run: async (client) => {
        const messages = [{ role: "user", content: "Count from 1 to 50, with commas, in digits." }];
        const { limit } = client.models;
        const body = { model: client.chatModel, messages, stream: true, [limit]: 200 };
        const first = await client.ask({ path: "chat/completions", body, until: (text) => text.includes("data:") });
        const refusal = unlessAnswered(first);
        if (refusal) return refusal;
        // Not what was remembered: both have to be answered after that.
        const short = { ...body, messages: [{ role: "user", content: "Say hello in one word." }], stream: false };
        for (const asked of [{ path: "chat/completions", body: short }, { path: "models" }]) {
          const harm = unlessAnswered(await client.endpoint.ask(asked));
          if (harm) return harm.verdict === "unclear" ? harm : fail(`then, from /${asked.path}: ${harm.found}`);
        }
        return pass("the next requests were answered");
      },
    },
  ],
};
