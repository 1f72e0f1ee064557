import { isIP } from "node:net";
import type { Content } from "../../x509.ts";
import { Fault } from "./fault.ts";
import type { KeyKind } from "./keys.ts";
import type { CertificateObject } from "./objects.ts";

/** What a Certificate asks for, with cert-manager's defaults. */
export type Order = {
  content: Content;
  key: KeyKind;
  encoding: "PKCS1" | "PKCS8";
  keepsKey: boolean;
  durationMs: number;
  /** When a certificate of this lifetime is replaced. */
  renewalTime(notBefore: Date, notAfter: Date): Date;
};

const secondMs = 1000;
const hourMs = 3600 * secondMs;

/** What is read here; anything else in a spec would be left out in silence. */
const known = [
  ["commonName", "dnsNames", "ipAddresses", "isCA", "usages", "encodeUsagesInRequest"],
  ["issuerRef", "privateKey", "secretName", "secretTemplate"],
  ["duration", "renewBefore", "renewBeforePercentage", "revisionHistoryLimit"],
].flat();

/** Reads what a Certificate asks for; throws a Fault for what cert-manager would refuse and for what a rehearsal does not make. */
export function readOrder({ spec }: CertificateObject): Order {
  const stray = Object.keys(spec).find((field) => !known.includes(field));
  if (stray) throw new Fault("NotRehearsed", `a rehearsal makes no certificates with spec.${stray}`);
  const { commonName, dnsNames = [], ipAddresses = [], isCA = false, usages = [] } = spec;
  if (!commonName && dnsNames.length === 0 && ipAddresses.length === 0) {
    throw invalid("spec: at least one of commonName, dnsNames and ipAddresses is needed");
  }
  if ((commonName?.length ?? 0) > 64) throw invalid("spec.commonName: 64 characters at most");
  const stranger = dnsNames.find((name) => !/^[\x21-\x7e]+$/.test(name));
  if (stranger !== undefined) throw invalid(`spec.dnsNames: ${JSON.stringify(stranger)} is no name of the DNS`);
  const place = ipAddresses.find((address) => !isIP(address));
  if (place !== undefined) throw invalid(`spec.ipAddresses: ${JSON.stringify(place)} is no address`);

  const durationMs = spec.duration === undefined ? 90 * 24 * hourMs : readDuration("duration", spec.duration);
  if (durationMs < hourMs) throw invalid("spec.duration: one hour at least");
  const renewBeforeMs = spec.renewBefore === undefined ? 0 : readDuration("renewBefore", spec.renewBefore);
  const { algorithm = "RSA", size, encoding = "PKCS1", rotationPolicy = "Always" } = spec.privateKey ?? {};
  return {
    content: {
      commonName,
      dnsNames,
      ipAddresses,
      isCa: isCA,
      usages: [
        ...(usages.length > 0 ? usages : (["digital signature", "key encipherment"] as const)),
        ...(isCA ? (["cert sign"] as const) : []),
      ],
    },
    key: keyKind(algorithm, size),
    encoding,
    keepsKey: rotationPolicy === "Never",
    durationMs,
    renewalTime(notBefore, notAfter) {
      const lifeMs = notAfter.getTime() - notBefore.getTime();
      const { renewBeforePercentage: percent = 0 } = spec;
      const third = lifeMs / 3;
      const part = percent > 0 && percent < 100 ? (lifeMs * percent) / 100 : third;
      const beforeMs = renewBeforeMs > 0 && renewBeforeMs < lifeMs ? renewBeforeMs : part;
      return new Date(Math.floor((notAfter.getTime() - beforeMs) / secondMs) * secondMs);
    },
  };
}

function keyKind(algorithm: "RSA" | "ECDSA" | "Ed25519", size: number | undefined): KeyKind {
  if (algorithm === "Ed25519") return { type: "ed25519" };
  if (algorithm === "RSA") {
    const modulusLength = size || 2048;
    if (modulusLength < 2048 || modulusLength > 8192) throw invalid("spec.privateKey.size: from 2048 to 8192 for RSA");
    return { type: "rsa", modulusLength };
  }
  const namedCurve = { 256: "prime256v1", 384: "secp384r1", 521: "secp521r1" }[size || 256];
  if (!namedCurve) throw invalid("spec.privateKey.size: 256, 384 or 521 for ECDSA");
  return { type: "ec", namedCurve };
}

const unitsMs: Record<string, number> = {
  h: hourMs,
  m: 60 * secondMs,
  s: secondMs,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** A duration as Go writes them, 1h30m. */
function readDuration(field: string, text: string): number {
  const number = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)/g;
  const parts = [...text.matchAll(number)];
  if (parts.length === 0 || text.replaceAll(number, "") !== "") {
    throw invalid(`spec.${field}: ${JSON.stringify(text)} is no duration, such as 2160h or 1h30m`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitsMs[unit!]!, 0);
}

const invalid = (message: string) => new Fault("Invalid", message);
