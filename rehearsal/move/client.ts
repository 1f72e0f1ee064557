import { request } from "node:http";
import { through } from "../door/connect.ts";

/** What a client was answered; status 0 where no answer came, `why` then says what did. */
export type Reply = { status: number; text: string; why?: string };

export type ClientArgs = {
  /** Of the tenant, as it was given them: neither changes in a move. */
  baseUrl: string;
  key: string;
  /** URL of the proxy that stands for the name. */
  name: string;
  /** Certificates of the roots that it trusts, in PEM. */
  roots: string[];
};

const patienceMs = 60_000;

/** A tenant's client as there are any: it knows a base URL and a key, trusts what it was handed, and goes where the name leads. */
export class Client {
  readonly #args: ClientArgs;

  constructor(args: ClientArgs) {
    this.#args = args;
  }

  /** Trusts another root beside those that it trusts. */
  trust(root: string): void {
    this.#args.roots.push(root);
  }

  /** Ids of the models that its key may use, as the door lists them. */
  async models(): Promise<string[]> {
    const { status, text, why } = await this.send("models");
    if (status !== 200) throw new Error(`The list of models was answered with ${status}. ${why ?? text}`);
    const { data } = JSON.parse(text) as { data: { id: string }[] };
    return data.map(({ id }) => id).sort();
  }

  /** One request; a POST where it has a body. Never rejects: that no answer came is an answer too. */
  async send(path: string, body?: object): Promise<Reply> {
    const { baseUrl, key, name, roots } = this.#args;
    const url = new URL(`${baseUrl}/${path}`);
    try {
      const socket = await through(name, url.hostname, Buffer.from(roots.join("\n")));
      return await new Promise((resolve, reject) => {
        const sent = request(
          {
            path: url.pathname,
            method: body ? "POST" : "GET",
            headers: { host: url.hostname, authorization: `Bearer ${key}`, "content-type": "application/json" },
            createConnection: () => socket,
          },
          (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (chunk: string) => {
              text += chunk;
            });
            response.on("error", reject);
            response.on("end", () => {
              socket.destroy();
              resolve({ status: response.statusCode!, text });
            });
          },
        );
        sent.on("error", reject);
        sent.setTimeout(patienceMs, () => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
        sent.end(body && JSON.stringify(body));
      });
    } catch (error) {
      return { status: 0, text: "", why: (error as Error).message };
    }
  }
}
