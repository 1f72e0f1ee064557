import { z } from "zod";
import { filesIn, once } from "./once.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const value = z.union([scalar, z.array(z.unknown()), z.record(z.string(), z.unknown())]);

const row = z
  .strictObject({
    /** Token of the type without its package: `eks/cluster:Cluster`, `storage:StorageAccount`; `providers:aws` for a provider. */
    type: z.string(),
    /** `a.b[].c`; `[]` is each element. */
    path: z.string().regex(/^[\w$-]+(?:\[\])*(?:\.[\w$-]+(?:\[\])*)*$/),
    /** Names of the resources it is about, where the components make several of the type and close only some: a regular expression. */
    name: z.string().optional(),
    /** The value that is set. */
    set: value.optional(),
    /** What is set, where the value differs from country to country. */
    how: z.string().optional(),
    /** What the cloud does when it is absent. */
    otherwise: z.string(),
    /** Why it is closed, in one sentence. */
    because: z.string(),
    /** A value that opens it again; `absent` is the property left out. */
    mutant: value,
    /** `none`: reopening it takes nothing out of the country, for the reason given. */
    rule: z.literal("none").optional(),
    reason: z.string().optional(),
    source: z.string(),
    verified: z.boolean(),
  })
  .refine(({ set, how }) => (set === undefined) !== (how === undefined), "either set or how")
  .refine(({ rule, reason }) => (rule === undefined) === (reason === undefined), "a reason where no rule speaks");

const shape = z.strictObject({
  /** Pulumi package of the types. */
  package: z.string(),
  read: z.iso.date(),
  /** Version of the package whose types the names were read in. */
  version: z.string(),
  defaults: z.array(row).min(1),
});

/** One property that a cloud leaves open, and that Freehold's components close: to what, why, and what would be otherwise. */
export type ClosedDefault = z.output<typeof row>;

/** What Freehold's components close in the resources of a Pulumi package (`aws`, `azure-native`): none where it makes none. */
export function closedDefaults(pack: string): ClosedDefault[] {
  files ??= filesIn("closed-defaults").map((name) => once(`closed-defaults/${name}.yaml`, shape));
  return files.find((file) => file.package === pack)?.defaults ?? [];
}
let files: z.output<typeof shape>[] | undefined;
