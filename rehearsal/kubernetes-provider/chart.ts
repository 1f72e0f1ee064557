import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import { isReason } from "./failure.ts";
import { followUntil } from "./follow.ts";
import { collectionPath } from "./kinds.ts";
import type { KubeObject } from "./kube-object.ts";
import { isUnknown, type Properties, reveal } from "./properties.ts";
import { holds } from "./reasons.ts";

/** A chart in a rehearsal: the custom resource definitions that it would install. */
export type Chart = { chart: string; version: string | undefined; definitions: { name: string; text: string }[] };

const crdsOf = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const establishMs = 60_000;
const namesOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/**
 * Finds the definitions behind a chart by the last segment of its name, in the folder that FREEHOLD_CRDS names:
 * `<addon>/*.yaml`, and `versions.json` with the version that they were taken from. Undefined while the name is unknown;
 * throws for a chart, or a version of one, whose definitions are not there.
 */
export function findChart(inputs: Properties, folder = process.env.FREEHOLD_CRDS): Chart | undefined {
  const { chart: reference, version: asked } = inputs;
  if (isUnknown(reference ?? null) || isUnknown(asked ?? null)) return undefined;
  if (!folder)
    throw new Error("FREEHOLD_CRDS is not set: a rehearsal has no other charts than the folder that it names");
  const chart = String(reveal(reference ?? ""))
    .replace(/\/+$/, "")
    .split("/")
    .at(-1)!;
  const charts = chartTable();
  const addons = charts[chart];
  if (!addons) {
    throw new Error(
      `${reference}: a rehearsal does not know this chart.\n  found    ${chart}\n  allowed  ${Object.keys(charts).join(", ")}\n` +
        "  remedy   declare what the chart would install as resources, or rehearse with the official provider",
    );
  }
  const version = versionOf(addons[0]!, folder);
  if (asked && version && bare(String(reveal(asked))) !== bare(version)) {
    throw new Error(
      `${reference}: the rehearsal has its definitions in another version.\n  found    ${reveal(asked)}\n  allowed  ${version}`,
    );
  }
  return { chart, version, definitions: addons.flatMap((addon) => definitionsIn(join(folder, addon))) };
}

/**
 * Installs a chart's definitions where they are missing, and waits until they are served. They are written to the cluster
 * directly and returned by name: as resources of their own they would stand in the state, which the file backend rewrites
 * at every step, and one definition alone has a megabyte. Like Helm, nothing ever removes them.
 */
export async function installChart(
  { definitions }: Chart,
  cluster: Cluster,
  cancelled: AbortSignal,
): Promise<string[]> {
  const path = collectionPath(await cluster.resource(crdsOf));
  const { items } = await cluster.client.request<{ items: KubeObject[] | null }>("GET", path, {}, undefined, namesOnly);
  const present = new Set(items?.map(({ metadata }) => metadata.name));
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(establishMs)]);
  const established = ([now]: (KubeObject | undefined)[]) => (now && holds(now, "Established")) || undefined;
  await Promise.all(
    definitions
      .filter(({ name }) => !present.has(name))
      .map(async ({ name, text }) => {
        // As the YAML that it is: parsing a megabyte here takes longer than the API server needs for it.
        const body = { content: text, type: "application/yaml" };
        const crd = await cluster.client.request<KubeObject>("POST", path, {}, body).catch((error: unknown) => {
          // Another chart of the same program installs the same definitions.
          if (isReason(error, "AlreadyExists")) return undefined;
          throw error;
        });
        await followUntil(cluster, [{ reference: { ...crdsOf, name }, from: crd }], established, { signal });
      }),
  );
  return definitions.map(({ name }) => name);
}

/** Charts by name, and the add-ons whose definitions they install. */
function chartTable(): Record<string, string[]> {
  return JSON.parse(readFileSync(new URL("./charts.json", import.meta.url), "utf8"));
}

function definitionsIn(folder: string): Chart["definitions"] {
  if (!existsSync(folder))
    throw new Error(`${folder}: the chart's definitions are not there\n  remedy   npx freehold setup`);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/^---.*$/m))
    .filter((text) => /^kind: CustomResourceDefinition$/m.test(text))
    .map((text) => ({ name: /^metadata:\n(?: .*\n)*? {2}name: "?([^\s"]+)/m.exec(text)?.[1] ?? "", text }));
}

function versionOf(addon: string, folder: string): string | undefined {
  const file = join(folder, "versions.json");
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, "utf8")) as Record<string, { version?: string }>)[addon]?.version;
}

const bare = (version: string) => version.replace(/^v/, "");
