import type { Diff } from "../provider-messages.ts";
import { findChart, installChart } from "./chart.ts";
import type { Cluster } from "./cluster.ts";
import type { DiffRequest } from "./diff.ts";
import { differences, formatPath } from "./differences.ts";
import { type Properties, reveal } from "./properties.ts";
import { parseUrn } from "./type-token.ts";

/** The resource that stands for an installed Helm chart. */
export const releaseType = "kubernetes:helm.sh/v3:Release";

/** A release as declared, named; a chart that a rehearsal does not know is refused here, before anything is made. */
export function checkRelease(urn: string, olds: Properties, news: Properties): Properties {
  findChart(news);
  return { ...news, name: news.name ?? olds.name ?? parseUrn(urn).name };
}

/** What changed in a release; another name or namespace is another release. */
export function diffRelease({ oldInputs, newInputs }: DiffRequest): Diff {
  const changes = differences(reveal(oldInputs), reveal(newInputs)).map(({ path, change }) => ({
    path: formatPath(path),
    change,
    replace: path.length === 1 && (path[0] === "name" || path[0] === "namespace"),
  }));
  return { changes, deleteBeforeReplace: false };
}

/** Installs what of a release a rehearsal has: its chart's definitions. */
export async function installRelease(
  inputs: Properties,
  cluster: Cluster,
  { preview, cancelled }: { preview: boolean; cancelled: AbortSignal },
): Promise<{ id: string; outputs: Properties }> {
  const chart = findChart(inputs);
  if (chart && !preview) await installChart(chart, cluster, cancelled);
  const plain = reveal(inputs) as Properties;
  const namespace = (plain.namespace as string | undefined) ?? cluster.namespace;
  const definitions = chart?.definitions.map(({ name }) => name) ?? [];
  const status = {
    name: plain.name!,
    namespace,
    chart: chart?.chart ?? "",
    version: chart?.version ?? "",
    revision: 1,
    status: "deployed",
  };
  const resourceNames = { "CustomResourceDefinition.apiextensions.k8s.io/v1": definitions };
  return {
    id: preview ? "" : `${namespace}/${plain.name}`,
    outputs: { ...inputs, resourceNames, status, __inputs: inputs },
  };
}
