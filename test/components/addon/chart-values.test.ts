import { describe, expect, it } from "vitest";
import { type Addon, addon, addons } from "../../../catalogue/index.ts";
import { chartValues } from "../../../components/addon/chart-values.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const registry = { registry: "registry.alpen-ai.example", digests: {} };
const charts = addons().flatMap((id) => addon(id).charts.map(({ release }) => [id, release] as const));

describe("the values of a chart", () => {
  it.each(charts)("%s: %s has every placeholder filled in", (id, release) => {
    expect(JSON.stringify(chartValues(addon(id), release, registry))).not.toMatch(/\{\w+(\.\w+)?\}/);
  });

  it.each(charts)("%s: %s has every switch off by which it would call home", (id, release) => {
    const values = chartValues(addon(id), release, registry);
    for (const { path, to } of addon(id).phoneHome.switches.filter(
      (one) => one.in === "values" && one.of === release,
    )) {
      expect(
        path.split(".").reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], values),
      ).toEqual(to);
    }
  });

  it("name images as each chart puts them together, by the digest that is pinned", () => {
    const pinned = { ...registry, digests: { "jetstack/cert-manager-webhook:v1.21.2": digest } };
    expect(chartValues(addon("cert-manager"), "cert-manager", pinned)).toMatchObject({
      image: { repository: "registry.alpen-ai.example/jetstack/cert-manager-controller", tag: "v1.21.2", digest: "" },
      webhook: { image: { tag: "v1.21.2", digest } },
    });
    const keda = { ...registry, digests: { "kedacore/keda:2.20.2": digest } };
    expect(chartValues(addon("keda"), "keda", keda)).toMatchObject({
      image: { keda: { registry: registry.registry, repository: "kedacore/keda", tag: `2.20.2@${digest}` } },
    });
    const prometheus = { ...registry, digests: { "prometheus/alertmanager:v0.33.1": digest } };
    expect(chartValues(addon("prometheus"), "prometheus", prometheus)).toMatchObject({
      alertmanager: { alertmanagerSpec: { image: { tag: "v0.33.1", sha: "ab".repeat(32) } } },
    });
  });

  it("take the country's own over the catalogue's, key by key", () => {
    const own = { webhook: { replicaCount: 2 }, crds: { enabled: false }, tolerations: ["a"] };
    expect(chartValues(addon("cert-manager"), "cert-manager", registry, own)).toMatchObject({
      webhook: { replicaCount: 2, image: { tag: "v1.21.2" } },
      crds: { enabled: false },
      tolerations: ["a"],
    });
  });

  it("are our mistake where the catalogue names an image that it does not have", () => {
    const [chart] = addon("lws").charts;
    const wrong = { ...addon("lws"), charts: [{ ...chart!, values: { image: "{manger.path}" } }] } as Addon;
    expect(() => chartValues(wrong, "lws", registry)).toThrow("lws says {manger.path}, which is nothing");
  });
});
