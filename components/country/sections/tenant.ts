import { z } from "zod";
import { count, hints, line, name } from "../field.ts";
import { written } from "../wording.ts";
import { budget } from "./budget.ts";
import { key } from "./key.ts";
import { oidc } from "./oidc.ts";

const workspace = z
  .strictObject({
    cpu: count(1, 100_000, "cores").meta({ description: "CPU cores the tenant's own pods may ask for." }).default(16),
    memoryGiB: count(1, 1_000_000, "GiB")
      .meta({ description: "Memory the tenant's own pods may ask for." })
      .default(64),
    storageGiB: count(0, 10_000_000, "GiB")
      .meta({ description: "Volumes the tenant's own pods may claim, taken together." })
      .default(100),
    gpus: z
      .record(z.string(), count(1, 100_000, "GPUs"))
      .default({})
      .meta({
        description: "GPUs (MIG instances, time-sliced shares) of the tenant's own, by pool; queued by Kueue.",
        examples: [{ "h200-mig": 4 }],
      }),
    borrow: z
      .boolean("true or false")
      .meta({
        description:
          "Whether the tenant's jobs may use what other tenants of the cohort leave idle; they give it back when asked.",
      })
      .default(false),
  })
  .meta({
    description: "A namespace for the tenant's own work. Without it a tenant reaches the models and nothing else.",
    examples: [{ gpus: { "h200-mig": 4 } }],
  });

/** Somebody who may use the models. */
export const tenant = z
  .strictObject({
    displayName: line("the tenant's name", { most: 100 })
      .optional()
      .meta({ description: "The tenant as people call it. Default: its name.", examples: ["Kantonale Verwaltung"] }),
    profile: z
      .enum(["standard", "finance", "health", "government"])
      .meta({ description: "Sector whose stricter defaults the tenant takes (catalogue/profiles.yaml)." })
      .default("standard"),
    models: z
      .array(line("the name of a model").meta({ examples: ["apertus-70b"] }))
      .min(1, "a list with at least one model")
      .optional()
      .meta({
        description: "Models the tenant may use, by their names here. Default: all of them.",
        examples: [["apertus-70b"]],
      }),
    ownReplicas: count(0, 1000, "replicas")
      .optional()
      .meta({
        description:
          "Replicas of each of its models that serve this tenant alone; 0 shares the others'. Default: the profile's, 1 or 0.",
        examples: [1],
      }),
    tokensPerMinute: count(1, 1_000_000_000, "tokens")
      .meta({ description: "Tokens in and out that the tenant may use in a minute." })
      .default(100_000),
    // As many as the rate limit can count.
    tokensPerDay: count(1, 4_294_967_295, "tokens")
      .optional()
      .meta({
        description: "Tokens in and out that the tenant may use in a day (UTC). Default: no daily limit.",
        examples: [20_000_000],
      }),
    requestsPerMinute: count(1, 1_000_000, "requests")
      .meta({ description: "Requests that the tenant may make in a minute." })
      .default(600),
    budget: budget.optional().meta({
      description: "What the tenant may use in a calendar month. Default: no budget.",
      examples: [{ tokensPerMonth: 500_000_000 }],
    }),
    keys: z
      .record(name, key)
      .default({})
      .meta({
        description: "API keys of the tenant, by name. The one named default is there without being written.",
        examples: [{ ci: { expires: "2027-03-31", costCentre: "4711" } }],
      }),
    oidc: oidc.optional(),
    recordDays: count(1, 36_500, "days")
      .optional()
      .meta({
        description: "Days for which the tenant's usage records are kept. Default: the profile's.",
        examples: [400],
      }),
    workspace: workspace.optional(),
  })
  .register(hints, {
    strangers: { keyGeneration: (generation) => `write  keys: { default: { generation: ${written(generation)} } }` },
  });
