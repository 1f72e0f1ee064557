import { z } from "zod";
import { kubernetes, regions } from "../../../../catalogue/index.ts";
import { cidr, count, line } from "../../field.ts";

/** Regions of a cloud, by its name in the catalogue. */
export const regionsOf = (provider: string) => () =>
  regions().flatMap((region) => (region.provider === provider ? [region.name] : []));

/** What the cluster is called. */
export const clusterName = line(
  "a name of 4 to 40 lower-case letters, digits and single hyphens, that begins with a letter",
  {
    most: 40,
    // Clouds that have room for more take no shorter name of a log, and no two hyphens in that of a vault or a trail.
    shape: /^[a-z](?!.*--)[-a-z0-9]{2,}[a-z0-9]$/,
  },
)
  .optional()
  .meta({
    description:
      "Name of the cluster, of its kubeconfig context, and prefix of everything that is made for it. Default: freehold-<country>.",
    examples: ["freehold-in"],
  });

/** Minor versions order as numbers do, `1.9` before `1.10`. */
const minor = (version: string) => Number(version.split(".")[1]);

/** Which Kubernetes a cloud runs. */
export const kubernetesVersion = line("a minor version of Kubernetes, such as 1.35", { shape: /^1\.\d{1,3}$/ })
  .refine(
    (version) => minor(version) >= minor(kubernetes().minimum),
    `Kubernetes ${kubernetes().minimum} or later: older ones drop a model's image volume without a word`,
  )
  .prefault(kubernetes().minimum)
  .meta({ description: "Minor version of Kubernetes that the cloud runs.", examples: [kubernetes().minimum] });

/** The network that the country gets. */
export const network = {
  cidr: cidr("10.64.0.0/16", { from: 16, to: 20 })
    .meta({ description: "Addresses of the country's own network, IPv4, of 16 to 20 bits." })
    .prefault("10.64.0.0/16"),
  callers: z
    .array(cidr("10.10.0.0/16", { from: 8, to: 32 }))
    .meta({
      description:
        "Networks outside, connected by the operator (VPN, a private line), that may call the gateway and the API server.",
      examples: [["10.10.0.0/16"]],
    })
    .default([]),
};

/** Keys that were used before those of today: to change the keys, write here what stood there until now. */
export const earlierKeys = <Held extends z.ZodType<{ kind: string }>>(held: Held) =>
  z.array(held).default([]).meta({
    description:
      "Keys that were used before, oldest first: kept, so that what they encrypted can be read. To change the keys, write here what stood beside it until now.",
  });

/** How many nodes without GPUs. */
export const systemNodes = count(1, 50, "nodes")
  .meta({ description: "Nodes for everything that needs no GPU." })
  .default(3);

/** Disk of a node where the file does not say, in GiB. */
export const nodeDiskGiB = 500;

/** Disk of a node. */
export const imageGiB = count(50, 16_000, "GiB")
  .meta({ description: "Disk of each node, for images, weights that are unpacked, and logs." })
  .default(nodeDiskGiB);

/** Machines as they come. */
export const onDemand = z.strictObject({
  kind: z.literal("on-demand").meta({
    description: "Taken when it is asked for, if there is any.",
    examples: ["on-demand"],
  }),
});
/** Machines that are taken back. */
export const spot = z.strictObject({
  kind: z.literal("spot").meta({
    description: "Cheaper, and taken back at two minutes' notice or less.",
    examples: ["spot"],
  }),
});
