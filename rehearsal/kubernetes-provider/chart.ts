import { type Definition, definitionsOf, rehearsedCharts } from "../chart-definitions.ts";
import type { Cluster } from "./cluster.ts";
import { isReason } from "./failure.ts";
import { followUntil } from "./follow.ts";
import { collectionPath } from "./kinds.ts";
import type { KubeObject } from "./kube-object.ts";
import { isUnknown, type Properties, reveal } from "./properties.ts";
import { holds } from "./reasons.ts";

/** A chart in a rehearsal: the custom resource definitions that it would install, of the version that was proven. */
export type Chart = { chart: string; version: string; proven: string; definitions: Definition[] };

const crdsOf = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
const establishMs = 60_000;
const namesOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/**
 * Finds the definitions behind a chart by the last part of its name, in the folder that FREEHOLD_CRDS names. Undefined while
 * the name is unknown; throws for a chart that the catalogue has not, or not in that version.
 */
export function findChart(inputs: Properties, folder = process.env.FREEHOLD_CRDS): Chart | undefined {
  const { chart: reference, version: asked } = inputs;
  if (isUnknown(reference ?? null) || isUnknown(asked ?? null)) return undefined;
  if (!folder)
    throw new Error("FREEHOLD_CRDS is not set: a rehearsal has no other charts than the folder that it names");
  const name = String(reveal(reference ?? ""))
    .replace(/\/+$/, "")
    .split("/")
    .at(-1)!;
  const charts = rehearsedCharts();
  const found = charts.find((chart) => chart.name === name);
  if (!found) {
    throw new Error(
      `${reference}: a rehearsal does not know this chart.\n  found    ${name}\n` +
        `  allowed  ${charts.map((chart) => chart.name).join(", ")}\n` +
        "  remedy   declare what the chart would install as resources",
    );
  }
  const { addon, proven, versions, bringsDefinitions } = found;
  const version = asked ? String(reveal(asked)) : proven;
  if (!versions.map(bare).includes(bare(version))) {
    throw new Error(
      `${reference}: the catalogue does not know this version of the chart.\n` +
        `  found    ${version}\n  allowed  ${versions.join(", ")}`,
    );
  }
  return { chart: name, version, proven, definitions: bringsDefinitions ? definitionsOf(addon, folder) : [] };
}

/** Whether the definitions are of another version than the one that was asked for. */
export function isUnproven({ version, proven, definitions }: Chart): boolean {
  return definitions.length > 0 && bare(version) !== bare(proven);
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

const bare = (version: string) => version.replace(/^v/, "");
