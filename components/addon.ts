import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
import * as pulumi from "@pulumi/pulumi";
import { type Addon as AddonFacts, addons, addonVersions, addon as factsOf } from "../catalogue/index.ts";
import { chartValues } from "./addon/chart-values.ts";
import { closeAddon } from "./addon/closed.ts";
import { guarded } from "./addon/guarded.ts";
import { aiGateway } from "./addons/ai-gateway.ts";
import { barmanCloud } from "./addons/barman-cloud.ts";
import { certManager } from "./addons/cert-manager.ts";
import { cloudnativePg } from "./addons/cloudnative-pg.ts";
import { efaDevicePlugin } from "./addons/efa-device-plugin.ts";
import { envoyGateway } from "./addons/envoy-gateway.ts";
import { gpuOperator } from "./addons/gpu-operator.ts";
import { keda } from "./addons/keda.ts";
import { kueue } from "./addons/kueue.ts";
import { lws } from "./addons/lws.ts";
import { prometheus } from "./addons/prometheus.ts";
import { rookCeph } from "./addons/rook-ceph.ts";
import type { CloudTaints } from "./cloud.ts";
import { isErasable } from "./country/erasable.ts";
import type { Country } from "./country.ts";
import type { Door } from "./network/door.ts";

export { type PhoneHome, phoneHome } from "./addon/phone-home.ts";

/** The country of an add-on, with the taints of the cloud's own on the nodes of its pools. */
export type AddonCountry = Country & { cloudTaints?: CloudTaints };

/** Values of a chart, as its values.yaml nests them. */
export type ChartValues = { [key: string]: unknown };

/**
 * What installing an add-on takes beyond the catalogue's constants: one answer a file in `addons/`. Images need no values:
 * whatever a chart names is rewritten to the country's registry.
 */
export type AddonValues = {
  /** Add-ons that have to stand before it, where the country has them. */
  after: string[];
  /** The strictest pod security that its pods pass; the reason stands in the file where it is not `restricted`. */
  podSecurity: "restricted" | "baseline" | "privileged";
  /** Ports of its pods that the API server calls: webhooks, and APIs that it serves. */
  answers: number[];
  /** Further peers beside its own namespace, cluster DNS, the API server and Prometheus. */
  door?(country: Country): Pick<Door, "ingress" | "egress" | "hosts" | "nodesCall">;
  /** Values that depend on the country, by the release that the catalogue names; they go over the catalogue's own. */
  values?(country: AddonCountry, facts: AddonFacts): Record<string, ChartValues>;
  /** What has to stand before the charts, such as what their hooks would have made: hooks are not run. */
  first?(country: Country, namespace: string, opts: pulumi.ResourceOptions): pulumi.Resource[];
  /** What everybody shares of the add-on's own kinds, whoever installed it. */
  objects?(country: AddonCountry, namespace: string, opts: pulumi.ResourceOptions): pulumi.Resource[];
  /** Whether data hangs on the definitions that it installs: deleting one deletes every object of its kind. */
  holdsData?: true;
};

const answers: Record<string, AddonValues> = {
  "cert-manager": certManager,
  prometheus,
  "gpu-operator": gpuOperator,
  "efa-device-plugin": efaDevicePlugin,
  kueue,
  lws,
  keda,
  "envoy-gateway": envoyGateway,
  "ai-gateway": aiGateway,
  "cloudnative-pg": cloudnativePg,
  "barman-cloud": barmanCloud,
  "rook-ceph": rookCeph,
};

export type AddonArgs = {
  /** Name of the add-on in catalogue/addons.yaml. */
  id: string;
  mode: "install" | "existing";
  version: string;
  country: AddonCountry;
};

