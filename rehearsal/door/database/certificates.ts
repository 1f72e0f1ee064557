import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { type Content, says, signCertificate } from "../../x509.ts";
import { type ClusterObject, serverNames } from "./objects.ts";

/** A certificate and its key, in PEM. */
export type Pair = { certificate: string; key: string };

const dayMs = 24 * 60 * 60 * 1000;
/** As long as the operator's own, which it renews a week before their end. */
const lifeMs = 90 * dayMs;
const renewalMs = 7 * dayMs;

/** The authority of a database, and its server's certificate: those that are there, or new ones where they are of no use. */
export function certificatesOf(cluster: ClusterObject, there: { authority?: Pair; server?: Pair }, now = new Date()) {
  const { name } = cluster.metadata;
  const nobody: Content = { commonName: name, dnsNames: [], ipAddresses: [], isCa: true, usages: ["cert sign"] };
  const authority = usable(there.authority, nobody, now) ? there.authority! : made(nobody, undefined, now);
  const own: Content = {
    commonName: `${name}-rw`,
    dnsNames: serverNames(cluster),
    ipAddresses: [],
    isCa: false,
    usages: ["digital signature", "key encipherment", "key agreement", "server auth"],
  };
  const isKept = usable(there.server, own, now) && isSigned(there.server!, authority);
  return { authority, server: isKept ? there.server! : made(own, authority, now) };
}

function made(content: Content, authority: Pair | undefined, now: Date): Pair {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const begin = new Date(now.getTime() - dayMs);
  const validity = { notBefore: begin, notAfter: new Date(begin.getTime() + lifeMs) };
  const signer: { key: KeyObject; certificate?: X509Certificate } = authority
    ? { key: createPrivateKey(authority.key), certificate: new X509Certificate(authority.certificate) }
    : { key: privateKey };
  return {
    certificate: signCertificate(content, createPublicKey(privateKey), validity, signer).toString(),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Whether a pair belongs together, says what it should, and does so for a while yet. */
function usable(pair: Pair | undefined, content: Content, now: Date): boolean {
  try {
    const certificate = new X509Certificate(pair!.certificate);
    const isYoung = certificate.validToDate.getTime() - now.getTime() > renewalMs;
    return isYoung && says(certificate, content) && certificate.checkPrivateKey(createPrivateKey(pair!.key));
  } catch {
    return false;
  }
}

function isSigned({ certificate }: Pair, authority: Pair): boolean {
  return new X509Certificate(certificate).verify(new X509Certificate(authority.certificate).publicKey);
}
