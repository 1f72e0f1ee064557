import { describe } from "vitest";
import { refuses } from "./broken.ts";

describe("a country file whose identity providers are at fault", () => {
  const at = (rest: string, tenant = "kanton") => `freehold:tenants.${tenant}.oidc${rest}`;
  const key = ".jwks.keys[0]";
  refuses("tokens", {
    "issuer-abroad": [[11, at(".issuer"), "which is Microsoft Entra, run from", "name one that stands in Switzerland"]],
    "issuer-in-plain-http": [
      [11, at(".issuer"), "http://id.alpen-ai.example", "write  issuer: https://id.bank.example"],
    ],
    "issuer-nowhere": [[11, at(".issuer"), "which nothing places in Switzerland", "add it to freehold:guards.hosts"]],
    "key-of-another-curve": [[13, at(key), "numbers that are no public key", "take it over from the provider's JWKS"]],
    "key-private": [[13, at(`${key}.d`), "the key d", "let the provider sign with another key"]],
    "key-shared-by-both-sides": [[13, at(`${key}.kty`), "oct", "write  kty: RSA"]],
    "key-too-short": [[13, at(key), "an RSA key of 1024 bits", "let the provider sign with a longer key"]],
    "keys-at-an-address": [[13, at(".jwks.uri"), "https://10.1.2.3/certs", "write  uri: https://id.bank.example"]],
    "keys-from-nowhere": [
      [13, at(".jwks.uri"), "which nothing places in Switzerland", "add it to freehold:guards.hosts"],
    ],
    "keys-none": [
      [13, at(".jwks.keys"), "an empty list", 'write  keys: [ { kty: RSA, kid: one, "n": <modulus>, e: AQAB } ]'],
    ],
    "of-two-tenants": [[16, at("", "stadt"), "of kanton: a token could open both hosts", "audience: freehold-stadt"]],
    "without-audience": [[10, at(".audience"), "nothing", "add  audience: freehold"]],
  });
});
