import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiException, CoreV1Api, type KubeConfig, type V1Node } from "@kubernetes/client-node";
import { accelerator, addon, addons } from "../catalogue/index.ts";
import type { Country } from "../components/country.ts";
import { rehearsalLabel } from "../components/rehearsal-mark.ts";
import { call, configOf } from "./api-call.ts";
import type { Home } from "./home.ts";

/**
 * Furnishes the bare control plane with what an operator's hall already has: the declared GPU nodes and two system nodes,
 * all simulated, and the add-ons' namespaces and real CRDs. Safe to repeat; what is there stays, more is added.
 */
export async function furnishHall(home: Home, country: Country, crdsFolder: string): Promise<void> {
  const config = configOf(home.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);

  await core.patchNamespace({
    name: "kube-system",
    body: [{ op: "add", path: `/metadata/labels/${rehearsalLabel.replace("/", "~1")}`, value: "true" }],
  });
  const present = new Set((await core.listNode()).items.map((node) => node.metadata?.name));
  const nodes = hallNodes(country).filter((node) => !present.has(node.metadata?.name));
  const namespaces = addons().map((id) => addon(id).namespace);
  await Promise.all([
    ...nodes.map((body) => unlessThere(core.createNode({ body }))),
    ...namespaces.map((name) => unlessThere(core.createNamespace({ body: { metadata: { name } } }))),
    installCrds(config, crdsFolder),
  ]);
}

/** The nodes that the country's pools declare, and two for everything that needs no GPU. */
function hallNodes(country: Country): V1Node[] {
  const number = (index: number) => String(index + 1).padStart(2, "0");
  const gpuNodes = Object.entries(country.pools).flatMap(([name, pool]) => {
    const { label, resource } = accelerator(pool.accelerator);
    return Array.from({ length: pool.nodes }, (_, index) =>
      simulatedNode(
        `${name}-${number(index)}`,
        { cpu: "192", memory: "2048Gi", [resource]: String(pool.gpusPerNode) },
        { [label.key]: label.value, [`${resource}.present`]: "true" },
      ),
    );
  });
  const systemNodes = [0, 1].map((index) =>
    simulatedNode(`system-${number(index)}`, { cpu: "64", memory: "256Gi" }, {}),
  );
  return [...gpuNodes, ...systemNodes];
}

function simulatedNode(name: string, resources: Record<string, string>, labels: Record<string, string>): V1Node {
  const capacity = { pods: "110", "ephemeral-storage": "2048Gi", ...resources };
  return {
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        type: "kwok",
        ...labels,
      },
    },
    status: { capacity, allocatable: capacity },
  };
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Posts the definitions as the YAML they are: parsing megabytes of schema here would cost more than the whole control plane. */
async function installCrds(config: KubeConfig, folder: string): Promise<void> {
  const names = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const listed = await call(config, "GET", definitions, { accept: names });
  const present = new Set((JSON.parse(listed.body).items ?? []).map((crd: V1Node) => crd.metadata?.name));
  const missing = readDocuments(folder).filter((text) => !present.has(/^ {2}name: (\S+)$/m.exec(text)?.[1]));
  const posts = missing.map((text) => call(config, "POST", definitions, { "content-type": "application/yaml" }, text));
  const refused = (await Promise.all(posts)).find(({ status }) => status >= 300 && status !== 409);
  if (refused) throw new Error(`The API server refused a definition: ${refused.body.slice(0, 400)}`);
}

function readDocuments(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/^---$/m))
    .filter((text) => /^kind: CustomResourceDefinition$/m.test(text));
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 409)) throw error;
  }
}
