import { ApiException, CoreV1Api, type KubeConfig, StorageV1Api, type V1Node } from "@kubernetes/client-node";
import { addon } from "../catalogue/index.ts";
import type { Country } from "../components/country.ts";
import { rehearsalLabel } from "../components/rehearsal-mark.ts";
import { call, configOf } from "./api-call.ts";
import { type Definition, definitionsOf } from "./chart-definitions.ts";
import { hallNodes } from "./hall-nodes.ts";
import { furnishVolumes } from "./hall-volumes.ts";
import type { Home } from "./home.ts";

/**
 * Furnishes the bare control plane with what an operator's hall already has: simulated nodes that give out what is
 * declared, and the namespaces and real definitions of the add-ons that the country says it has. Safe to repeat; what is
 * there stays, more is added.
 */
export async function furnishHall(home: Home, country: Country, crdsFolder: string): Promise<void> {
  const config = configOf(home.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);

  await core.patchNamespace({
    name: "kube-system",
    body: [{ op: "add", path: `/metadata/labels/${rehearsalLabel.replace("/", "~1")}`, value: "true" }],
  });
  const present = (await core.listNode()).items;
  const names = new Set(present.map((node) => node.metadata?.name));
  const wanted = hallNodes(country);
  const nodes = wanted.filter((node) => !names.has(node.metadata?.name));
  const existing = Object.entries(country.addons).filter(([, { mode }]) => mode === "existing");
  const addons = existing.map(([id]) => addon(id));
  const namespaces = new Set(addons.map(({ namespace }) => namespace));
  await Promise.all([
    ...nodes.map((body) => unlessThere(core.createNode({ body }))),
    recut(core, present, wanted),
    furnishVolumes(core, config.makeApiClient(StorageV1Api), country),
    ...[...namespaces].map((name) => unlessThere(core.createNamespace({ body: { metadata: { name } } }))),
    installDefinitions(
      config,
      addons.flatMap((one) => definitionsOf(one, crdsFolder)),
    ),
  ]);
}

/** What a MIG manager and a device plugin would do to nodes whose pool is cut or shared otherwise than before. */
async function recut(core: CoreV1Api, present: V1Node[], wanted: V1Node[]): Promise<void> {
  const standing = new Map(present.map((node) => [node.metadata?.name, node]));
  const changed = wanted.filter(({ metadata, status }) => {
    const capacity = standing.get(metadata?.name)?.status?.capacity;
    // Devices alone: the API server writes sizes its own way, 2Ti for 2048Gi.
    const devices = Object.entries(status?.capacity ?? {}).filter(([resource]) => resource.includes("/"));
    return capacity && devices.some(([resource, count]) => capacity[resource] !== count);
  });
  await Promise.all(
    changed.map(async ({ metadata, status }) => {
      const name = metadata!.name!;
      const labels = Object.entries(metadata?.labels ?? {}).map(([key, value]) => ({
        op: "add",
        path: `/metadata/labels/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        value,
      }));
      await core.patchNode({ name, body: labels });
      const counts = ["capacity", "allocatable"].map((of) => ({
        op: "replace",
        path: `/status/${of}`,
        value: status?.capacity,
      }));
      await core.patchNodeStatus({ name, body: counts });
    }),
  );
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Posts the definitions as the YAML they are: parsing megabytes of schema here would cost more than the whole control plane. */
async function installDefinitions(config: KubeConfig, wanted: Definition[]): Promise<void> {
  const names = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const listed = await call(config, "GET", definitions, { accept: names });
  const present = new Set((JSON.parse(listed.body).items ?? []).map((crd: V1Node) => crd.metadata?.name));
  const posts = wanted
    .filter(({ name }) => !present.has(name))
    .map(({ text }) => call(config, "POST", definitions, { "content-type": "application/yaml" }, text));
  const refused = (await Promise.all(posts)).find(({ status }) => status >= 300 && status !== 409);
  if (refused) throw new Error(`The API server refused a definition: ${refused.body.slice(0, 400)}`);
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 409)) throw error;
  }
}
