import { Client } from "./client.ts";
import { Cluster } from "./cluster.ts";
import type { Ownership } from "./create.ts";
import { type Connection, readConnection, readServer } from "./kubeconfig.ts";
import { isUnknown, type Properties, reveal, same, type Value } from "./properties.ts";
import { refuseUnlessLabelled, refuseUnlessRehearsing } from "./rehearsal-cluster.ts";
import type { Mutability } from "./replaced-by.ts";

/** What a program sets on its `kubernetes` provider, ready to work with. */
export type Settings = { cluster: Cluster; ownership: Ownership; mutability: Mutability };

/** Settings that would make the provider something else than it is here. */
const unsupported = ["renderYamlToDirectory"];

/** Reads the provider's settings and opens its cluster. Throws before any request to a cluster that is no rehearsal. */
export async function configure(variables: Map<string, string>): Promise<Settings> {
  const setting = (name: string) => variables.get(`kubernetes:config:${name}`) || undefined;
  const flag = (name: string, variable: string) => (setting(name) ?? process.env[variable]) === "true";
  for (const name of unsupported) {
    if (setting(name)) throw new Error(`provider setting ${name}: not in a rehearsal, which only talks to its cluster`);
  }
  if ((setting("enableServerSideApply") ?? process.env.PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY) === "false") {
    throw new Error("provider setting enableServerSideApply: a rehearsal only knows server-side apply, the default");
  }
  const connection = readConnection({
    kubeconfig: setting("kubeconfig"),
    context: setting("context"),
    cluster: setting("cluster"),
    namespace: setting("namespace"),
  });
  refuseUnlessRehearsing(connection);
  const client = new Client(connection);
  await refuseUnlessLabelled(client, connection);
  return {
    cluster: new Cluster(client, connection.namespace),
    ownership: {
      patchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
      upsert: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    },
    mutability: {
      configMaps: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
      secrets: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    },
  };
}

/** Which settings changed, and which of them mean another cluster, so that everything in it has to be made anew. */
export function diffSettings(olds: Properties, news: Properties): { changed: string[]; replaced: string[] } {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => !same(reveal(olds[key] ?? null), reveal(news[key] ?? null)));
  const places = ["kubeconfig", "context", "cluster"];
  if (places.some((key) => isUnknown(news[key] ?? null)))
    return { changed, replaced: changed.filter((key) => places.includes(key)) };
  if (olds.clusterIdentifier && same(olds.clusterIdentifier, news.clusterIdentifier)) return { changed, replaced: [] };
  if (olds.clusterIdentifier && news.clusterIdentifier) return { changed, replaced: ["clusterIdentifier"] };
  const [before, after] = [serverOf(olds), serverOf(news)];
  const moved = before !== undefined && after !== undefined && before !== after;
  return { changed, replaced: moved ? changed.filter((key) => places.includes(key)) : [] };
}

/** Where the settings lead, when that can be told from here. */
function serverOf(settings: Properties): Connection["server"]["href"] | undefined {
  const text = (value: Value | undefined) => {
    const plain = reveal(value ?? null);
    return typeof plain === "string" ? plain : plain === null ? undefined : JSON.stringify(plain);
  };
  try {
    const { kubeconfig, context, cluster } = settings;
    return readServer({ kubeconfig: text(kubeconfig), context: text(context), cluster: text(cluster) }).href;
  } catch {
    return undefined;
  }
}
