import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Cluster, Told } from "./budget-keeping.ts";
import { apis, type Plural, prefix } from "./closed-routes.ts";

const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const answerWithinMs = 10_000;

/** The API server as a pod reaches it, for the budgets that a ConfigMap of its own namespace tells. */
export function cluster(env: Record<string, string | undefined>, configMap: string): Cluster {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const read = (file: string) => readFileSync(`${account}/${file}`, "utf8");
  const namespace = read("namespace");
  let owner: object | undefined;

  const collection = (plural: Plural) => `/apis/${apis[plural]}/namespaces/${namespace}/${plural}`;

  /** The token is read each time: it is renewed within its hour. */
  function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${read("token")}`,
      accept: "application/json",
      ...(body && { "content-type": "application/apply-patch+yaml" }),
    };
    const options = {
      host,
      port,
      path,
      method,
      headers,
      ca: read("ca.crt"),
      signal: AbortSignal.timeout(answerWithinMs),
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, async (response) => {
        try {
          let text = "";
          for await (const chunk of response.setEncoding("utf8")) text += chunk;
          const status = response.statusCode ?? 0;
          if (status < 300 || (status === 404 && method === "DELETE")) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path} was answered ${status}: ${text.slice(0, 300)}`));
        } catch (error) {
          reject(error);
        }
      });
      sent.on("error", reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  return {
    async told() {
      type Found = { metadata: { uid: string }; data: { "budgets.json": string } };
      const { metadata, data } = await ask<Found>("GET", `/api/v1/namespaces/${namespace}/configmaps/${configMap}`);
      owner = { apiVersion: "v1", kind: "ConfigMap", name: configMap, uid: metadata.uid };
      return JSON.parse(data["budgets.json"]) as Told;
    },
    async made(plural) {
      const { items } = await ask<{ items: { metadata: { name: string } }[] }>("GET", collection(plural));
      return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(prefix));
    },
    async apply({ plural, name, body }) {
      const metadata = { name, ownerReferences: [owner] };
      const path = `${collection(plural)}/${name}?fieldManager=freehold-budgets&force=true`;
      await ask("PATCH", path, { ...body, metadata });
    },
    async remove(plural, name) {
      await ask("DELETE", `${collection(plural)}/${name}`);
    },
  };
}
