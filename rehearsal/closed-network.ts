import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";
import { type Authority, makeAuthority } from "./certificate.ts";

/** A network in which one answers for every host: a proxy to send clients through, and the authority they have to trust. */
export type ClosedNetwork = { server: Server; proxy: string; authority: string };

/** Opens a proxy on loopback that lets nothing out: whatever host a client asks for by TLS, `answer` answers in its name. */
export async function openClosedNetwork(answer: RequestListener): Promise<ClosedNetwork> {
  const authority = makeAuthority("Freehold rehearsal");
  const inside = createServer(answer);
  const server = createServer((request, response) => {
    response.writeHead(403).end(`a rehearsal has no way out: ${request.url}\n`);
  });
  server.on("connect", (request, socket: Duplex) => {
    const { hostname } = new URL(`https://${request.url}`);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const secured = new TLSSocket(socket, { isServer: true, secureContext: contextFor(hostname, authority) });
    for (const end of [socket, secured]) end.on("error", () => socket.destroy());
    inside.emit("connection", secured);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, proxy: `http://127.0.0.1:${port}`, authority: authority.certificate };
}

function contextFor(host: string, authority: Authority) {
  const { certificate, key } = authority.certify(host);
  return createSecureContext({ cert: certificate, key });
}
