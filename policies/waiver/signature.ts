import { CompactSign, compactVerify, decodeProtectedHeader, importJWK, type JWK } from "jose";
import type { Waiver } from "../waiver.ts";
import type { Approver } from "./approver.ts";

const algorithm = "EdDSA";
const typ = "freehold-waiver";

/** What is signed of a waiver: all it says and the country it is for, in one spelling. */
export function signedText({ signature, ...waiver }: Waiver, country: string): string {
  const said: Record<string, string> = { ...waiver, country };
  return JSON.stringify(
    Object.fromEntries(
      Object.keys(said)
        .sort()
        .map((key) => [key, said[key]]),
    ),
  );
}

/** Signs a waiver for a country with the approver's private key: a compact JWS over what is signed. */
export async function sign(waiver: Waiver, country: string, privateKey: JWK): Promise<string> {
  return new CompactSign(new TextEncoder().encode(signedText(waiver, country)))
    .setProtectedHeader({ alg: algorithm, kid: waiver.approvedBy, typ })
    .sign(await importJWK(privateKey, algorithm));
}

/** What is wrong with a waiver's signature, in words; nothing where it holds. Says with which key it was compared. */
export async function judgeSignature(
  waiver: Waiver,
  country: string,
  approvers: readonly Approver[] | undefined,
): Promise<{ fault?: string; keyThumbprint?: string }> {
  if (waiver.signature === undefined) return { fault: "unsigned" };
  if (approvers === undefined) return { fault: "no approvers are named: FREEHOLD_APPROVERS says who may approve" };
  const signer = headerOf(waiver.signature)?.kid;
  const approver = approvers.find(({ name }) => name === signer);
  if (approver === undefined) return { fault: "signed by a key that FREEHOLD_APPROVERS does not hold" };
  const keyThumbprint = approver.thumbprint;
  if (signer !== waiver.approvedBy) return { fault: `signed by ${signer}, not by ${waiver.approvedBy}`, keyThumbprint };
  try {
    const { payload, protectedHeader } = await compactVerify(
      waiver.signature,
      await importJWK(approver.key, algorithm),
      {
        algorithms: [algorithm],
      },
    );
    if (protectedHeader.typ !== typ)
      return { fault: "signature does not match: it was made for something else", keyThumbprint };
    const changed = differences(Buffer.from(payload).toString(), signedText(waiver, country));
    if (changed === undefined) return { keyThumbprint };
    return { fault: `signature does not match: ${changed} was changed`, keyThumbprint };
  } catch {
    return { fault: "signature does not match: it was changed, or made with another key", keyThumbprint };
  }
}

/** Which parts of a waiver are not what was signed. The texts decide; the parts only name what differs. */
function differences(signed: string, now: string): string | undefined {
  if (signed === now) return undefined;
  const was = partsOf(signed);
  const parts = Object.entries(partsOf(now)).filter(([part, text]) => was[part] !== text);
  return parts.map(([part]) => part).join(", ") || "it";
}

function partsOf(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

function headerOf(signature: string): { kid?: unknown } | undefined {
  try {
    return decodeProtectedHeader(signature);
  } catch {
    return undefined;
  }
}
