import { generateKeyPairSync } from "node:crypto";
import { isIP } from "node:net";
import { type Content, signCertificate } from "./x509.ts";

/** A certificate and its key, in PEM. */
export type Certificate = { certificate: string; key: string };

/** Signs certificates for any host, for those who trust its own. */
export type Authority = Pick<Certificate, "certificate"> & { certify(host: string): Certificate };

const dayMs = 24 * 60 * 60 * 1000;

/** A certificate authority that lives as long as this process: its key is written nowhere. */
export function makeAuthority(commonName: string): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const validity = { notBefore: new Date(now - dayMs), notAfter: new Date(now + 30 * dayMs) };
  const nobody: Content = { dnsNames: [], ipAddresses: [], isCa: false, usages: ["digital signature"] };
  const content: Content = { ...nobody, commonName, isCa: true, usages: ["cert sign"] };
  const root = signCertificate(content, own.publicKey, validity, { key: own.privateKey });
  return {
    certificate: root.toString(),
    certify(host) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const holder = { ...nobody, ...(isIP(host) ? { ipAddresses: [host] } : { dnsNames: [host] }) };
      const signer = { key: own.privateKey, certificate: root };
      return {
        certificate: signCertificate(holder, publicKey, validity, signer).toString(),
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}
