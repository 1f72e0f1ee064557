import { accelerator, migProfiles } from "../../catalogue/index.ts";
import type { Written } from "../country.ts";

type Pool = Pick<Written["pools"][string], "accelerator" | "nodes" | "gpusPerNode" | "sharing">;

/**
 * The Kubernetes resource by which a pod asks for a part of the pool: `nvidia.com/gpu`, `nvidia.com/mig-1g.18gb`,
 * `nvidia.com/gpu.shared`.
 */
export function poolResource({ accelerator: id, sharing }: Pick<Pool, "accelerator" | "sharing">): string {
  const { resource } = accelerator(id);
  if (sharing.kind === "time-slicing") return `${resource}.shared`;
  return migProfile({ accelerator: id, sharing })?.resource ?? resource;
}

/** How many of its resource each node of the pool gives out: GPUs, MIG instances, or time-sliced shares. */
export function unitsPerNode(pool: Pick<Pool, "accelerator" | "gpusPerNode" | "sharing">): number {
  const { gpusPerNode, sharing } = pool;
  if (sharing.kind === "time-slicing") return gpusPerNode * sharing.replicas;
  return gpusPerNode * (migProfile(pool)?.max_per_gpu ?? 1);
}

/** How many of its resource the whole pool gives out. */
export function poolCapacity(pool: Pool): number {
  return pool.nodes * unitsPerNode(pool);
}

/** Whether it can be counted what a pool of an unfinished country file gives out: a profile may be another accelerator's. */
export function isCountable({ accelerator: id, sharing }: Pick<Pool, "accelerator" | "sharing">): boolean {
  if (sharing.kind === "mig") return migProfile({ accelerator: id, sharing }) !== undefined;
  return sharing.kind === "whole" || sharing.replicas !== undefined;
}

/** What the catalogue knows of the pool's MIG profile, where it is cut. */
function migProfile({ accelerator: id, sharing }: Pick<Pool, "accelerator" | "sharing">) {
  return sharing.kind === "mig" ? migProfiles(id).find(({ name }) => name === sharing.profile) : undefined;
}
