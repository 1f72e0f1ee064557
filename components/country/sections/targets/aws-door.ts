import { z } from "zod";
import { isCountryCode } from "../../../../catalogue/index.ts";
import { count, line } from "../../field.ts";

const countryAllowed = "a country, by its ISO 3166-1 code";

/** From where the gateway is called on AWS. */
export const awsDoor = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("internal").meta({
        description: "A load balancer inside the network: the network and its callers, and nobody else.",
        examples: ["internal"],
      }),
    }),
    z.strictObject({
      kind: z.literal("public").meta({
        description: "A load balancer that the internet may call too, behind a web application firewall.",
        examples: ["public"],
      }),
      certificateArn: line(
        "the ARN of a certificate, such as arn:aws:acm:ap-south-1:111122223333:certificate/00000000-1111-2222-3333-444444444444",
        { most: 2048, shape: /^arn:aws(-[a-z]+)*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/ },
      ).meta({
        description: "Certificate for *.<gateway.host> in AWS Certificate Manager, in the target's account and region.",
        examples: ["arn:aws:acm:ap-south-1:111122223333:certificate/00000000-1111-2222-3333-444444444444"],
      }),
      countries: z
        .array(
          z
            .string(countryAllowed)
            .refine(isCountryCode, countryAllowed)
            .meta({ examples: ["IN"] }),
        )
        .max(50, "at most 50 countries")
        .default([])
        .meta({
          description: "Countries from which it may be called, by their ISO codes. Default: any.",
          examples: [["IN"]],
        }),
      requestsPerFiveMinutes: count(10, 2_000_000_000, "requests")
        .meta({ description: "Requests that one address may make in five minutes, before it is refused." })
        .default(3000),
    }),
  ])
  .prefault({ kind: "internal" })
  .meta({ description: "From where the gateway is called.", examples: [{ kind: "internal" }] });
