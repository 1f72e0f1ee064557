import type { KubeConfig, KubernetesObject } from "@kubernetes/client-node";
import { call, configOf } from "./api-call.ts";

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
 * Every object in a cluster that Pulumi made, by its metadata: the API server notes who wrote a field, and the Kubernetes
 * provider writes under its own name. Nodes are left out: they are the hall's, and are only ever patched.
 */
export async function managedObjects(kubeconfig: string): Promise<ManagedObject[]> {
  const config = configOf(kubeconfig);
  const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const lists = await Promise.all(
    (await listable(config)).map(async ({ apiVersion, kind, path }) => {
      const { status, body } = await call(config, "GET", path, { accept });
      if (status !== 200) throw new Error(`The rehearsal's API server does not list ${kind}: ${body.slice(0, 200)}`);
      const { items } = JSON.parse(body) as { items: KubernetesObject[] | null };
      return (items ?? []).map(({ metadata }) => ({ apiVersion, kind, metadata }));
    }),
  );
  return lists.flat().filter(({ kind, metadata }) => kind !== "Node" && metadata?.managedFields?.some(isProviders));
}

/** Both Kubernetes providers create as `pulumi-kubernetes` and update as the same with a suffix. */
const isProviders = ({ manager }: { manager?: string }) => /^pulumi-kubernetes(-[0-9a-f]+)?$/.test(manager ?? "");

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
