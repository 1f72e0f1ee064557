import type { V1Pod } from "@kubernetes/client-node";
import type { Endpoint, Target } from "../../components/monitoring/targets.ts";
import { exposed, type Sample, samplesIn } from "./exposition.ts";

const patienceMs = 2000;

/** What Prometheus would have of these pods: those that the stack's monitors name, asked and labelled as they say. */
export async function scrape(targets: Target[], pods: V1Pod[]): Promise<string> {
  const asked = targets.flatMap((target) =>
    pods
      .filter((pod) => isMeant(target, pod))
      .flatMap((pod) => target.endpoints.map((endpoint) => scrapeOne(target, pod, endpoint))),
  );
  return exposed((await Promise.all(asked)).flat());
}

function isMeant({ namespace, labels }: Target, { metadata }: V1Pod): boolean {
  const isLabelled = Object.entries(labels).every(([label, value]) => metadata?.labels?.[label] === value);
  return metadata?.namespace === namespace && isLabelled;
}

async function scrapeOne(target: Target, pod: V1Pod, endpoint: Endpoint): Promise<Sample[]> {
  const url = `http://${pod.status!.podIP}:${portOf(pod, endpoint)}${endpoint.path}`;
  const labels = { ...addedBy(target, pod, endpoint), instance: new URL(url).host };
  const up = (value: number): Sample => ({ name: "up", labels, value });
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    if (!answer.ok) return [up(0)];
    return [up(1), ...labelled(samplesIn(await answer.text()), labels, endpoint)];
  } catch {
    return [up(0)];
  }
}

/** Samples with the labels that a monitor adds; a metric's own label of the same name is kept beside it. */
export function labelled(samples: Sample[], added: Record<string, string>, { metricRelabelings }: Endpoint): Sample[] {
  const dropped = (metricRelabelings ?? []).map(({ regex }) => new RegExp(`^(?:${regex})$`));
  return samples
    .filter(({ name }) => !dropped.some((expression) => expression.test(name)))
    .map(({ name, labels, value }) => {
      const own = Object.entries(labels).map(([label, text]) => [label in added ? `exported_${label}` : label, text]);
      return { name, labels: { ...Object.fromEntries(own), ...added }, value };
    });
}

function addedBy({ name }: Target, { metadata }: V1Pod, { relabelings = [] }: Endpoint): Record<string, string> {
  const discovered = Object.fromEntries(
    Object.entries(metadata?.labels ?? {}).map(([label, text]) => [
      `__meta_kubernetes_pod_label_${label.replace(/\W/g, "_")}`,
      text,
    ]),
  );
  return {
    job: name,
    namespace: metadata!.namespace!,
    pod: metadata!.name!,
    ...Object.fromEntries(
      relabelings.map(({ sourceLabels, targetLabel }) => [
        targetLabel,
        sourceLabels.map((label) => discovered[label] ?? "").join(";"),
      ]),
    ),
  };
}

function portOf({ spec }: V1Pod, { port, portNumber }: Endpoint): number | undefined {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const named = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port);
  return portNumber ?? named?.containerPort;
}
