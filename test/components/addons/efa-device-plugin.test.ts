import { describe, expect, it } from "vitest";
import { Addon } from "../../../components/addon.ts";
import { jurisdiction, parseCountry } from "../../../components/country.ts";
import { judge } from "../../../policies/judge.ts";
import { plan } from "../../../policies/program.ts";

const account = "111122223333";
const aws = { kind: "aws", region: "ap-south-1", account, operators: [`arn:aws:iam::${account}:role/operators`] };
const onprem = { kind: "onprem", context: "hall", place: "IN" };
const clouds = {
  backend: "s3://111122223333-state?region=ap-south-1",
  secretsProvider: "awskms://alias/state?region=ap-south-1",
};
const country = (target: object, rdma: object | undefined, more: object = {}) =>
  parseCountry({
    country: "IN",
    operator: { name: "Bharat Compute", domain: "bharat-compute.example" },
    target,
    state: target === aws ? clouds : { backend: "file:///srv/state", secretsProvider: "passphrase" },
    pools: { h100: { accelerator: "h100-sxm-80", nodes: 2, ...(rdma && { rdma }) } },
    models: { sarvam: { model: "sarvamai/sarvam-105b", pool: "h100", gpus: 8 } },
    tenants: { rajya: {} },
    ...more,
  });

describe("the plugin of Elastic Fabric Adapters", () => {
  it("is needed where a pool on AWS declares RDMA, and nowhere else", () => {
    const added = (of: ReturnType<typeof country>) =>
      Object.keys(of.addons).filter((id) => /efa|network-operator/.test(id));
    expect(added(country(aws, {}))).toEqual(["efa-device-plugin"]);
    expect(added(country(aws, undefined))).toEqual([]);
    expect(added(country(onprem, {}))).toEqual(["network-operator"]);
  });

  it("makes the resource that pods ask for, unless the file names another", () => {
    expect(country(aws, {}).pools.h100!.rdma).toEqual({ resource: "vpc.amazonaws.com/efa", perNode: 1 });
    expect(country(aws, { resource: "their/efa", perNode: 32 }).pools.h100!.rdma!.resource).toBe("their/efa");
    expect(country(onprem, {}).pools.h100!.rdma!.resource).toBe("rdma/rdma_shared_device_a");
  });

  it("runs on the pool's nodes alone, from the country's registry, without the node's network", async () => {
    const of = country(aws, {}, { registry: `registry.bharat-compute.example` });
    const id = "efa-device-plugin";
    const resources = await plan(() => new Addon(id, { id, ...of.addons[id]!, country: of }));
    const daemon = resources.find(({ type }) => type.endsWith(":DaemonSet"))!;
    // biome-ignore lint/suspicious/noExplicitAny: a pod's settings.
    const pod = (daemon.props.spec as any).template.spec;
    expect(pod.hostNetwork).toBeUndefined();
    expect(pod.tolerations).toEqual([{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    expect(JSON.stringify(pod.affinity)).toContain('"key":"freehold.dev/pool","operator":"In","values":["h100"]');
    expect(pod.containers[0].image).toMatch(/^registry\.bharat-compute\.example\/eks\/aws-efa-k8s-device-plugin:v/);
    const found = judge(resources, jurisdiction(of)).findings;
    expect(found.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable")).toEqual([]);
  });
});
