import type * as pulumi from "@pulumi/pulumi";
import { admit } from "./admit.ts";

const partOf = "app.kubernetes.io/part-of";
const podSecurity = "pod-security.kubernetes.io/enforce";

/** A namespace of Freehold stays one: without its label, nothing would be judged in it any more. */
export function admitStanding(opts: pulumi.ResourceOptions) {
  const label = (object: string, key: string) => `${object}.metadata.?labels[?'${key}'].orValue('')`;
  admit(
    "guards-stay-on",
    {
      resources: { "/v1": ["namespaces"] },
      operations: ["UPDATE"],
      everywhere: true,
      when: `${label("oldObject", partOf)} == 'freehold'`,
      validations: [
        {
          expression: `${label("object", partOf)} == 'freehold'`,
          message: `A namespace of Freehold keeps its label ${partOf}, or is deleted.`,
        },
        {
          expression: `${label("object", podSecurity)} == ${label("oldObject", podSecurity)} || ${label("object", podSecurity)} != 'privileged'`,
          message: "A namespace of Freehold does not become privileged: its pods could leave for the node's network.",
        },
      ],
    },
    opts,
  );
}
