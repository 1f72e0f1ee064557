import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rehearsalLabel } from "../../components/rehearsal-mark.ts";
import { removeCluster, startCluster as start } from "../../rehearsal/cluster.ts";
import type { Home } from "../../rehearsal/home.ts";
import { readConnection } from "../../rehearsal/kubernetes-provider/kubeconfig.ts";
import { setup, type Toolchain } from "../../rehearsal/toolchain.ts";

// biome-ignore lint/suspicious/noExplicitAny: an API server says what it likes
type Answer = { code: number; body: any };

/** A control plane of a test's own: nothing is in it, and it does not say that it is a rehearsal. */
export type TestCluster = {
  toolchain: Toolchain;
  /** A folder that goes with the cluster. */
  folder: string;
  kubeconfig: string;
  /** One request to the API server; answers with the status and the parsed body. */
  call(method: string, path: string, body?: object, type?: string): Promise<Answer>;
  /** Has it say that it is for rehearsals: the rehearsal provider writes to no other cluster. */
  markRehearsal(): Promise<void>;
  stop(): Promise<void>;
};

/** Context of a test cluster's kubeconfig. */
export const context = "test";

/** Starts a real control plane without nodes, on ports of its own. */
export async function startCluster(): Promise<TestCluster> {
  const toolchain = await setup();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "freehold-cluster-")));
  const home = { cluster: join(folder, "cluster"), kubeconfig: join(folder, "kubeconfig") } as Home;
  mkdirSync(home.cluster);
  await start(home, toolchain, context);
  const { server, ca, certificate } = readConnection({ kubeconfig: home.kubeconfig });
  const call: TestCluster["call"] = (method, path, body, type = "application/json") =>
    new Promise((resolve, reject) => {
      const headers = body && { "content-type": type };
      const sent = request(new URL(path, server), { method, ca, ...certificate, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      sent.on("error", reject);
      sent.end(body && JSON.stringify(body));
    });
  return {
    toolchain,
    folder,
    kubeconfig: home.kubeconfig,
    call,
    markRehearsal: async () => {
      const labels = { metadata: { labels: { [rehearsalLabel]: "true" } } };
      await call("PATCH", "/api/v1/namespaces/kube-system", labels, "application/merge-patch+json");
    },
    stop: async () => {
      await removeCluster(home, toolchain);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
