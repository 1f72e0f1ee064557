import type { Fault, Reply, Request } from "./double.ts";

/** A fault of the double, and every check that has to find it. */
export type Known = { name: string; fault: Fault; found: string[] };

// biome-ignore lint/suspicious/noExplicitAny: faults reach into bodies of every shape.
export type Loose = any;

/** A page where JSON is to come. */
export const html: Reply = {
  status: 200,
  type: "text/html",
  headers: { "x-request-id": "double-1" },
  body: "<h1>Hello</h1>",
};

/** Changes the body of a reply in place, or returns another reply. */
type Change = (body: Loose, reply: Reply, asked: Request) => unknown;

/** Changes replies of a path that would have been 200. */
export function answers(path: string, change: Change): Fault {
  return replies((reply, asked) => asked.path === path && reply.status === 200, change);
}

/** Changes errors. */
export function refusals(change: Change): Fault {
  return replies((reply) => reply.status >= 400, change);
}

export function replies(which: (reply: Reply, asked: Request) => boolean, change: Change): Fault {
  return {
    reply: (reply, asked) => {
      if (!which(reply, asked)) return reply;
      const copy = structuredClone(reply);
      const other = change(copy.body, copy, asked);
      return isReply(other) ? other : copy;
    },
  };
}

/** Changes the events of streamed chat. */
export function events(change: (events: string[]) => string[]): Fault {
  return { events: (all, asked) => (asked.path === "chat/completions" ? change(all) : all) };
}

/** Changes the JSON of each event of streamed chat. */
export function chunks(change: (chunk: Loose, index: number) => unknown): Fault {
  return events((all) =>
    all.map((event, index) => {
      if (event.includes("[DONE]")) return event;
      const chunk = JSON.parse(event.slice("data: ".length));
      change(chunk, index);
      return `data: ${JSON.stringify(chunk)}\n\n`;
    }),
  );
}

function isReply(value: unknown): value is Reply {
  return typeof value === "object" && value !== null && "status" in value && "headers" in value;
}
