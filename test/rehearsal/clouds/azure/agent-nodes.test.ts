import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Node } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { azureSize } from "../../../../catalogue/azure-offering.ts";
import { type AgentPoolSpec, agentNodes, agentNodesOf } from "../../../../rehearsal/clouds/azure/agent-nodes.ts";

const pool = { nodeResourceGroup: "rg-nodes", pool: "gpu" };
const spec = (changes: Partial<AgentPoolSpec> = {}): AgentPoolSpec => ({
  ...pool,
  subscriptionId: "s",
  location: "brazilsouth",
  size: azureSize("standard_nc24ads_a100_v4")!,
  count: 2,
  zones: [],
  mode: "User",
  labels: {},
  taints: [],
  spot: false,
  version: "1.35.6",
  ...changes,
});

/** An API server that knows nodes and nothing else. */
async function apiServer() {
  const nodes = new Map<string, V1Node>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url!, "http://x");
      const name = pathname.split("/")[4];
      const body = text ? JSON.parse(text) : undefined;
      asked.push(`${request.method} ${name ?? searchParams.get("labelSelector") ?? ""}`.trim());
      const answer = (code: number, content: unknown) => response.writeHead(code).end(JSON.stringify(content));
      if (request.method === "GET") return answer(200, { items: [...nodes.values()] });
      if (request.method === "DELETE") return answer(nodes.delete(name!) ? 200 : 404, {});
      if (request.method === "PATCH") {
        const node = nodes.get(name!)!;
        Object.assign(node.metadata!.labels!, body.metadata.labels);
        return answer(200, node);
      }
      if (nodes.has(body.metadata.name)) return answer(409, { code: 409, reason: "AlreadyExists" });
      nodes.set(body.metadata.name, body);
      return answer(201, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "freehold-nodes-"));
  const kubeconfig = join(folder, "kubeconfig");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: origin } }],
      users: [{ name: "u", user: {} }],
    }),
  );
  return {
    nodes,
    asked,
    kubeconfig,
    [Symbol.dispose]() {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

test("a pool's nodes are made, grow, get new labels, and go", async () => {
  using server = await apiServer();
  const nodes = agentNodesOf(server.kubeconfig);
  await nodes.bring(pool, agentNodes(spec()));
  expect(server.asked[0]).toBe("GET kubernetes.azure.com/cluster=rg-nodes,kubernetes.azure.com/agentpool=gpu");
  expect([...server.nodes.keys()]).toEqual([
    expect.stringMatching(/^aks-gpu-\d{8}-vmss000000$/),
    expect.stringMatching(/^aks-gpu-\d{8}-vmss000001$/),
  ]);
  await nodes.bring(pool, agentNodes(spec({ count: 3, labels: { "freehold.dev/pool": "gpu" } })));
  expect(server.nodes.size).toBe(3);
  expect([...server.nodes.values()].map(({ metadata }) => metadata!.labels!["freehold.dev/pool"])).toEqual([
    "gpu",
    "gpu",
    "gpu",
  ]);
  await nodes.bring(pool, agentNodes(spec({ count: 1 })));
  expect(server.nodes.size).toBe(1);
  await nodes.bring(pool, []);
  expect(server.nodes.size).toBe(0);
});

test("where no control plane runs, the world goes on without nodes", async () => {
  await expect(agentNodesOf("/nowhere/kubeconfig").bring(pool, agentNodes(spec()))).resolves.toBeUndefined();
});

test("a machine without accelerators shows none, and stands in no zone where it is asked into none", () => {
  const [node] = agentNodes(spec({ size: azureSize("Standard_D8ds_v5")!, mode: "System" }));
  expect(Object.keys(node!.status!.capacity!).sort()).toEqual(["cpu", "ephemeral-storage", "memory", "pods"]);
  expect(node!.metadata!.labels).toMatchObject({
    "topology.kubernetes.io/zone": "0",
    "kubernetes.azure.com/mode": "system",
  });
});
