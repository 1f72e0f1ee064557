import { z } from "zod";
import { countries, countryCode, isCountryCode, theCountry } from "../../../catalogue/index.ts";
import { cidr, domain, known, line } from "../field.ts";

/** Which country it is. */
export const country = known("a country in the catalogue, by its ISO 3166-1 code", {
  options: countries,
  listed: "catalogue/countries",
  meant: countryCode,
  addition: (found) =>
    isCountryCode(found)
      ? `describe ${theCountry(found)} in catalogue/countries/${found.toLowerCase()}.yaml`
      : undefined,
}).meta({ description: "The country, by its ISO 3166-1 alpha-2 code.", examples: ["CH"] });

/** Who runs the cloud. */
export const operator = z
  .strictObject({
    name: line("the operator's name", { most: 100 }).meta({
      description: "Who runs the cloud, as people call them.",
      examples: ["Alpen AI"],
    }),
    domain: domain().meta({
      description: "The operator's own domain. It and every host below it count as in the country.",
      examples: ["alpen-ai.example"],
    }),
  })
  .meta({
    description: "Who runs the cloud.",
    examples: [{ name: "Alpen AI", domain: "alpen-ai.example" }],
  });

/** Where Pulumi keeps its state. */
export const state = z
  .strictObject({
    backend: line("a Pulumi backend URL, such as file:///srv/freehold/state", {
      most: 2000,
      shape: /^(pulumi$|[a-z0-9]+:\/\/)/,
    }).meta({
      description: "Pulumi backend URL that holds the state. Its host or region must be in the country.",
      examples: ["file:///srv/freehold/state", "s3://freehold-state?region=eu-central-2"],
    }),
    secretsProvider: line("passphrase, or the URL of a key, such as hashivault://freehold", {
      most: 2000,
      shape: /^(passphrase$|[a-z0-9]+:\/\/)/,
    }).meta({
      description: "What seals the secrets in the state: `passphrase`, or the URL of a key in the country.",
      examples: ["passphrase", "hashivault://freehold"],
    }),
    vaultAddress: z
      .url({ protocol: /^https$/, error: "an https URL, such as https://vault.alpen-ai.example:8200" })
      .optional()
      .meta({
        description: "Address of the Vault or OpenBao behind a hashivault:// provider: what VAULT_ADDR must say.",
        examples: ["https://vault.alpen-ai.example:8200"],
      }),
    callers: z
      .array(cidr("203.0.113.10/32", { from: 8, to: 32 }))
      .meta({
        description:
          "Public addresses from which alone the state in a cloud is reached, as the internet sees whoever runs Pulumi. Azure needs them; without them AWS answers whoever has the account's credentials.",
        examples: [["203.0.113.10/32"]],
      })
      .default([]),
  })
  .meta({
    description: "Where Pulumi keeps its state, and which key seals the secrets in it.",
    examples: [{ backend: "file:///srv/freehold/state", secretsProvider: "passphrase" }],
  });
