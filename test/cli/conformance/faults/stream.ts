import { chunks, events, type Known } from "../change.ts";

const streams = ["streaming.chunks", "streaming.role", "streaming.text", "streaming.finish", "streaming.usage"];
const streamUsers = ["streaming.usage-unasked", "streaming.characters", "tools.stream", "json.stream"];

/** Faults of streamed chat. */
export const streamFaults: Known[] = [
  {
    name: "a stream as JSON",
    fault: { stream: { type: "application/json" } },
    found: ["streaming.content-type"],
  },
  {
    name: "no [DONE]",
    fault: events((all) => all.slice(0, -1)),
    found: ["streaming.done"],
  },
  {
    name: "an event after [DONE]",
    fault: events((all) => [...all, 'data: {"late":true}\n\n']),
    found: ["streaming.done"],
  },
  {
    name: "events without data:",
    fault: events((all) => all.map((event) => event.replace(/^data: /, ""))),
    found: ["streaming.framing", "streaming.done", ...streams, ...streamUsers],
  },
  {
    name: "a stream without its last empty line",
    fault: events((all) => [...all.slice(0, -1), all.at(-1)!.trimEnd()]),
    found: ["streaming.framing", "streaming.done"],
  },
  {
    name: "events that are no JSON",
    fault: events((all) => all.map((event) => event.replace(/^data: \{/, "data: {'"))),
    found: [...streams, ...streamUsers],
  },
  {
    name: "whole completions as events",
    fault: chunks((chunk) => {
      chunk.object = "chat.completion";
    }),
    found: [...streams, ...streamUsers],
  },
  {
    name: "an id for each chunk",
    fault: chunks((chunk, index) => {
      chunk.id = `double-${index}`;
    }),
    found: ["streaming.chunks"],
  },
  {
    name: "a stream without a role",
    fault: chunks(({ choices: [choice] }) => choice && delete choice.delta.role),
    found: ["streaming.role"],
  },
  {
    name: "deltas without text",
    fault: chunks(({ choices: [choice] }) => choice && delete choice.delta.content),
    found: ["streaming.text", "json.stream"],
  },
  {
    name: "a stream that never says why it ended",
    fault: chunks(({ choices: [choice] }) => {
      if (choice) choice.finish_reason = null;
    }),
    found: ["streaming.finish"],
  },
  {
    name: "finish_reason on every chunk",
    fault: chunks(({ choices: [choice] }) => {
      if (choice) choice.finish_reason = "stop";
    }),
    found: ["streaming.finish"],
  },
  {
    name: "a stream without the usage that was asked for",
    fault: events((all) => all.filter((event) => !event.includes('"choices":[]'))),
    found: ["streaming.usage"],
  },
  {
    name: "a stream's usage that does not add up",
    fault: chunks(({ usage }) => usage && usage.total_tokens++),
    found: ["streaming.usage"],
  },
  {
    name: "characters in halves",
    fault: events((all) => all.map((event) => event.replace(/[^\p{ASCII}]/gu, "\ufffd\ufffd"))),
    found: ["streaming.characters"],
  },
  {
    name: "a refusal within a stream",
    fault: {
      reply: (reply, { body }) =>
        body.stream && reply.status === 404 ? { ...reply, status: 200, type: "text/event-stream" } : reply,
    },
    found: ["streaming.refusal"],
  },
  {
    name: "streams cut off",
    fault: { stream: { cut: true } },
    found: [
      ...["streaming.content-type", "streaming.framing", "streaming.done", ...streams, ...streamUsers],
      ...["completions.stream", "responses.stream"],
    ],
  },
  {
    name: "an abort that breaks the server",
    fault: { brokenByAbort: true },
    found: ["streaming.abort"],
  },
  {
    name: "streamed calls whose arguments do not join",
    fault: chunks(({ choices: [choice] }) => {
      const [call] = choice?.delta.tool_calls ?? [];
      if (call?.function.arguments) call.function.arguments = `{"city":"Bern"}`;
    }),
    found: ["tools.stream"],
  },
  {
    name: "streamed calls without an index",
    fault: chunks(({ choices: [choice] }) => delete choice?.delta.tool_calls?.[0].index),
    found: ["tools.stream"],
  },
  {
    name: "streamed calls without an id",
    fault: chunks(({ choices: [choice] }) => delete choice?.delta.tool_calls?.[0].id),
    found: ["tools.stream"],
  },
];
