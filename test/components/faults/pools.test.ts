import { describe } from "vitest";
import { refuses } from "./broken.ts";

describe("a country file whose pools are at fault", () => {
  refuses("pools", {
    "borrowing-without-gpus": [
      [9, "freehold:tenants.kanton.workspace.borrow", "true, and the workspace has no GPUs", "add  gpus: { h200: 1 }"],
    ],
    "driver-for-an-operator-that-is-there": [
      [
        6,
        "freehold:drivers.from",
        "registry, and Freehold installs no GPU operator",
        "write  from: nodes  or add  gpu-op",
      ],
    ],
    "mig-on-a-chip-that-cannot-be-cut": [
      [8, "freehold:pools.slices.sharing", "MIG on NVIDIA L40S", "write  sharing: { kind: whole }  or take it out"],
    ],
    "mig-profile-misspelt": [[8, "freehold:pools.slices.sharing.profile", "1G.18GB", "write  profile: 1g.18gb"]],
    "mig-profile-of-another-chip": [
      [8, "freehold:pools.slices.sharing.profile", "2g.20gb, which NVIDIA H200", "write  profile: 2g.35gb"],
    ],
    "node-label-with-a-blank": [[7, 'freehold:pools.h200.nodeSelector["hall a"]', "hall a", "write  hall-a:"]],
    "node-label-without-quotes": [
      [
        7,
        'freehold:pools.h200.nodeSelector["hall.alpen-ai.example/gpu"]',
        "the value true",
        'write  hall.alpen-ai.example/gpu: "true"',
      ],
    ],
    "nodes-by-no-label": [
      [7, "freehold:pools.h200.nodeSelector", "an empty section", "write  nodeSelector: { topology.example/hall: a }"],
    ],
    "nodes-that-nobody-can-tell": [
      [
        8,
        "freehold:pools.h200.nodeSelector",
        "writes nvidia.com/gpu.product only afterwards",
        "label them, and add  nodeSe",
      ],
    ],
    "rdma-among-slices": [[12, "freehold:pools.slices.rdma", "rdma, in a pool whose GPUs are cut", "take rdma out"]],
    "shares-without-end": [[8, "freehold:pools.bench.sharing.replicas", "the number 100", "write  replicas: 64"]],
    "time-sliced-pool-of-another-tenant": [
      [12, "freehold:tenants.spital.workspace.gpus.bench", "shared by turns for kanton alone", "take  bench: 8  out"],
    ],
    "time-sliced-pool-that-nobody-uses": [
      [
        8,
        "freehold:pools.bench.sharing.tenant",
        "kanton, whose workspace takes none of the pool",
        "add  workspace: { gpus: { bench: 32 } }  to tenant kanton",
      ],
    ],
    "time-slicing-for-a-stranger": [
      [8, "freehold:pools.bench.sharing.tenant", "kantn, which is no tenant of this file", "write  tenant: kanton"],
    ],
    "time-slicing-of-another-vendor": [
      [8, "freehold:pools.bench.sharing", "time-slicing of AMD Instinct MI300X", "write  sharing: { kind: whole }"],
    ],
    "workspace-on-an-unknown-pool": [
      [10, "freehold:tenants.kanton.workspace.gpus.slice", "slice, which is no pool of this file", "write  slices: 4"],
    ],
    "workspaces-exceed-the-slices": [
      [
        8,
        "freehold:pools.slices.nodes",
        "1 node with 24 instances for workspaces that take 25",
        "write  nodes: 2  or sm",
      ],
    ],
    "workspaces-exceed-what-models-leave": [
      [
        7,
        "freehold:pools.h200.nodes",
        "for models that take 1 and workspaces that take 9: spital 5",
        "write  nodes: 2",
      ],
    ],
  });
});
