import { accelerator, migProfiles } from "../../catalogue/index.ts";
import type { ClusterNode } from "../cloud.ts";
import { gpus as counted } from "../country/fit/names.ts";
import type { Country } from "../country.ts";

type Pool = Country["pools"][string];
type Addons = Country["addons"];

/** Labels by which a pool knows its nodes: those that the file names, else the label of the accelerator. */
export function selectorOf(pool: Pool): Record<string, string> {
  const { label } = accelerator(pool.accelerator);
  return pool.nodeSelector ?? { [label.key]: label.value };
}

/** What keeps a node that is labelled for a pool out of it, in a few words; undefined where nothing does. */
export function lackOf(node: ClusterNode, pool: Pool, addons: Addons): string | undefined {
  const { label } = accelerator(pool.accelerator);
  const product = node.labels[label.key];
  // What the catalogue only guesses does not overrule the labels that the file names.
  if (label.verified && product !== undefined && product !== label.value) return `is labelled ${label.key}=${product}`;
  const gpus = shownGpus(node, pool, addons);
  if (gpus !== undefined && gpus < pool.gpusPerNode) return `advertises ${counted(gpus)}`;
  const devices = pool.rdma && quantity(node, pool.rdma.resource);
  return devices === undefined || devices >= pool.rdma!.perNode
    ? undefined
    : `advertises ${devices} ${pool.rdma!.resource}`;
}

/**
 * GPUs that a node advertises, whole, cut or shared alike; undefined while the GPU operator has still to say: it is not
 * installed yet, or is just cutting them.
 */
export function shownGpus(node: ClusterNode, pool: Pool, addons: Addons): number | undefined {
  const { resource, vendor } = accelerator(pool.accelerator);
  const shares = pool.sharing.kind === "time-slicing" ? pool.sharing.replicas : 1;
  const cut = migProfiles(pool.accelerator).reduce(
    (gpus, profile) => gpus + quantity(node, profile.resource) / profile.max_per_gpu,
    0,
  );
  const shared = quantity(node, `${resource}.shared`) / Number(node.labels[`${resource}.replicas`] ?? shares);
  // Thirds and sevenths do not add up to whole numbers exactly.
  const gpus = Math.floor(quantity(node, resource) + cut + shared + 1e-6);
  if (gpus > 0 || vendor !== "nvidia") return gpus;
  const cutting = ["pending", "rebooting"].includes(node.labels[migState] ?? "");
  return cutting || addons["gpu-operator"]?.mode === "install" ? undefined : 0;
}

/** Node label by which the MIG manager says how far it is: `pending`, `rebooting`, `success` or `failed`. */
export const migState = "nvidia.com/mig.config.state";

/** Node label that asks the MIG manager for its layout of equal instances of a profile. */
export function migLayout(profile: string): Record<string, string> {
  // A label's value cannot hold a plus, so its layouts are named without.
  return { "nvidia.com/mig.config": `all-${profile.replaceAll("+", ".")}` };
}

function quantity(node: ClusterNode, resource: string): number {
  return Number(node.allocatable[resource] ?? 0);
}
