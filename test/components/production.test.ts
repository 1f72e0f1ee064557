import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { planCountry } from "../../cli/plan-country.ts";
import { loadCountry } from "../../components/country.ts";
import { objects } from "./gateway/planned.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(at("components/production.md"), "utf8");

/** The first table of the page: its cells, by part. */
const told = Object.fromEntries(
  page
    .split("\n\n")
    .find((block) => block.startsWith("| part |"))!
    .split("\n")
    .slice(2)
    .map((row) => {
      const [part, ...cells] = row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [part!, cells];
    }),
);

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind.
type Any = any;
let made: Record<string, Any>;
let values: Record<string, Any>;

beforeAll(async () => {
  const country = loadCountry(at("stacks/Pulumi.ch.yaml"));
  const resources = await planCountry(country);
  const isChart = ({ type }: { type: string }) => type.endsWith("helm.sh/v4:Chart");
  made = objects(resources.filter((each) => !isChart(each)));
  const charts = resources.filter(isChart);
  values = Object.fromEntries(charts.map(({ urn, props }) => [urn.split("::").at(-1)!, props.values]));
});

const zones: Record<string, string> = { "kubernetes.io/hostname": "node", "topology.kubernetes.io/zone": "zone" };
const apart = (constraints: Any[] = []) => constraints.map(({ topologyKey }) => zones[topologyKey]).join(", ");

describe("the table of the parts", () => {
  const parts: [string, () => [copies: unknown, atOnce: unknown, apart: string, ends?: unknown]][] = [
    [
      "proxies of the gateway",
      () => {
        const { provider, shutdown } = made["EnvoyProxy/ai"].spec;
        const { envoyDeployment, envoyPDB } = provider.kubernetes;
        const { topologySpreadConstraints } = envoyDeployment.pod;
        const ends = Number.parseInt(shutdown.drainTimeout, 10);
        return [envoyDeployment.replicas, envoyPDB.maxUnavailable, apart(topologySpreadConstraints), ends];
      },
    ],
    [
      "rate limiters",
      () => {
        const { rateLimitDeployment, rateLimitPDB } = values.eg.config.envoyGateway.provider.kubernetes;
        const { replicas, pod } = rateLimitDeployment;
        return [replicas, rateLimitPDB.maxUnavailable, apart(pod.topologySpreadConstraints)];
      },
    ],
    [
      "Envoy Gateway's controller",
      () => {
        const { deployment, podDisruptionBudget } = values.eg;
        const { replicas, pod } = deployment;
        return [replicas, replicas - podDisruptionBudget.minAvailable, apart(pod.topologySpreadConstraints)];
      },
    ],
    [
      "AI Gateway's controller",
      () => {
        const { replicaCount, affinity } = values.aieg.controller;
        const terms = affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
        const { maxUnavailable } = made["PodDisruptionBudget/ai-gateway-controller"].spec;
        return [replicaCount, maxUnavailable, apart(terms.map(({ podAffinityTerm }: Any) => podAffinityTerm))];
      },
    ],
    [
      "counters",
      () => {
        const { replicas, template } = made["StatefulSet/valkey"].spec;
        const budget = made["PodDisruptionBudget/valkey"] ? 1 : "any";
        const { topologySpreadConstraints, terminationGracePeriodSeconds } = template.spec;
        return [replicas, budget, apart(topologySpreadConstraints), terminationGracePeriodSeconds];
      },
    ],
    [
      "database",
      () => {
        const { instances, enablePDB = true, affinity, topologySpreadConstraints } = made["Cluster/records"].spec;
        const always = affinity.podAntiAffinityType === "required" ? `${zones[affinity.topologyKey]} always, ` : "";
        const soft = topologySpreadConstraints.filter(({ topologyKey }: Any) => topologyKey !== affinity.topologyKey);
        return [instances, enablePDB ? 1 : "any", `${always}${apart(soft)}`];
      },
    ],
    [
      "model servers",
      () => {
        const { template, strategy } = made["Deployment/apertus-8b"].spec;
        const { topologySpreadConstraints, terminationGracePeriodSeconds } = template.spec;
        const { maxUnavailable } = made["PodDisruptionBudget/apertus-8b"].spec;
        expect(strategy.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
        return [1, maxUnavailable, apart(topologySpreadConstraints), terminationGracePeriodSeconds];
      },
    ],
    [
      "KEDA",
      () => {
        const { operator, podDisruptionBudget, topologySpreadConstraints } = values.keda;
        const copies = operator.replicaCount;
        return [copies, copies - podDisruptionBudget.operator.minAvailable, apart(topologySpreadConstraints?.operator)];
      },
    ],
    ["cert-manager", () => budgeted(values["cert-manager"], "replicaCount")],
    ["Kueue", () => budgeted(values.kueue.controllerManager, "replicas")],
    ["LeaderWorkerSet's controller", () => [values.lws.replicaCount, "any", ""]],
    ["CloudNativePG's operator", () => [values["cloudnative-pg"].replicaCount, "any", ""]],
    [
      "Prometheus",
      () => {
        const { prometheusSpec, podDisruptionBudget } = values.prometheus.prometheus;
        const { replicas, podAntiAffinity } = prometheusSpec;
        return [replicas, replicas - podDisruptionBudget.minAvailable, podAntiAffinity === "hard" ? "node always" : ""];
      },
    ],
    [
      "Alertmanager",
      () => {
        const { alertmanagerSpec, podDisruptionBudget } = values.prometheus.alertmanager;
        return [alertmanagerSpec.replicas, alertmanagerSpec.replicas - podDisruptionBudget.minAvailable, ""];
      },
    ],
  ];
  const budgeted = (of: Any, copies: string): [unknown, unknown, string] => [
    of[copies],
    of.podDisruptionBudget.enabled ? of[copies] - of.podDisruptionBudget.minAvailable : "any",
    "",
  ];

  it("names those parts and no others", () => {
    expect(Object.keys(told)).toEqual(parts.map(([part]) => part));
  });

  it.each(parts)("says of %s what its objects say", (part, read) => {
    const facts = read();
    expect(told[part]!.slice(0, facts.length)).toEqual(facts.map(String));
  });
});

it("rolls proxies for what is put beside them when their pods are made", () => {
  const annotations = (spec: Any) => spec.provider.kubernetes.envoyDeployment.pod.annotations;
  expect(annotations(made["EnvoyProxy/ai"].spec)).toEqual({
    "freehold.dev/model-reader": expect.stringMatching(/^[0-9a-f]{16}$/),
    "freehold.dev/recorder": expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});
