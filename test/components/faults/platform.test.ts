import { describe } from "vitest";
import { type Expected, refuses } from "./broken.ts";

const broken: Record<string, Expected[]> = {
  "addon-in-a-version-nobody-knows": [[8, "freehold:addons.cert-manager.version", "v9.9.9", "write  version: v1.21.2"]],
  "addon-in-a-version-without-its-v": [[8, "freehold:addons.envoy-gateway.version", "1.9.2", "write  version: v1.9.2"]],
  "addon-misspelt": [[8, "freehold:addons.certmanager", "the key certmanager", "write  cert-manager"]],
  "addon-mode-misspelt": [[8, "freehold:addons.cert-manager.mode", "instal", "write  mode: install"]],
  "addon-nothing-needs": [
    [8, "freehold:addons.lws", "a version of lws, which nothing in this file needs", "add  mode: install"],
  ],
  "addon-only-freehold-makes": [[8, "freehold:addons.valkey.mode", "existing", "write  mode: install"]],
  "addon-only-the-cluster-can-have": [[8, "freehold:addons.cilium.mode", "install", "write  mode: existing"]],
  "autoscale-without-monitoring": [
    [11, "freehold:models.apertus.autoscale", "replicas that follow the load", "add  freehold:monitoring: {}"],
  ],
  "digest-that-is-a-tag": [
    [8, 'freehold:digests["vllm/vllm-openai:v0.25.1"]', "latest", "write  vllm/vllm-openai:v0.25.1: sha256:9f86"],
  ],
  "digest-with-registry": [
    [
      8,
      'freehold:digests["registry.alpen-ai.example/vllm/vllm-openai"]',
      "registry.alpen-ai.example/vllm/vllm-openai",
      "write  vllm/vllm-openai:<tag>:",
    ],
  ],
  "erase-everything-and-more": [[7, "freehold:erase[0]", "all", "write  - tenants/kanton"]],
  "metrics-for-no-day": [[7, "freehold:monitoring.retentionDays", "the number 0", "write  retentionDays: 1"]],
  "metrics-store-without-monitoring": [
    [8, "freehold:addons.prometheus.mode", "no freehold:monitoring", "add  freehold:monitoring: {}"],
  ],
  "network-by-somebody-else": [[7, "freehold:network.policies", "calico", "write  policies: kubernetes"]],
};

describe("a country file whose add-ons, network or digests do not go together", () => refuses("platform", broken));
