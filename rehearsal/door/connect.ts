import { request } from "node:http";
import { connect, type TLSSocket } from "node:tls";

/** A connection to a host behind an HTTP proxy, of which only a certificate signed by `root` is believed. */
export function through(proxy: string, host: string, root: Buffer, protocols?: string[]): Promise<TLSSocket> {
  const { hostname, port } = new URL(proxy);
  return new Promise((resolve, reject) => {
    const asked = request({ host: hostname, port, method: "CONNECT", path: `${host}:443` });
    asked.on("error", reject);
    asked.on("connect", (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        reject(new Error(`the proxy answered ${response.statusCode}`));
        return;
      }
      const secured = connect({ socket, servername: host, ca: root, ALPNProtocols: protocols }, () => resolve(secured));
      secured.on("error", reject);
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("closed")));
    });
    asked.end();
  });
}
