import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** How a server behaves about one file. */
export type Served = {
  content: Buffer;
  /** Cuts the connection after so many bytes, this many times. */
  cut?: { after: number; times: number };
  /** Sends the whole file whatever piece is asked for. */
  ignoresRange?: boolean;
  /** Answers with this status and nothing else. */
  status?: number;
  /** The body is sent when this has come true. */
  after?: Promise<unknown>;
  /** Sends so many bytes, and then nothing ever. */
  stallsAfter?: number;
  redirect?: string;
};

/** A download site on a free port of this machine, which remembers what it was asked. */
export async function serve(files: Record<string, Served>) {
  const asked: { path: string; range?: string }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const path = new URL(request.url ?? "/", "http://site").pathname.slice(1);
    const file = files[path];
    asked.push({ path, range: request.headers.range });
    if (!file) return void response.writeHead(404).end("no such file");
    if (file.redirect) return void response.writeHead(302, { location: file.redirect }).end();
    if (file.status) return void response.writeHead(file.status).end();
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? Number.NaN);
    const partial = !Number.isNaN(from) && !file.ignoresRange;
    if (partial && from >= file.content.length) return void response.writeHead(416).end();
    const body = partial ? file.content.subarray(from) : file.content;
    const head: Record<string, string | number> = { "content-length": body.length };
    if (partial) head["content-range"] = `bytes ${from}-${file.content.length - 1}/${file.content.length}`;
    response.writeHead(partial ? 206 : 200, head).flushHeaders();
    if (file.stallsAfter !== undefined) return void response.write(body.subarray(0, file.stallsAfter));
    const send = () => {
      if (file.cut && file.cut.times > 0 && body.length > file.cut.after) {
        file.cut.times--;
        // Time for the piece to arrive: what is on the line when it breaks may be lost on the other side.
        response.write(body.subarray(0, file.cut.after), () => setTimeout(() => response.destroy(), 100));
      } else response.end(body);
    };
    if (file.after) void file.after.then(send);
    else send();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    asked,
    files,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
