import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import type {
  V1APIGroupList,
  V1NamespaceList,
  V1NodeList,
  V1StorageClassList,
  VersionInfo,
} from "@kubernetes/client-node";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { type Cloud, inPlace } from "../cloud.ts";
import { type Connection, connectionOf, readKubeconfig } from "../kubeconfig.ts";
import { judgeNodes } from "../pool/judge-nodes.ts";
import { Pool, shareNodes } from "../pool.ts";
import { isLoopback, rehearsalLabel } from "../rehearsal-mark.ts";

/** A Kubernetes cluster that the country already has, reached through a context of the operator's kubeconfig. */
export const onprem: Cloud = {
  async inspect({ target }) {
    const kubeconfig = readable(readKubeconfig);
    const contexts = kubeconfig.contexts.map(({ name }) => name);
    if (!contexts.includes(target.context)) {
      throw new pulumi.RunError(
        report({
          what: `target.context ${target.context} is not in the kubeconfig`,
          found: contexts.length > 0 ? `contexts ${contexts.join(", ")}` : "no context at all",
          allowed: kubeconfigs,
          remedy:
            'set KUBECONFIG to the cluster\'s kubeconfig, or rehearse without one: eval "$(npx freehold rehearse --env)"',
        }),
      );
    }
    let connection: Connection | undefined;
    try {
      connection = await connectionOf(kubeconfig, target.context);
      const [version, nodes, groups, namespaces, storageClasses] = await Promise.all([
        get<VersionInfo>(connection, "/version"),
        get<V1NodeList>(connection, "/api/v1/nodes"),
        get<V1APIGroupList>(connection, "/apis"),
        get<V1NamespaceList>(connection, "/api/v1/namespaces"),
        get<V1StorageClassList>(connection, "/apis/storage.k8s.io/v1/storageclasses"),
      ]);
      const labels = Object.fromEntries(
        namespaces.items.map(({ metadata }) => [metadata?.name ?? "", metadata?.labels ?? {}]),
      );
      return {
        version: version.gitVersion,
        rehearsal: labels["kube-system"]?.[rehearsalLabel] === "true" && isLoopback(connection.server.hostname),
        nodes: nodes.items.map((node) => ({
          name: node.metadata?.name ?? "",
          labels: node.metadata?.labels ?? {},
          taints: (node.spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })),
          allocatable: node.status?.allocatable ?? {},
        })),
        serves: groups.groups.flatMap((group) => group.versions.map((entry) => entry.groupVersion)),
        namespaces: labels,
        storageClasses: storageClasses.items.map(({ metadata }) => ({
          name: metadata?.name ?? "",
          isDefault: metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
        })),
      };
    } catch (error) {
      throw new pulumi.RunError(
        report({
          what: `the cluster of context ${target.context} does not answer`,
          found: `${connection?.server.origin ?? "no connection"}: ${reason(error)}`,
          allowed: "a reachable API server that lets this user list nodes, namespaces, storage classes and API groups",
          remedy: `kubectl --context ${target.context} get nodes`,
        }),
      );
    }
  },

  preflight: judgeNodes,

  doorAnnotations: () => ({}),

  taints: () => ({}),

  ground({ target, pools, addons }, cluster, opts) {
    const provider = new Provider("cluster", {
      context: target.context,
      // A context is a name in somebody's kubeconfig: only another place makes it another cluster, with everything made anew.
      clusterIdentifier: `freehold-${target.place}`,
      ...inPlace,
    });
    const nodes = shareNodes(pools, cluster.nodes, addons);
    const taken = Object.entries(pools).map(([name, pool]) => {
      const args = { ...pool, addons, nodesInCluster: nodes[name]! };
      return [name, new Pool(name, args, { ...opts, provider })] as const;
    });
    return {
      provider,
      ready: [],
      pools: Object.fromEntries(taken),
      awaited: Object.fromEntries(taken.map(([name, { awaited }]) => [name, awaited])),
    };
  },
};

function report({ what, ...lines }: { what: string; found: string; allowed: string; remedy: string }): string {
  return [what, ...Object.entries(lines).map(([key, text]) => `  ${key.padEnd(8)} ${text}`)].join("\n");
}

const kubeconfigs = "the name of a context in KUBECONFIG or ~/.kube/config";

function readable<Content>(read: () => Content): Content {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError(
      report({
        what: "the kubeconfig cannot be read",
        found: reason(error),
        allowed: kubeconfigs,
        remedy: "kubectl config view",
      }),
    );
  }
}

const silenceMs = 30_000;

/** What the API server says at a path. Throws its own words where it refuses. */
function get<Answer>({ server, options }: Connection, path: string): Promise<Answer> {
  const url = new URL(server.pathname.replace(/\/$/, "") + path, server);
  const { request } = url.protocol === "http:" ? http : https;
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, accept: "application/json", "user-agent": "freehold" };
    const sent = request(url, { ...options, headers, timeout: silenceMs }, (response) => {
      text(response)
        .then((body) => {
          if (response.statusCode === 200) resolve(JSON.parse(body));
          else reject(new Error(`${response.statusCode} at ${path}: ${refusal(body)}`));
        })
        .catch(reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer for ${silenceMs / 1000} s`)));
    sent.on("error", reject);
    sent.end();
  });
}

/** An API server refuses with a Status, what stands before it with anything. */
function refusal(body: string): string {
  try {
    return JSON.parse(body).message ?? body;
  } catch {
    return body;
  }
}

/** The cause in one line. Of a host with several addresses the message is empty, and the code says what all met with. */
function reason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return (message || code || String(error)).split("\n").slice(0, 2).join(" ").slice(0, 300);
}
