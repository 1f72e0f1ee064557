import { z } from "zod";
import { isCountryCode } from "../../../catalogue/index.ts";
import { hints, hostPattern, line, registryPattern } from "../field.ts";

const accountAllowed =
  "an AWS account (12 digits, in quotes), an Azure tenant or subscription (a GUID), or a Google Cloud project id";

/** Who is at home in a cloud. */
export const account = z
  .string(accountAllowed)
  .regex(/^(\d{12}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|([a-z\d.-]+:)?[a-z][-a-z\d]{4,28}[a-z\d])$/i, accountAllowed)
  .meta({ examples: ["111122223333"] });

const treatyCountry = "a further country, by its ISO 3166-1 code";
const classes = "classes of data as the label or tag data-class names them, or * for all";

const treaty = z.strictObject({
  country: z
    .string(treatyCountry)
    .refine(isCountryCode, treatyCountry)
    .meta({
      description: "The further country in which data may be, by its ISO 3166-1 alpha-2 code.",
      examples: ["LI"],
    }),
  classes: z
    .array(
      line(classes, { most: 63, shape: /^(\*|[A-Za-z\d]([\w.-]*[A-Za-z\d])?)$/ }).meta({ examples: ["statistics"] }),
      classes,
    )
    .min(1, classes)
    .meta({
      description: "Classes of data that the treaty lets go there; * is all, labelled or not.",
      examples: [["statistics"]],
    }),
  because: line("the treaty or law that lets data go there", { most: 500 }).meta({
    description: "What lets data go there, as an auditor would look it up.",
    examples: ["Customs treaty of 1923, article 1"],
  }),
});

// Whoever signs has to see what is signed: nothing may turn the text around or hide in it.
const visible = /^\P{Cf}+$/u;

/** A finding that somebody who may has let pass: for how long, why, and who signed it. */
export const waiver = z.strictObject({
  rule: line("the name of a rule, such as doors-stay-here", { shape: /^[a-z]+(-[a-z]+)*$/ }).meta({
    description: "The rule whose findings are waived, by its name.",
    examples: ["doors-stay-here"],
  }),
  resource: line("<type>::<name> or a whole URN; * stands for any part of a name", { most: 1000, shape: visible }).meta(
    {
      description: "Whose findings are waived: <type>::<name>, or a URN. In a name, * stands for any characters.",
      examples: ["aws:cloudfront/distribution:Distribution::website"],
    },
  ),
  because: line("why the finding may stand", { most: 1000, shape: visible }).meta({
    description: "Why the finding may stand, as an auditor should read it.",
    examples: ["Public website, no personal data"],
  }),
  approvedBy: line("who approves, as FREEHOLD_APPROVERS names the key", { most: 200, shape: visible }).meta({
    description: "Who approves: the name (kid) of the key that signs.",
    examples: ["security@alpen-ai.example"],
  }),
  expires: z.iso.date('the last day on which it holds, in quotes, such as "2027-03-31"').meta({
    description: "The last day on which the waiver holds, in UTC; at most a year ahead.",
    examples: ["2027-03-31"],
  }),
  signature: line("what  npx freehold waiver sign  writes", { most: 8000, shape: /^[\w-]+\.[\w-]+\.[\w-]+$/ })
    .optional()
    .meta({ description: "Signature of the approver, as freehold waiver sign writes it." })
    .register(hints, { addition: () => "take it out, and have it signed:  npx freehold waiver sign" }),
});

/** What else stands in the country, and what may differ. */
export const guards = z
  .strictObject({
    hosts: z
      .array(hostPattern())
      .default([])
      .meta({
        description: "Further hosts that stand in the country, exact or *.domain.",
        examples: [["*.partner.example"]],
      }),
    registries: z
      .array(registryPattern())
      .default([])
      .meta({
        description: "Further image registries that stand in the country.",
        examples: [["registry.partner.example/mirror"]],
      }),
    accounts: z
      .array(account)
      .default([])
      .meta({
        description: "Accounts at home: AWS accounts, Azure tenants and subscriptions, Google Cloud projects.",
        examples: [["111122223333"]],
      }),
    treaties: z
      .array(treaty)
      .default([])
      .meta({
        description: "Further countries in which data of some classes may be.",
        examples: [[{ country: "LI", classes: ["statistics"], because: "Customs treaty of 1923, article 1" }]],
      }),
    waivers: z
      .array(waiver)
      .default([])
      .meta({
        description: "Findings that may stand for a while, each signed by the security team.",
        examples: [
          [
            {
              rule: "doors-stay-here",
              resource: "aws:cloudfront/distribution:Distribution::website",
              because: "Public website, no personal data",
              approvedBy: "security@alpen-ai.example",
              expires: "2027-03-31",
            },
          ],
        ],
      }),
  })
  .meta({ description: "What else the operator declares to stand in the country. Every entry is a promise." });
