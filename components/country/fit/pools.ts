import { accelerator, migProfiles } from "../../../catalogue/index.ts";
import type { Written } from "../../country.ts";
import type { Finding } from "../fault.ts";
import { usualMode } from "../needed-addons.ts";
import type { Sound } from "../sound.ts";
import { nearest, oneOf } from "../wording.ts";
import { type Declared, unknownName } from "./names.ts";
import { judgeWorkspaces } from "./workspaces.ts";

type Pool = Written["pools"][string];

/** Pools whose GPUs cannot be given out as declared, or whose nodes cannot be told; and what tenants want of them. */
export function judgePools(file: Sound, pools: ReadonlyMap<string, Pool>, declared: Declared): Finding[] {
  return [
    ...[...pools].flatMap(([name, pool]) => [
      ...judgeSharing(name, pool, declared),
      ...judgeRdma(name, pool),
      ...judgeSelector(name, pool, file),
    ]),
    ...judgeDrivers(file),
    ...judgeWorkspaces(file, pools, declared),
  ];
}

function judgeSharing(name: string, { accelerator: id, sharing }: Pool, declared: Declared): Finding[] {
  const at = ["pools", name, "sharing"];
  const { vendor, name: product } = accelerator(id);
  if (sharing.kind === "whole") return [];
  if (sharing.kind === "time-slicing") {
    if (vendor !== "nvidia")
      return [onlyWhole(at, `time-slicing of ${product}`, "NVIDIA's device plugin alone shares")];
    const { tenants } = declared;
    const lost = sharing.tenant !== undefined && tenants && !tenants.includes(sharing.tenant);
    return lost ? [unknownName([...at, "tenant"], sharing.tenant, "tenant", tenants)] : [];
  }
  const profiles = migProfiles(id).map((profile) => profile.name);
  if (profiles.length === 0) return [onlyWhole(at, `MIG on ${product}`, "the accelerator cannot be cut")];
  const { profile } = sharing;
  if (profile === undefined || profiles.includes(profile)) return [];
  const [slices] = profile.split(".");
  const meant = profiles.find((each) => each.startsWith(`${slices}.`)) ?? nearest(profile, profiles)[0] ?? profiles[0];
  return [
    {
      at: [...at, "profile"],
      found: `${profile}, which ${product} does not have`,
      allowed: `one of its profiles: ${oneOf(profiles, profile)}`,
      remedy: `write  profile: ${meant}`,
    },
  ];
}

function onlyWhole(at: string[], found: string, why: string): Finding {
  return { at, found, allowed: `whole GPUs: ${why}`, remedy: "write  sharing: { kind: whole }  or take it out" };
}

/** Instances and shares have no way to each other over the network that models could use. */
function judgeRdma(name: string, { rdma, sharing }: Pool): Finding[] {
  if (!rdma || sharing.kind === "whole") return [];
  return [
    {
      at: ["pools", name, "rdma"],
      found: `rdma, in a pool whose GPUs are ${sharing.kind === "mig" ? "cut" : "shared by turns"}`,
      allowed: "rdma in pools of whole GPUs, whose replicas span nodes",
      remedy: "take rdma out",
    },
  ];
}

function judgeSelector(name: string, { accelerator: id, nodeSelector }: Pool, file: Sound): Finding[] {
  const { vendor, label } = accelerator(id);
  // Nodes that a cloud makes for a pool are labelled when they are made.
  if (vendor !== "nvidia" || nodeSelector || file.target?.kind !== "onprem" || !installsGpuOperator(file)) return [];
  return [
    {
      at: ["pools", name, "nodeSelector"],
      found: `nothing, and the GPU operator that Freehold installs writes ${label.key} only afterwards`,
      allowed: "labels that the pool's nodes have before",
      remedy: `label them, and add  nodeSelector: { hall.example/pool: ${name} }`,
    },
  ];
}

/** An operator that is there already has its own driver. */
function judgeDrivers(file: Sound): Finding[] {
  if (file.drivers?.from !== "registry" || installsGpuOperator(file)) return [];
  return [
    {
      at: ["drivers", "from"],
      found: "registry, and Freehold installs no GPU operator that would fetch a driver from it",
      allowed: "nodes, unless the GPU operator is installed",
      remedy: "write  from: nodes  or add  gpu-operator: { mode: install }  to freehold:addons",
    },
  ];
}

function installsGpuOperator({ addons = {}, target }: Sound): boolean {
  return (addons["gpu-operator"]?.mode ?? usualMode("gpu-operator", target)) === "install";
}
