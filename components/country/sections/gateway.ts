import { z } from "zod";
import { count, domain, name } from "../field.ts";

const issued = z.strictObject({
  from: z.literal("issuer").meta({
    description: "A private certificate authority in the cluster, by cert-manager; clients trust its root.",
    examples: ["issuer"],
  }),
});
const given = z.strictObject({
  from: z
    .literal("secret")
    .meta({ description: "A Secret that the operator brings and renews.", examples: ["secret"] }),
  name: name
    .meta({
      description: "Secret of type kubernetes.io/tls in the gateway's namespace, with the certificate for *.<host>.",
    })
    .default("ai-tls"),
});

/** The door. */
export const gateway = z
  .strictObject({
    host: domain()
      .optional()
      .meta({
        description: "Host of the API; tenants live at <tenant>.<host>. Default: ai.<operator.domain>.",
        examples: ["ai.alpen-ai.example"],
      }),
    certificate: z
      .discriminatedUnion("from", [issued, given])
      .prefault({ from: "issuer" })
      .meta({ description: "Where the certificate for *.<host> comes from.", examples: [{ from: "issuer" }] }),
    replicas: count(1, 100, "replicas").meta({ description: "Copies of the gateway's proxy." }).default(2),
    service: z
      .enum(["ClusterIP", "LoadBalancer", "NodePort"])
      .optional()
      .meta({
        description:
          "Kind of Service by which the proxies are reached. Default: LoadBalancer where a cloud makes the cluster, inside its network; else ClusterIP.",
        examples: ["ClusterIP"],
      }),
  })
  .meta({ description: "The one door through which tenants reach the models." });