/** An add-on of the cluster, from charts and images in the country's registry, where the cluster does not have it already. */
export class Addon extends pulumi.ComponentResource {
  /** What has to stand before anything that uses the add-on. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: AddonArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Addon", name, {}, opts);
    const inside = { parent: this };
    const installed = args.mode === "install" ? install(args, inside) : [];
    const { namespace } = factsOf(args.id);
    const shared = answers[args.id]?.objects?.(args.country, namespace, { ...inside, dependsOn: installed }) ?? [];
    this.ready = [...installed, ...shared];
    this.registerOutputs({});
  }
}

/** Add-ons of the country in a version that nobody has proven, with what is known of it: for reports. */
export function unprovenAddons({ addons }: Pick<Country, "addons">): { id: string; version: string; note: string }[] {
  return Object.entries(addons).flatMap(([id, { version }]) => {
    const { also } = factsOf(id);
    return also.filter((other) => other.version === version).map(({ note }) => ({ id, version, note }));
  });
}

/** Add-ons in the order in which they can be installed: what others need comes first. */
export function addonOrder(ids: string[]): string[] {
  const ordered = new Set<string>();
  const place = (id: string) => {
    for (const earlier of answers[id]?.after ?? []) if (ids.includes(earlier)) place(earlier);
    ordered.add(id);
  };
  for (const id of Object.keys(answers)) if (ids.includes(id)) place(id);
  for (const id of ids) ordered.add(id);
  return [...ordered];
}

/** The add-on that brings another's namespace: mostly itself, but an operator's plugin stands beside the operator. */
export function namespaceOwner(id: string): string {
  const { namespace } = factsOf(id);
  return addons().find((other) => factsOf(other).namespace === namespace)!;
}

/** Add-ons that have to stand before this one, where the country has them. */
export function addonsBefore(id: string): string[] {
  return answers[id]?.after ?? [];
}

function install({ id, version, country }: AddonArgs, opts: pulumi.ResourceOptions): pulumi.Resource[] {
  if (!addonVersions(id).includes(version)) {
    throw new pulumi.RunError(`The add-on ${id} is known in ${addonVersions(id).join(", ")}, not in ${version}.`);
  }
  const facts = factsOf(id, version);
  const answer = answers[id];
  // Valkey for one comes without a chart: its component makes what it needs.
  if (facts.charts.length === 0 && !answer) return [];
  if (!answer) throw new Error(`components/addons has no answer for ${id}`);

  const protect = answer.holdsData === true && !isErasable("storage", country.erase);
  let before = namespaceOwner(id) === id ? makeGround(facts, answer, country, { ...opts, protect }) : [];
  before = [...before, ...(answer.first?.(country, facts.namespace, { ...opts, dependsOn: before }) ?? [])];

  const values = answer.values?.(country, facts) ?? {};
  for (const chart of facts.charts) {
    const release = new Chart(
      chart.release,
      {
        chart: `oci://${country.registry}/${chart.path}`,
        version: chart.version,
        // Not the namespace's output: while that is unknown, a preview would show nothing of the chart.
        namespace: facts.namespace,
        values: chartValues(facts, chart.release, country, values[chart.release]),
      },
      { ...opts, dependsOn: before, transforms: [guarded(country, { protect })] },
    );
    // Definitions come before what uses them.
    before = [...before, release];
  }
  return before;
}

/** The add-on's namespace, closed before anything runs in it. */
function makeGround(
  { id, namespace }: AddonFacts,
  answer: AddonValues,
  country: Country,
  { protect, ...opts }: pulumi.ResourceOptions,
): pulumi.Resource[] {
  const labels = {
    "app.kubernetes.io/part-of": "freehold",
    "freehold.dev/addon": id,
    "pod-security.kubernetes.io/enforce": answer.podSecurity,
    "pod-security.kubernetes.io/enforce-version": "latest",
  };
  const ground = new Namespace(id, { metadata: { name: namespace, labels } }, { ...opts, protect });
  return [ground, closeAddon(id, { namespace, answer, country }, { ...opts, dependsOn: ground })];
}
