import { type ModelServer, modelServer } from "../../../rehearsal/model-server/server.ts";

/** What the stack says to an engine on one GPU, less what only a GPU hears; `--port=0` takes a free one. */
export const usual = [
  "/models/llama",
  "--served-model-name=llama",
  "--max-model-len=1000",
  "--enable-prefix-caching",
  "--enable-force-include-usage",
  "--enable-prompt-tokens-details",
  "--port=0",
  "--host=127.0.0.1",
];

// biome-ignore lint/suspicious/noExplicitAny: what is asked of an answer is what the test is about.
export type Event = Record<string, any>;

/** A model server on a free port, and what a test asks of it. */
export async function start(...words: string[]) {
  const server: ModelServer = await modelServer([...usual, ...words]);
  const url = `http://127.0.0.1:${server.port}`;
  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...init,
      headers: { "content-type": "application/json", ...init.headers },
    });
  return {
    url,
    server,
    post,
    async json(path: string, body: unknown, init?: RequestInit): Promise<Event> {
      const response = await post(path, body, init);
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      return (await response.json()) as Event;
    },
    async refused(path: string, body: unknown, init?: RequestInit): Promise<Event> {
      const response = await post(path, body, init);
      const { error } = (await response.json()) as Event;
      if (error?.code !== response.status) throw new Error(`${response.status} with code ${error?.code}`);
      return error;
    },
    async stream(path: string, body: object, init?: RequestInit): Promise<Event[]> {
      const response = await post(path, { ...body, stream: true }, init);
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      return eventsOf(await response.text());
    },
    async text(path: string): Promise<string> {
      return (await fetch(`${url}${path}`)).text();
    },
    async counted(): Promise<Event[]> {
      const lines = (await (await fetch(`${url}/rehearsal/requests`)).text()).split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Event);
    },
    async metric(line: string): Promise<number> {
      const text = await (await fetch(`${url}/metrics`)).text();
      const found = text.split("\n").find((one) => one.startsWith(`${line} `));
      if (found === undefined) throw new Error(`no ${line} in\n${text}`);
      return Number(found.slice(line.length + 1));
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

export type Client = Awaited<ReturnType<typeof start>>;

/** The events of a stream, which has to end as streams do. */
export function eventsOf(text: string): Event[] {
  const parts = text.split("\n\n");
  if (parts.pop() !== "" || parts.pop() !== "data: [DONE]") throw new Error(`a stream without its end: ${text}`);
  return parts.map((part) => JSON.parse(part.replace(/^data: /, "")) as Event);
}

/** A conversation of one message. */
export function saying(content: string, more: object = {}) {
  return { model: "llama", messages: [{ role: "user", content }], ...more };
}

/** Waits until something is so, for as long as the test may take. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 5));
}
