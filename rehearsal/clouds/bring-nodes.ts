import { existsSync } from "node:fs";
import type { V1Node } from "@kubernetes/client-node";
import { ApiError, Client, json } from "../kubernetes-provider/client.ts";
import { readConnection } from "../kubernetes-provider/kubeconfig.ts";

const path = "/api/v1/nodes";

/**
 * Makes the nodes that carry these labels what is wanted: more come, others go, labels and taints follow. Does nothing where the
 * kubeconfig is not there, as when only the cloud's world is of interest.
 */
export async function bringNodes(kubeconfig: string, labels: Record<string, string>, wanted: V1Node[]): Promise<void> {
  if (!existsSync(kubeconfig)) return;
  const client = new Client(readConnection({ kubeconfig }));
  const labelSelector = Object.entries(labels)
    .map((label) => label.join("="))
    .join(",");
  const { items } = await client.request<{ items: V1Node[] }>("GET", path, { labelSelector });
  const names = new Set(wanted.map(({ metadata }) => metadata!.name));
  const extra = items.filter(({ metadata }) => !names.has(metadata!.name));
  await Promise.all([
    ...extra.map(({ metadata }) => unless("NotFound", client.request("DELETE", `${path}/${metadata!.name}`))),
    ...wanted.map((node) => put(client, node)),
  ]);
}

async function put(client: Client, node: V1Node) {
  const made = client.request("POST", path, {}, json({ apiVersion: "v1", kind: "Node", ...node }));
  if ((await unless("AlreadyExists", made)) !== undefined) return;
  const body = { metadata: { labels: node.metadata!.labels }, spec: { taints: node.spec!.taints ?? null } };
  await client.request("PATCH", `${path}/${node.metadata!.name}`, {}, json(body, "application/merge-patch+json"));
}

/** The answer, or undefined where the node was as wanted already. */
async function unless<Answer>(reason: string, asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.reason !== reason) throw error;
    return undefined;
  });
}
