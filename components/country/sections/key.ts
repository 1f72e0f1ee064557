import { z } from "zod";
import { count, line } from "../field.ts";
import { endSeconds, endShape } from "../moment.ts";

const endAllowed =
  'a day, in quotes, such as "2027-03-31", or a time with its zone, such as "2027-03-31T18:00:00+01:00"';
const end = z
  .string(endAllowed)
  .regex(endShape, endAllowed)
  .refine((text) => endSeconds(text) !== undefined, endAllowed);

/** An API key of a tenant: what it is called, which value it has, and how long it lives. */
export const key = z.strictObject({
  expires: end.optional().meta({
    description:
      "The last day on which the key is good, in UTC, or the moment at which it ends. Default: it does not end.",
    examples: ["2027-03-31"],
  }),
  generation: count(1, 1_000_000, "generations")
    .meta({ description: "Raised by one, the key has a new value; the one before ends at once, or at overlapUntil." })
    .default(1),
  overlapUntil: end.optional().meta({
    description: "Until when the value of the generation before is good as well, at most as long as the key itself.",
    examples: ["2027-03-31T18:00:00+01:00"],
  }),
  costCentre: line("a cost centre", { most: 100 })
    .optional()
    .meta({ description: "Whose account the key's use is put to, as the tenant names it.", examples: ["4711"] }),
  revoked: z
    .boolean("true or false")
    .meta({
      description: "Ends the key at once, every generation of it. Kept, so that its name is not given out again.",
    })
    .default(false),
});
