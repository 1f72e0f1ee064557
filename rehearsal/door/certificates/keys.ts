import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** An algorithm with its size, in Node's words. */
export type KeyKind = { type: "rsa"; modulusLength: number } | { type: "ec"; namedCurve: string } | { type: "ed25519" };

const generate = promisify(generateKeyPair) as (type: string, options?: object) => Promise<{ privateKey: KeyObject }>;

/** Makes a key; long ones take seconds, and other things go on meanwhile. */
export async function makeKey({ type, ...options }: KeyKind): Promise<KeyObject> {
  const { privateKey } = await generate(type, options);
  return privateKey;
}

/** The key in a text of PEM, where it is one. */
export function readKey(pem: string | undefined): KeyObject | undefined {
  try {
    return pem ? createPrivateKey(pem) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a key is of this kind. */
export function isOfKind(key: KeyObject, kind: KeyKind): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== kind.type) return false;
  return kind.type === "rsa"
    ? modulusLength === kind.modulusLength
    : kind.type !== "ec" || namedCurve === kind.namedCurve;
}

/** A key in PEM, in the older form of its algorithm or in the form that all have in common. */
export function writeKey(key: KeyObject, encoding: "PKCS1" | "PKCS8"): string {
  const own = ({ rsa: "pkcs1", ec: "sec1" } as const)[key.asymmetricKeyType as "rsa" | "ec"];
  return key.export({ type: encoding === "PKCS8" ? "pkcs8" : (own ?? "pkcs8"), format: "pem" }).toString();
}
