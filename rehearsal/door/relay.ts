import { rmSync } from "node:fs";
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

/** Where a connection comes in or goes on to: a socket file, or a port of an address. */
export type End = { path: string } | { host: string; port: number };

/** Hands every connection on, byte by byte; resolves when it listens. The two ends may be in different networks: files are in all. */
export function relay(from: End, to: End): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => join(socket, connect(to as NetConnectOpts)));
  if ("path" in from) rmSync(from.path, { force: true });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(from, () => resolve(server));
  });
}

/** Makes one connection of two: what ends at one end, ends at the other. */
export function join(one: Socket, other: Socket): void {
  one.pipe(other);
  other.pipe(one);
  one.on("error", () => other.destroy());
  other.on("error", () => one.destroy());
  one.on("close", () => other.destroy());
  other.on("close", () => one.destroy());
}
