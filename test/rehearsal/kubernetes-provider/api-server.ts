import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "../../../rehearsal/kubernetes-provider/client.ts";
import { Cluster } from "../../../rehearsal/kubernetes-provider/cluster.ts";
import type { Connection } from "../../../rehearsal/kubernetes-provider/kubeconfig.ts";

type Answer = { code?: number; headers?: Record<string, string>; body: unknown };
type Request = { query: URLSearchParams; body: string; authorization: string | undefined };
type Route = (request: Request, response: ServerResponse) => Answer | undefined;

/**
 * A double of an API server: it answers what a test has laid down, by `METHOD /path`, and 404 to everything else. It keeps
 * the requests it was asked, so that a test can see that none was made.
 */
export class ApiServer {
  readonly requests: string[] = [];
  readonly #routes: Record<string, Route>;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  constructor(routes: Record<string, Route | object>) {
    this.#routes = Object.fromEntries(
      Object.entries(routes).map(([path, route]) => [
        path,
        typeof route === "function" ? (route as Route) : () => ({ body: route }),
      ]),
    );
  }

  /** Listens on a free port, as the connection of a kubeconfig would say it. */
  async connection(): Promise<Connection> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return {
      server: new URL(`http://127.0.0.1:${port}`),
      namespace: "default",
      ca: undefined,
      verify: true,
      tlsServerName: undefined,
      certificate: undefined,
      authorization: undefined,
    };
  }

  async cluster(): Promise<Cluster> {
    return new Cluster(new Client(await this.connection()), "default");
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    let body = "";
    for await (const chunk of request) body += chunk;
    const name = `${request.method} ${pathname}`;
    this.requests.push(searchParams.size > 0 ? `${name}?${searchParams}` : name);
    const route = this.#routes[name];
    const answer = route
      ? route({ query: searchParams, body, authorization: request.headers.authorization }, response)
      : { code: 404, body: status(404, "NotFound", `${pathname} is not laid down`) };
    // A route that answers nothing has taken the response in its own hands, as a watch does.
    if (!answer) return;
    response.writeHead(answer.code ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }
}

/** How an API server refuses. */
export const status = (code: number, reason: string, message: string, kind?: string) => ({
  kind: "Status",
  status: "Failure",
  code,
  reason,
  message,
  details: { kind },
});

/** Discovery of the kinds that the tests use. */
export const discovery = {
  "GET /api/v1": {
    resources: [
      { name: "configmaps", kind: "ConfigMap", namespaced: true },
      { name: "secrets", kind: "Secret", namespaced: true },
      { name: "namespaces", kind: "Namespace", namespaced: false },
      { name: "namespaces/status", kind: "Namespace", namespaced: false },
    ],
  },
  "GET /apis/apps/v1": { resources: [{ name: "deployments", kind: "Deployment", namespaced: true }] },
  "GET /apis/none.example/v1": { resources: [{ name: "wides", kind: "Wide", namespaced: false }] },
};
