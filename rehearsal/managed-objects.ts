import { KubeConfig, type KubernetesObject } from "@kubernetes/client-node";
import { call } from "./api-call.ts";

/** An object in a cluster, with what its kind is called by. */
export type ManagedObject = KubernetesObject & { apiVersion: string; kind: string };

type Discovery = {
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources: { resource: string; responseKind: { kind: string }; verbs: string[] }[];
    }[];
  }[];
};

/**
 * Every object in a cluster that Pulumi made: they carry its label and have no owner among the cluster's own objects. Patches
 * are not objects, and endpoints only mirror the labels of their service.
 */
export async function managedObjects(kubeconfig: string): Promise<ManagedObject[]> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const lists = await Promise.all(
    (await listable(config)).map(async ({ apiVersion, kind, path }) => {
      const { status, body } = await call(
        config,
        "GET",
        `${path}?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dpulumi`,
        {},
      );
      if (status !== 200) throw new Error(`The rehearsal's API server does not list ${kind}: ${body.slice(0, 200)}`);
      const { items } = JSON.parse(body) as { items: KubernetesObject[] | null };
      return (items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    }),
  );
  return lists.flat().filter(({ metadata }) => !metadata?.ownerReferences?.length);
}

/** What the API server lists, one preferred version each. Aggregated discovery answers all of it in two requests. */
async function listable(config: KubeConfig): Promise<{ apiVersion: string; kind: string; path: string }[]> {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const answers = await Promise.all(["/api", "/apis"].map((root) => call(config, "GET", root, { accept })));
  return answers
    .flatMap(({ body }) => (JSON.parse(body) as Discovery).items)
    .flatMap(({ metadata: { name: group }, versions }) =>
      versions.slice(0, 1).flatMap(({ version, resources }) =>
        resources
          .filter(
            ({ verbs, resource }) => verbs.includes("list") && verbs.includes("delete") && resource !== "endpoints",
          )
          .map(({ resource, responseKind: { kind } }) => {
            const apiVersion = group ? `${group}/${version}` : version;
            return { apiVersion, kind, path: `${group ? "/apis" : "/api"}/${apiVersion}/${resource}` };
          }),
      ),
    );
}
