import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * What DNS is to clients, on this machine: one address that leads to the proxy of one door or of another. Who has come in already
 * stays where it is when that changes, as connections do.
 */
export class Name {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor() {
    this.#server = createServer((client) => this.#lead(client));
  }

  static async open(): Promise<Name> {
    const name = new Name();
    name.#server.listen(0, "127.0.0.1");
    await once(name.#server, "listening");
    return name;
  }

  /** As the URL of a proxy. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on whoever comes is led to this proxy. */
  leadTo(proxy: string): void {
    this.#port = Number(new URL(proxy).port);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #lead(client: Socket): void {
    const door = connect(this.#port, "127.0.0.1");
    for (const [from, to] of [
      [client, door],
      [door, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
