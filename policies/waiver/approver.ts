import { calculateJwkThumbprint, type JWK } from "jose";
import { z } from "zod";
import type { Finding } from "../../components/country/fault.ts";
import { line } from "../../components/country/field.ts";
import { readStrictFile } from "../declaration/strict-file.ts";
import { fileNamed } from "../declaration/undeclared.ts";

/** Somebody who may approve waivers: the name and the public key, and the key's thumbprint by which it is compared. */
export type Approver = { name: string; thumbprint: string; key: JWK };

const someKeys = "at least one public key of an approver";
const key = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: line("an Ed25519 public key, 43 characters of base64url", { shape: /^[\w-]{43}$/ }),
  kid: line("the approver's name", { most: 200 }),
  alg: z.literal(["EdDSA", "Ed25519"]).optional(),
  use: z.literal("sig").optional(),
});
const keySet = z.strictObject({
  keys: z
    .array(key, someKeys)
    .min(1, someKeys)
    .meta({ examples: [[{ kty: "OKP", crv: "Ed25519", x: "...", kid: "security@alpen-ai.example" }]] }),
});

/** Who may approve: the public keys (a JWKS) in the file that FREEHOLD_APPROVERS names. Undefined where it names none. */
export async function approversFrom(env: NodeJS.ProcessEnv): Promise<Approver[] | undefined> {
  const path = fileNamed("FREEHOLD_APPROVERS", env, "the path of a JWKS file that the security team holds");
  return path === undefined ? undefined : readApprovers(path);
}

/** The approvers in a JWKS file. Throws one `CountryFaults` where it is none, or gives a private key away. */
export async function readApprovers(path: string): Promise<Approver[]> {
  const said = { allowed: 'a JWKS: { "keys": [ ... ] }', remedy: "make one with  npx freehold waiver key" };
  const { values } = readStrictFile(path, keySet, said, objections);
  const named = values.keys.map(async ({ kty, crv, x, kid }): Promise<Approver> => {
    const jwk = { kty, crv, x };
    return { name: kid, thumbprint: await calculateJwkThumbprint(jwk), key: jwk };
  });
  return Promise.all(named);
}

/** What must not be shown, and what a shape cannot say. */
function objections(values: unknown): Finding[] {
  const keys = (values as { keys?: unknown })?.keys;
  if (!Array.isArray(keys)) return [];
  const names = keys.map((each) => (each as { kid?: unknown })?.kid);
  return keys.flatMap((each, index): Finding[] => {
    const at = ["keys", index];
    const secret = typeof each === "object" && each !== null && ["d", "k"].some((part) => Object.hasOwn(each, part));
    if (secret) {
      const remedy = "take it out, make a new key pair, and give the private key to nobody";
      return [{ at, found: "a private key", allowed: "public keys", remedy }];
    }
    if (names[index] === undefined || names.indexOf(names[index]) === index) return [];
    const found = `a second key of ${String(names[index])}`;
    return [{ at, found, allowed: "one key for each name (kid)", remedy: "give the newer key another name" }];
  });
}
