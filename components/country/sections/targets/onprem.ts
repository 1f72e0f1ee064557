import { z } from "zod";
import { line } from "../../field.ts";

/** A Kubernetes cluster that the country already has. */
export const onprem = z.strictObject({
  kind: z
    .literal("onprem")
    .meta({ description: "A Kubernetes cluster in the operator's own halls.", examples: ["onprem"] }),
  context: line("the name of a kubeconfig context").meta({
    description: "Context of the kubeconfig (KUBECONFIG or ~/.kube/config) that leads to the cluster.",
    examples: ["alpen"],
  }),
  place: line("a place: an ISO 3166-2 code such as CH-ZH, a country's code, or a cloud region", {
    shape: /^\p{L}/u,
  }).meta({
    description: "Where the cluster stands: an ISO 3166-2 code, the country's own code, or a cloud region.",
    examples: ["CH-ZH"],
  }),
});
