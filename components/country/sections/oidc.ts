import { z } from "zod";
import { hints, line, name } from "../field.ts";

const url = (example: string) => {
  const error = `an https URL with a host's name, of at most 253 characters, such as ${example}`;
  return z.url({ protocol: /^https$/, hostname: z.regexes.domain, error }).max(253, error);
};
const number = (what: string) => line(`${what}, in base64url`, { most: 4096, shape: /^[\w-]+$/ });
const claim = line("the name of a claim at the top of a token, such as azp");

// What a set of keys says of each beside its numbers. Nothing secret is among it: what is, is an unknown key.
const common = {
  kid: line("the id of a key").optional().meta({ description: "Id by which tokens name the key." }),
  alg: z
    .enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"])
    .optional()
    .meta({ description: "The one algorithm that the key is for." }),
  use: z.literal("sig").optional().meta({ description: "What the key is for: signatures." }),
  key_ops: z
    .tuple([z.literal("verify")])
    .optional()
    .meta({ description: "What the key is for, in other words." }),
  x5c: z
    .array(line("a certificate in base64", { most: 16_384 }))
    .optional()
    .meta({ description: "Not looked at." }),
  x5t: line("a thumbprint").optional().meta({ description: "Not looked at." }),
  "x5t#S256": line("a thumbprint").optional().meta({ description: "Not looked at." }),
};

/** A public key of an identity provider, as RFC 7517 writes it. Secrets that two sides share are none. */
const publicKey = z
  .discriminatedUnion("kty", [
    z.strictObject({
      kty: z.literal("RSA").meta({ description: "RSA, of at least 2048 bits.", examples: ["RSA"] }),
      n: number("the modulus").meta({ description: "Modulus." }),
      e: number("the exponent").meta({ description: "Exponent.", examples: ["AQAB"] }),
      ...common,
    }),
    z.strictObject({
      kty: z.literal("EC").meta({ description: "An elliptic curve.", examples: ["EC"] }),
      crv: z.enum(["P-256", "P-384", "P-521"]).meta({ description: "Curve.", examples: ["P-256"] }),
      x: number("the x coordinate").meta({ description: "X coordinate." }),
      y: number("the y coordinate").meta({ description: "Y coordinate." }),
      ...common,
    }),
    z.strictObject({
      kty: z.literal("OKP").meta({ description: "Ed25519.", examples: ["OKP"] }),
      crv: z.literal("Ed25519").meta({ description: "Curve.", examples: ["Ed25519"] }),
      x: number("the public key").meta({ description: "Public key." }),
      ...common,
    }),
  ])
  .register(hints, {
    strangers: { d: () => "take d out, and let the provider sign with another key: this one was shown" },
  });

const jwks = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("file").meta({ description: "The keys stand here; nothing is asked.", examples: ["file"] }),
    keys: z
      .array(publicKey)
      .min(1, "a list with at least one public key")
      .meta({
        description: "Public keys, as the provider's own JWKS lists them; nothing secret is among them.",
        examples: [[{ kty: "RSA", kid: "one", n: "<modulus>", e: "AQAB" }]],
      }),
  }),
  z.strictObject({
    from: z.literal("provider").meta({
      description: "The proxies fetch the keys from the provider, every five minutes.",
      examples: ["provider"],
    }),
    uri: url("https://id.bank.example/realms/staff/protocol/openid-connect/certs").meta({
      description: "URL of the provider's JWKS; its host must stand in the country.",
      examples: ["https://id.bank.example/realms/staff/protocol/openid-connect/certs"],
    }),
    ca: name.optional().meta({
      description:
        "Secret in freehold-gateway with the authority of the provider's certificate under ca.crt, which the operator brings. Default: authorities that the proxies' image knows.",
      examples: ["bank-ca"],
    }),
  }),
]);

/** A tenant's own identity provider, whose tokens open the tenant's host beside its keys. */
export const oidc = z
  .strictObject({
    issuer: url("https://id.bank.example/realms/staff").meta({
      description: "Who issues the tokens, letter by letter as their iss has it; its host must stand in the country.",
      examples: ["https://id.bank.example/realms/staff"],
    }),
    audience: line("an audience, such as freehold").meta({
      description: "What the aud of a token has to name: this API, as the provider knows it.",
      examples: ["freehold"],
    }),
    jwks: jwks.meta({
      description: "Where the provider's public keys come from.",
      examples: [{ from: "provider", uri: "https://id.bank.example/realms/staff/protocol/openid-connect/certs" }],
    }),
    claims: z
      .record(claim, line("the value of a claim"))
      .default({})
      .meta({
        description: "What a token has to say as well: claims by name, each with its text or one of its list's texts.",
        examples: [{ azp: "ledger" }],
      }),
    recorded: claim
      .meta({
        description:
          "Claim that goes into the records as the key's name, oidc:<value>. Not one that names a person, unless records may.",
      })
      .default("azp"),
  })
  .meta({
    description: "An identity provider of the tenant's own: its tokens are taken beside the keys.",
    examples: [
      {
        issuer: "https://id.bank.example/realms/staff",
        audience: "freehold",
        jwks: { from: "provider", uri: "https://id.bank.example/realms/staff/protocol/openid-connect/certs" },
      },
    ],
  });
