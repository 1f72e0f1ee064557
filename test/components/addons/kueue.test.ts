import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addon } from "../../../catalogue/index.ts";
import { Addon } from "../../../components/addon.ts";
import { kueue } from "../../../components/addons/kueue.ts";
import { parseCountry } from "../../../components/country.ts";
import { Workspace } from "../../../components/workspace.ts";
import { plan } from "../../../policies/program.ts";

const country = (workspace: object, changes: object = {}) =>
  parseCountry({
    country: "CH",
    operator: { name: "Alpen AI", domain: "alpen-ai.example" },
    target: { kind: "onprem", context: "alpen", place: "CH" },
    state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
    pools: { h200: { accelerator: "h200-sxm", nodes: 2 } },
    models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
    tenants: { kanton: { workspace }, bank: {} },
    ...changes,
  });
const queued = country({ gpus: { h200: 4 } });
// biome-ignore lint/suspicious/noExplicitAny: values of a chart.
const values = (of = queued): any => kueue.values!(of, addon("kueue")).kueue;
const configuration = () => parse(values().managerConfig.controllerManagerConfigYaml);
const made = async (of: typeof queued, mode: "install" | "existing") => {
  const resources = await plan(() => new Addon("kueue", { id: "kueue", mode, version: "v0.19.2", country: of }));
  return resources.map(({ props, type }) => String(props.kind ?? type.split(":").at(-1)));
};

describe("Kueue", () => {
  it("minds the namespaces of tenants with GPUs of their own, and leaves everything else alone", async () => {
    const { managedJobsNamespaceSelector, manageJobsWithoutQueueName } = configuration();
    const labelsOf = async (gpus: Record<string, number>) => {
      const settings = { cpu: 1, memoryGiB: 1, storageGiB: 1, borrow: false, gpus };
      const resources = await plan(() => new Workspace("kanton", { ...settings, pools: queued.pools, erase: [] }));
      const namespace = resources.find(({ type }) => type.endsWith(":Namespace"))!.props;
      return (namespace.metadata as { labels: Record<string, string> }).labels;
    };
    expect(await labelsOf({ h200: 4 })).toMatchObject(managedJobsNamespaceSelector.matchLabels);
    expect(await labelsOf({})).not.toMatchObject(managedJobsNamespaceSelector.matchLabels);
    expect(manageJobsWithoutQueueName).toBe(true);
  });

  it("queues what a tenant can start: pods, jobs, and what makes pods", () => {
    expect(configuration().integrations.frameworks).toEqual(["batch/job", "pod", "deployment", "statefulset"]);
  });

  it("has certificates of cert-manager where the country has it", () => {
    expect(values().enableCertManager).toBe(true);
    const without = country(
      { gpus: { h200: 4 } },
      {
        gateway: { certificate: { from: "secret" } },
        addons: { "envoy-gateway": { mode: "existing" }, "ai-gateway": { mode: "existing" } },
      },
    );
    expect(values(without).enableCertManager).toBe(false);
  });

  it("finds the flavors that all queues share, whoever installed it", async () => {
    await expect(made(queued, "existing")).resolves.toEqual(
      expect.arrayContaining(["Cohort", "ResourceFlavor", "ResourceFlavor"]),
    );
    await expect(made(queued, "install")).resolves.toEqual(expect.arrayContaining(["Cohort", "ResourceFlavor"]));
    await expect(made(country({}), "existing")).resolves.not.toContain("Cohort");
  });
});
