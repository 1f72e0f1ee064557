import { accelerator, addon, addons } from "../../catalogue/index.ts";
import type { Written } from "../country.ts";

/** An add-on of the country: whether Freehold installs it or the cluster has it, and at which version. */
export type AddonChoice = { mode: "install" | "existing"; version: string };

/** The sections that say which add-ons a country needs. */
export type Choosing = Pick<
  Written,
  "addons" | "gateway" | "models" | "monitoring" | "network" | "pools" | "storage" | "target" | "tenants"
>;

/** Every add-on the country needs or asks for, by its name in the catalogue, with what the file leaves open filled in. */
export function chosenAddons(file: Choosing): Record<string, AddonChoice> {
  const needed = neededAddons(file);
  const wanted = addons().filter((id) => needed.has(id) || file.addons[id]?.mode === "install");
  return Object.fromEntries(
    wanted.map((id) => {
      const { mode, version } = { ...file.addons[id] };
      return [id, { mode: mode ?? usualMode(id, file.target), version: version ?? addon(id).proven }];
    }),
  );
}

/** Who brings an add-on where the file does not say: a cluster that a cloud makes has none of them. */
export function usualMode(id: string, target: { kind?: string } | undefined): "install" | "existing" {
  const { default: usual, modes } = addon(id);
  return target?.kind !== "onprem" && modes.includes("install") ? "install" : usual;
}

/** The add-ons without which something that the file declares would not work, each with the path of what needs it. */
export function neededAddons(file: Choosing) {
  const { addons, gateway, models, monitoring, network, pools, storage, target, tenants } = file;
  const needed = new Map<string, string>([
    ["envoy-gateway", "gateway"],
    ["ai-gateway", "gateway"],
  ]);
  const need = (condition: unknown, id: string, path: string) => {
    if (condition && !needed.has(id)) needed.set(id, path);
  };
  const installs = (id: string) => (addons[id]?.mode ?? usualMode(id, target)) === "install";
  need(installs("envoy-gateway"), "valkey", "gateway");
  // Its webhook stands before every proxy, with a certificate that somebody has to renew.
  need(installs("ai-gateway"), "cert-manager", "gateway");
  need(gateway.certificate.from === "issuer", "cert-manager", "gateway.certificate");
  for (const [name, pool] of Object.entries(pools)) {
    need(accelerator(pool.accelerator).vendor === "nvidia", "gpu-operator", `pools.${name}`);
    // A file without a target is judged too.
    need(pool.rdma, target?.kind === "aws" ? "efa-device-plugin" : "network-operator", `pools.${name}.rdma`);
  }
  for (const [name, model] of Object.entries(models)) {
    need(model.nodes > 1, "lws", `models.${name}.nodes`);
    need(model.autoscale, "keda", `models.${name}.autoscale`);
  }
  for (const [name, tenant] of Object.entries(tenants)) {
    need(Object.keys(tenant.workspace?.gpus ?? {}).length > 0, "kueue", `tenants.${name}.workspace`);
  }
  need(monitoring, "prometheus", "monitoring");
  const inCluster = storage?.records.kind === "cloudnative-pg";
  need(inCluster, "cloudnative-pg", "storage.records");
  need(inCluster, "barman-cloud", "storage.records");
  // The backup plugin serves its own certificates by cert-manager.
  need(inCluster, "cert-manager", "storage.records");
  // It runs what writes the records.
  need(storage, "node", "storage.records");
  need(storage?.objects.kind === "ceph", "rook-ceph", "storage.objects");
  // Its S3 gateways answer by TLS alone.
  need(storage?.objects.kind === "ceph", "cert-manager", "storage.objects");
  // Its S3 gateways speak TLS only.
  need(storage?.objects.kind === "ceph", "cert-manager", "storage.objects");
  need(network.policies === "cilium", "cilium", "network.policies");
  return needed;
}
