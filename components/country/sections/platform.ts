import { z } from "zod";
import { addon, addons, addonVersions } from "../../../catalogue/index.ts";
import { count, hints, known, line } from "../field.ts";

function choice(id: string) {
  const { is, default: usual, modes, proven } = addon(id);
  const only = modes.length === 1;
  const mode = z
    .enum(modes)
    .optional()
    .meta({
      description: `Whether Freehold installs ${id}, or the cluster has it already. Default: ${usual}${only ? ", and nothing else" : modes.includes("install") && usual !== "install" ? "; install where a cloud makes the cluster" : ""}.`,
      examples: [modes.at(-1)],
    })
    .register(hints, only ? { addition: () => `write  mode: ${usual}, which is all it can be` } : {});
  const versions = { options: () => addonVersions(id) };
  const version = known("a version that the catalogue knows", versions)
    .optional()
    .meta({
      description: `Version of ${id}. Default: ${proven}, which was proven; another is shown as unproven.`,
      examples: [proven],
    })
    .register(hints, {
      ...versions,
      addition: () => `write  version: ${proven}, or describe another in catalogue/addons.yaml`,
    });
  return z
    .strictObject({ mode, version })
    .optional()
    .meta({ description: `The add-on ${is}.`, examples: [{ mode: modes.at(-1) }] });
}

/** What the cluster's add-ons are and where they come from, by their names in the catalogue. */
export const addonChoices = z.strictObject(Object.fromEntries(addons().map((id) => [id, choice(id)]))).meta({
  description:
    "Add-ons of the cluster, where they differ from the catalogue's defaults. What a country needs follows from its other sections; an add-on that is not needed is installed when it is named with mode: install.",
  examples: [{ "cert-manager": { mode: "existing" } }],
});

/** What enforces the network policies. */
export const network = z
  .strictObject({
    policies: z
      .enum(["kubernetes", "cilium"])
      .meta({
        description:
          "What the cluster's network is: `cilium` adds policies by host name and against the outside world.",
      })
      .default("kubernetes"),
  })
  .meta({ description: "What enforces the network policies.", examples: [{ policies: "cilium" }] });

/** Metrics and alerts, kept in the country. */
export const monitoring = z
  .strictObject({
    retentionDays: count(1, 3650, "days").meta({ description: "Days for which metrics are kept." }).default(30),
    volumeGiB: count(1, 100_000, "GiB").meta({ description: "Volume of the metrics store." }).default(100),
  })
  .meta({ description: "Metrics and alerts, kept in the country.", examples: [{ retentionDays: 30 }] });

/** Digests by which images are pinned. */
export const digests = z
  .record(
    line("an image without its registry, such as vllm/vllm-openai:v0.25.1"),
    line("a digest, sha256: and 64 hexadecimal characters", { shape: /^sha256:[0-9a-f]{64}$/ }).meta({
      examples: ["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    }),
  )
  .meta({
    description:
      "Digests of images in the country's registry, by image without registry: a named image is taken by its digest wherever it is used.",
    examples: [
      {
        "vllm/vllm-openai:v0.25.1": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      },
    ],
  });

/** What may be deleted with its data. */
export const erase = z
  .array(
    line("tenants/<name>, storage, or everything", { shape: /^(tenants\/[a-z0-9-]+|storage|everything)$/ }).meta({
      examples: ["tenants/kanton"],
    }),
  )
  .meta({
    description:
      "The second word before data is deleted: what stands here loses its protection with the next up, and can be taken out of the file after that.",
    examples: [["tenants/kanton"]],
  });
