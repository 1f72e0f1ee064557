import { z } from "zod";
import { once, own } from "./once.ts";
import { purposes } from "./resource.ts";

/** Properties of a package's provider, `a.b`, the first that is written. */
const properties = z.array(z.string()).min(1);
const shape = z.strictObject({
  read: z.iso.date(),
  verified: z.union([z.boolean(), z.literal("partial")]),
  sources: z.array(z.string()).min(1),
  packages: z.record(
    z.string(),
    z.discriminatedUnion("is", [
      // Computes on the machine of whoever runs Pulumi, and reaches nothing.
      z.strictObject({ is: z.literal("silent") }),
      // Its resources are described by tables and sweeps alone.
      z.strictObject({ is: z.literal("described") }),
      // Its resources stand at the service that its provider reaches: at a host that one of these names, or by default.
      z.strictObject({
        is: z.literal("service"),
        at: properties.optional(),
        default: z.string().optional(),
        for: z.enum(purposes).default("data"),
      }),
      // Its resources stand in the place that they or their provider name.
      z.strictObject({ is: z.literal("cloud"), placed: properties, at: z.array(z.string()).default([]) }),
      // Nobody can read what it does.
      z.strictObject({ is: z.literal("hole"), because: z.string(), fix: z.string() }),
    ]),
  ),
});

/** What a Pulumi package is to the guards. */
export type PackageFacts = z.output<typeof shape>["packages"][string];

/** What is known of a Pulumi package that has no adapter of its own (`hcloud`). Undefined where nobody described it. */
export function packageFacts(name: string): PackageFacts | undefined {
  return own(once("packages.yaml", shape).packages, name);
}
