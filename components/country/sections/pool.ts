import { z } from "zod";
import { accelerators } from "../../../catalogue/index.ts";
import { count, known, line } from "../field.ts";

const labelKey = line("a label's key, such as topology.example/hall", {
  most: 253 + 1 + 63,
  shape: /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
});
const labelValue = line("a label's value: at most 63 letters, digits, dots, hyphens and underscores", {
  most: 63,
  shape: /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
}).meta({ examples: ["true"] });

const whole = z.strictObject({
  kind: z.literal("whole").meta({ description: "Whole GPUs, one owner each.", examples: ["whole"] }),
});

const mig = z.strictObject({
  kind: z.literal("mig").meta({
    description: "Every GPU of the pool cut into equal MIG instances, each with memory of its own.",
    examples: ["mig"],
  }),
  profile: line("a MIG profile of the accelerator, such as 1g.18gb", { shape: /^\d+g\.\d+gb([+-][a-z.]+)?$/ }).meta({
    description: "The one MIG profile of the pool; the catalogue says which an accelerator has.",
    examples: ["1g.18gb"],
  }),
});

const timeSlicing = z.strictObject({
  kind: z.literal("time-slicing").meta({
    description: "GPUs shared by turns, without isolation of memory or faults: for one tenant's development only.",
    examples: ["time-slicing"],
  }),
  replicas: count(2, 64, "shares")
    .meta({ description: "Shares that each GPU is offered as.", examples: [4] })
    .default(4),
  tenant: line("the name of a tenant").meta({ description: "The tenant the pool is for.", examples: ["kanton"] }),
});

/** A pool of GPU nodes. */
export const pool = z
  .strictObject({
    accelerator: known("an accelerator in the catalogue", {
      options: accelerators,
      listed: "catalogue/accelerators",
    }).meta({ description: "Accelerator of every node in the pool.", examples: ["h200-sxm"] }),
    nodes: count(1, 10_000, "nodes").meta({ description: "Nodes in the pool.", examples: [4] }),
    gpusPerNode: count(1, 16, "GPUs")
      .meta({ description: "GPUs in each node.", examples: [8] })
      .default(8),
    nodeSelector: z
      .record(labelKey, labelValue)
      .refine((labels) => Object.keys(labels).length > 0, "at least one label")
      .optional()
      .meta({
        description:
          "Labels by which the pool knows its nodes. Default: the accelerator's product label. Needed where Freehold installs the GPU operator, which writes that label only afterwards.",
        examples: [{ "topology.example/hall": "a" }],
      }),
    sharing: z
      .discriminatedUnion("kind", [whole, mig, timeSlicing])
      .prefault({ kind: "whole" })
      .meta({ description: "How each GPU is given out.", examples: [{ kind: "whole" }] }),
    rdma: z
      .strictObject({
        resource: line("a Kubernetes resource name, such as rdma/hca_shared", { shape: /^[a-z0-9.-]+\/[\w.-]+$/ })
          .optional()
          .meta({
            description:
              "Resource under which the nodes advertise their RDMA devices (InfiniBand, RoCE, EFA). Default: vpc.amazonaws.com/efa on AWS, else rdma/rdma_shared_device_a.",
            examples: ["rdma/rdma_shared_device_a"],
          }),
        perNode: count(1, 64, "devices")
          .meta({ description: "RDMA devices that a replica's pod asks for on each node." })
          .default(1),
      })
      .optional()
      .meta({
        description: "Declared where the nodes have a fast interconnect: replicas that span nodes talk over it.",
        examples: [{ resource: "rdma/rdma_shared_device_a" }],
      }),
  })
  .meta({ examples: [{ accelerator: "h200-sxm", nodes: 4 }] });

/** Where the GPU drivers of all pools come from. */
export const drivers = z
  .discriminatedUnion("from", [
    z.strictObject({
      from: z.literal("nodes").meta({
        description: "The nodes' own image carries the driver; nothing is installed.",
        examples: ["nodes"],
      }),
    }),
    z.strictObject({
      from: z.literal("registry").meta({
        description: "The GPU operator installs it, from a driver image in the country's registry.",
        examples: ["registry"],
      }),
      version: line("a driver version, such as 580.105.08", { shape: /^\d+(\.\d+)*[\w.-]*$/ }).meta({
        description: "Version of the driver image, nvidia/driver:<version>-<kernel>-<system>.",
        examples: ["580.105.08"],
      }),
    }),
  ])
  .meta({ description: "Where the GPU drivers come from.", examples: [{ from: "nodes" }] });
