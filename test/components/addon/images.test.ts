import { describe, expect, it } from "vitest";
import { imagesFromRegistry } from "../../../components/addon/images.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const registry = "registry.alpen-ai.example/mirror";
const country = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  registry,
  guards: { hosts: [], registries: ["*.partner.example/images"] },
  digests: {
    "jetstack/cert-manager-controller:v1.21.2": digest,
    "nvidia/cloud-native/k8s-mig-manager:v0.15.0": digest,
  },
};
const rewritten = <Value>(value: Value) => imagesFromRegistry(value, country);

// Objects as the charts of the catalogue render them, cut down to what names an image.
describe("images of a chart's objects", () => {
  it("are the registry's in containers of every kind and in image volumes", () => {
    const spec = (from: string) => ({
      initContainers: [{ name: "init", image: `${from}busybox:1.37` }],
      containers: [{ name: "main", image: `${from}kedacore/keda:2.20.2` }],
      ephemeralContainers: [{ name: "debug", image: `${from}lws/lws:v0.9.0` }],
      volumes: [{ name: "data", image: { reference: `${from}models/apertus:main`, pullPolicy: "IfNotPresent" } }],
    });
    const deployment = (from: string) => ({ kind: "Deployment", spec: { template: { spec: spec(from) } } });
    for (const from of ["quay.io/", "registry.k8s.io/", "docker.io/", "localhost:5000/", `${registry}/`, ""]) {
      expect(rewritten(deployment(from)), from).toEqual(deployment(`${registry}/`));
    }
    const job = (from: string) => ({ spec: { jobTemplate: { spec: { template: { spec: spec(from) } } } } });
    expect(rewritten(job("ghcr.io/"))).toEqual(job(`${registry}/`));
  });

  it("are the registry's in arguments and variables, where an operator hands them on", () => {
    const container = (from: string, pin = "") => ({
      image: `${from}jetstack/cert-manager-controller:v1.21.2${pin}`,
      args: [
        "--v=2",
        "--cluster-resource-namespace=$(POD_NAMESPACE)",
        `--acme-http01-solver-image=${from}jetstack/cert-manager-acmesolver:v1.21.2`,
      ],
      env: [
        { name: "OPERATOR_IMAGE_NAME", value: `${from}cloudnative-pg/cloudnative-pg:1.30.0` },
        { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      ],
    });
    expect(rewritten(container("quay.io/"))).toEqual(container(`${registry}/`, `@${digest}`));
  });

  it("are the registry's in files that a ConfigMap holds", () => {
    const config = (from: string) => ({
      kind: "ConfigMap",
      data: {
        plugin: `${from}cephcsi/cephcsi:v3.17.0`,
        "envoy-gateway.yaml": `rateLimitDeployment:\n  container:\n    image: ${from}envoyproxy/ratelimit:17b1956c\n  pod: {}\n`,
        "quoted.json": `{"image":"${from}sig-storage/csi-attacher:v4.12.0"}`,
      },
    });
    expect(rewritten(config("quay.io/"))).toEqual(config(`${registry}/`));
  });

  it("are the registry's in fields and in parts of custom resources, by digest where one is pinned", () => {
    const policy = (from: string, version: string) => ({
      kind: "ClusterPolicy",
      spec: {
        migManager: { repository: `${from}nvidia/cloud-native`, image: "k8s-mig-manager", version },
        driver: { enabled: false, repository: `${from}nvidia`, image: "driver", version: "580.105.08" },
        dcgm: { repository: `${from}nvidia/cloud-native`, image: "dcgm", version: digest },
      },
    });
    expect(rewritten(policy("nvcr.io/", "v0.15.0"))).toEqual(policy(`${registry}/`, digest));
    expect(rewritten(policy(`${registry}/`, `v0.15.0@${digest}`))).toEqual(policy(`${registry}/`, digest));
    const prometheus = (from: string) => ({
      spec: { image: `${from}prometheus/prometheus:v3.13.2`, thanos: { baseImage: `${from}thanos/thanos:v0.42.4` } },
    });
    expect(rewritten(prometheus("quay.io/"))).toEqual(prometheus(`${registry}/`));
  });

  it("keep a digest that the chart says, and a registry that is declared beside the country's own", () => {
    expect(rewritten({ image: `quay.io/a/b:v1@sha256:${"0".repeat(64)}` }).image).toBe(
      `${registry}/a/b:v1@sha256:${"0".repeat(64)}`,
    );
    const partner = { image: "cache.partner.example/images/a/b:v1" };
    expect(rewritten(partner)).toEqual(partner);
    expect(rewritten({ image: "cache.partner.example/other/b:v1" }).image).toBe(`${registry}/other/b:v1`);
  });

  it("are all that is changed: labels, addresses, API groups and prose stay as they are", () => {
    const object = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      metadata: { labels: { "app.kubernetes.io/version": "v1.21.2", "helm.sh/chart": "cert-manager-v1.21.2" } },
      rules: [{ apiGroups: ["cert-manager.io"], resourceNames: ["nvidia.com/gpu"] }],
      spec: {
        imagePullPolicy: "IfNotPresent",
        url: "https://prometheus.monitoring.svc:9090/api/v1/query",
        server: "ai-gateway-controller.envoy-ai-gateway-system.svc.cluster.local:1063",
        image: "",
        nodeSelector: { "kubernetes.io/os": "linux" },
        text: "See https://docs.example.com/images:latest for more.",
      },
    };
    expect(rewritten(object)).toEqual(object);
  });

  it("are refused where neither tag nor digest says which they are", () => {
    for (const image of ["quay.io/acme/controller", "controller", "localhost:5000/controller"]) {
      expect(() => rewritten({ containers: [{ image }] })).toThrow(`${image} has neither tag nor digest`);
    }
    expect(() => rewritten({ repository: "nvcr.io/nvidia", image: "driver" })).toThrow("neither tag nor digest");
  });
});
