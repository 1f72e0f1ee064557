import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import type { TLSSocket } from "node:tls";
import { through } from "../../rehearsal/door/connect.ts";
import type { Door } from "../../rehearsal/door.ts";

/** A request as it goes over the wire: what no client would send, too. */
export type Wire = {
  /** Name for which the connection is secured. */
  sni: string;
  version: "1.0" | "1.1" | "2";
  method: string;
  path: string;
  host: string | null;
  headers: [name: string, value: string][];
  body: string | Buffer;
  /** How the body's length is told; otherwise by what `headers` say. */
  framing: "length" | "chunked" | "as written";
  /** What stands behind a chunked body, and what follows the request. */
  trailers: string;
  after: string;
};

/** What came back: of several answers on one connection all. Status 0 is a connection that ended without one. */
export type Seen = { statuses: number[]; ids: string[]; text: string };

const silenceMs = 2000;

/** Sends one request on a connection of its own. */
export async function send(door: Pick<Door, "proxy" | "root">, wire: Wire): Promise<Seen> {
  const root = readFileSync(door.root);
  const socket = await through(door.proxy, wire.sni, root, [wire.version === "2" ? "h2" : "http/1.1"]);
  return wire.version === "2" ? sendHttp2(socket, wire) : sendBytes(socket, bytesOf(wire));
}

/** A request as HTTP/1 writes it. */
export function bytesOf(wire: Wire): Buffer {
  const body = Buffer.from(wire.body);
  const lines = [`${wire.method} ${wire.path} HTTP/${wire.version}`];
  if (wire.host !== null) lines.push(`Host: ${wire.host}`);
  lines.push(...wire.headers.map(([name, value]) => `${name}: ${value}`));
  if (wire.framing === "length" && body.length > 0) lines.push(`Content-Length: ${body.length}`);
  if (wire.framing === "chunked") lines.push("Transfer-Encoding: chunked");
  if (!/^(connection|upgrade):/im.test(lines.join("\n")) && wire.after === "") lines.push("Connection: close");
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const sent =
    wire.framing === "chunked"
      ? [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from(`\r\n0\r\n${wire.trailers}\r\n`)]
      : [body];
  return Buffer.concat([head, ...sent, Buffer.from(wire.after, "latin1")]);
}

function sendBytes(socket: TLSSocket, bytes: Buffer): Promise<Seen> {
  return new Promise((resolve) => {
    let text = "";
    const done = () => {
      socket.destroy();
      const heads = [...text.matchAll(/^HTTP\/1\.1 ([2-5]\d\d) .*\r\n(?:.+\r\n)*/gm)];
      const ids = heads.flatMap(([head]) => /^x-request-id: (.+)\r$/im.exec(head)?.[1] ?? []);
      resolve({ statuses: heads.length > 0 ? heads.map(([, status]) => Number(status)) : [0], ids, text });
    };
    socket.setTimeout(silenceMs, done);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", done).on("close", done);
    socket.write(bytes);
  });
}

function sendHttp2(socket: TLSSocket, wire: Wire): Promise<Seen> {
  return new Promise((resolve) => {
    const session = connectHttp2(`https://${wire.sni}`, { createConnection: () => socket });
    let text = "";
    let status = 0;
    let id: string | undefined;
    const done = () => {
      session.destroy();
      resolve({ statuses: [status], ids: id ? [id] : [], text });
    };
    session.on("error", done);
    try {
      const headers: Record<string, string | string[]> = {
        ":method": wire.method,
        ":path": wire.path,
        ...(wire.host !== null && { ":authority": wire.host }),
      };
      for (const [name, value] of wire.headers) {
        const before = headers[name.toLowerCase()];
        headers[name.toLowerCase()] = before === undefined ? value : [before, value].flat();
      }
      const stream = session.request(headers);
      stream.setTimeout(silenceMs, done);
      stream.on("response", (answer) => {
        status = Number(answer[":status"]);
        id = answer["x-request-id"] as string | undefined;
      });
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      stream.on("error", done).on("close", done);
      stream.end(wire.body);
    } catch {
      // What Node's own client refuses to send.
      done();
    }
  });
}
