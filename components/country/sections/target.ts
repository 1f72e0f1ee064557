import { z } from "zod";
import { aws } from "./targets/aws.ts";
import { azure } from "./targets/azure.ts";
import { onprem } from "./targets/onprem.ts";

/** Where it stands; one option for each kind of place. */
export const target = z.discriminatedUnion("kind", [onprem, aws, azure]).meta({
  description: "Where the cloud stands.",
  examples: [{ kind: "onprem", context: "alpen", place: "CH-ZH" }],
});
