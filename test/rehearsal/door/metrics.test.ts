import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { Target } from "../../../components/monitoring/targets.ts";
import { exposed, type Sample, samplesIn } from "../../../rehearsal/door/exposition.ts";
import { labelled, scrape } from "../../../rehearsal/door/metrics.ts";

describe("Prometheus's text format", () => {
  it("is read without its comments, and written again", () => {
    const text = `# TYPE requests counter\nrequests{tenant="bank",path="/a\\"b\\\\c\\n"} 3 1700000000\nplain 0.5\nlast_bucket{le="+Inf"} +Inf\n`;
    const samples: Sample[] = [
      { name: "requests", labels: { tenant: "bank", path: '/a"b\\c\n' }, value: 3 },
      { name: "plain", labels: {}, value: 0.5 },
      { name: "last_bucket", labels: { le: "+Inf" }, value: Number.POSITIVE_INFINITY },
    ];
    expect(samplesIn(text)).toEqual(samples);
    expect(samplesIn(exposed(samples))).toEqual(samples);
  });
});

describe("what is scraped", () => {
  const endpoint = {
    path: "/metrics",
    metricRelabelings: [{ sourceLabels: ["__name__"], regex: "gen_.+_bucket", action: "drop" as const }],
  };

  it("keeps a metric's own label beside that of the pod, and loses what a monitor drops", () => {
    const samples: Sample[] = [
      { name: "gpu", labels: { pod: "theirs", gpu: "0" }, value: 1 },
      { name: "gen_tokens_bucket", labels: {}, value: 1 },
      { name: "gen_tokens_bucket_more", labels: {}, value: 1 },
    ];
    expect(labelled(samples, { pod: "exporter" }, endpoint)).toEqual([
      { name: "gpu", labels: { exported_pod: "theirs", gpu: "0", pod: "exporter" }, value: 1 },
      { name: "gen_tokens_bucket_more", labels: { pod: "exporter" }, value: 1 },
    ]);
  });

  it("is what the pods that a monitor means tell, and that they told nothing", async () => {
    const server = createServer((request, response) => response.end(request.url === "/metrics" ? "tokens 7\n" : ""));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const pod = (name: string, labels: Record<string, string>, containerPort: number): V1Pod => ({
      metadata: { name, namespace: "models", labels: { component: "model", ...labels } },
      spec: { containers: [{ name: "vllm", ports: [{ name: "http", containerPort }] }] },
      status: { podIP: "127.0.0.1" },
    });
    const target: Target = {
      name: "models",
      namespace: "models",
      labels: { component: "model" },
      endpoints: [
        {
          port: "http",
          path: "/metrics",
          relabelings: [
            { sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "server" },
          ],
        },
      ],
    };
    const pods = [
      pod("one", { "app.kubernetes.io/name": "apertus" }, port),
      pod("silent", {}, 1),
      pod("other", { component: "proxy" }, port),
    ];
    const samples = samplesIn(await scrape([target], pods));
    server.close();
    const common = { job: "models", namespace: "models" };
    const one = { ...common, pod: "one", server: "apertus", instance: `127.0.0.1:${port}` };
    expect(samples).toEqual([
      { name: "up", labels: one, value: 1 },
      { name: "tokens", labels: one, value: 7 },
      { name: "up", labels: { ...common, pod: "silent", server: "", instance: "127.0.0.1:1" }, value: 0 },
    ]);
  });
});
