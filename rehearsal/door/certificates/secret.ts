import { createPublicKey, type KeyObject, type X509Certificate } from "node:crypto";
import { chainOf, readCertificates, type Signer, says, signCertificate } from "../../x509.ts";
import { Fault } from "./fault.ts";
import { isOfKind, makeKey, readKey, writeKey } from "./keys.ts";
import type { CertificateObject, IssuerRef, SecretObject } from "./objects.ts";
import type { Order } from "./order.ts";

/** What an issuer signs with: nothing of its own where certificates sign themselves. */
export type Authority = "self" | { key: KeyObject; certificates: X509Certificate[] };

const issuerKeys = {
  name: "cert-manager.io/issuer-name",
  kind: "cert-manager.io/issuer-kind",
  group: "cert-manager.io/issuer-group",
};
const certificateName = "cert-manager.io/certificate-name";
const second = 1000;

/** The key and the certificates of a Secret, as far as they can be read. */
export function readPair(secret: SecretObject | undefined) {
  const text = (name: string) => Buffer.from(secret?.data?.[name] ?? "", "base64").toString();
  return {
    key: readKey(text("tls.key")),
    certificates: certificatesIn(text("tls.crt")),
    above: certificatesIn(text("ca.crt")),
  };
}

/** The certificate that a Secret serves, where there is one. */
export function certificateOf(secret: SecretObject | undefined): X509Certificate | undefined {
  return readPair(secret).certificates[0];
}

/** Which of the Certificates that name the same Secret it belongs to: the one it was made for, or else the oldest. */
export function ownerIn(all: CertificateObject[], object: CertificateObject, secret: SecretObject | undefined) {
  const { namespace } = object.metadata;
  const rivals = all.filter(
    (one) => one.metadata.namespace === namespace && one.spec.secretName === object.spec.secretName,
  );
  const madeFor = secret?.metadata.annotations?.[certificateName];
  const age = ({ metadata: { creationTimestamp, name } }: CertificateObject) => `${creationTimestamp} ${name}`;
  return (
    rivals.find(({ metadata }) => metadata.name === madeFor) ?? rivals.sort((a, b) => (age(a) < age(b) ? -1 : 1))[0]!
  );
}

/** Why a Secret is not what its Certificate asks for; nothing where it is. */
export function flawOf(secret: SecretObject | undefined, object: CertificateObject, order: Order): Fault | undefined {
  const flaw = (reason: string, message: string) => new Fault(reason, message);
  if (!secret) return flaw("DoesNotExist", "Issuing certificate as Secret does not exist");
  const { key, certificates } = readPair(secret);
  const [certificate] = certificates;
  if (!secret.data?.["tls.key"] || !secret.data["tls.crt"]) {
    return flaw("MissingData", "Issuing certificate as Secret does not contain a certificate and its key");
  }
  if (!key) return flaw("InvalidKeyPair", "Issuing certificate as Secret contains invalid private key data");
  if (!certificate) return flaw("InvalidCertificate", "Issuing certificate as Secret contains an invalid certificate");
  if (!certificate.checkPrivateKey(key)) {
    return flaw(
      "InvalidKeyPair",
      "Issuing certificate as Secret contains a private key that does not match the certificate",
    );
  }
  const { annotations = {} } = secret.metadata;
  const { name, kind, group } = issuerKeys;
  const issuedBy = nameOf({ name: annotations[name] ?? "", kind: annotations[kind], group: annotations[group] });
  if (issuedBy !== nameOf(object.spec.issuerRef)) {
    return flaw("IncorrectIssuer", `Issuing certificate as Secret was previously issued by "${issuedBy}"`);
  }
  if (annotations[certificateName] !== object.metadata.name) {
    return flaw("IncorrectCertificate", `Secret was issued for "${annotations[certificateName] ?? ""}"`);
  }
  if (!isOfKind(key, order.key))
    return flaw("SecretMismatch", "Existing private key is not up to date for spec.privateKey");
  const { validFromDate, validToDate } = certificate;
  const lifeMs = validToDate.getTime() - validFromDate.getTime();
  if (!says(certificate, order.content) || Math.abs(lifeMs - order.durationMs) >= second) {
    return flaw("RequestChanged", "Existing certificate is not up to date for spec");
  }
  if (validToDate.getTime() < Date.now()) return flaw("Expired", `Certificate expired on ${validToDate.toUTCString()}`);
  return undefined;
}

/** The Secret that a Certificate asks for, with a new certificate in it; of the one that is there, the type and maybe the key stay. */
export async function makeSecret(
  { metadata, spec }: CertificateObject,
  order: Order,
  authority: Authority,
  before: SecretObject | undefined,
): Promise<{ certificate: X509Certificate; secret: SecretObject }> {
  const kept = order.keepsKey ? readPair(before).key : undefined;
  if (kept && !isOfKind(kept, order.key)) {
    throw new Fault(
      "CannotRegenerateKey",
      `the private key in Secret ${spec.secretName} is not as spec.privateKey asks for, and its rotationPolicy is Never`,
    );
  }
  const key = kept ?? (await makeKey(order.key));
  const now = Math.floor(Date.now() / second) * second;
  const validity = { notBefore: new Date(now), notAfter: new Date(now + order.durationMs) };
  const signer: Signer =
    authority === "self" ? { key } : { key: authority.key, certificate: authority.certificates[0]! };
  const certificate = signCertificate(order.content, createPublicKey(key), validity, signer);
  const { chain, top } = bundle(certificate, authority);
  const data = {
    "tls.crt": chain.map(String).join(""),
    "tls.key": writeKey(key, order.encoding),
    "ca.crt": String(top),
  };
  const encoded = Object.entries(data).map(([name, text]) => [name, Buffer.from(text).toString("base64")]);
  const { kind = "", group = "" } = spec.issuerRef;
  return {
    certificate,
    secret: {
      metadata: {
        name: spec.secretName,
        namespace: metadata.namespace,
        labels: { ...spec.secretTemplate?.labels, "controller.cert-manager.io/fao": "true" },
        annotations: {
          ...spec.secretTemplate?.annotations,
          "cert-manager.io/alt-names": order.content.dnsNames.join(","),
          [certificateName]: metadata.name,
          "cert-manager.io/common-name": order.content.commonName ?? "",
          "cert-manager.io/ip-sans": order.content.ipAddresses.join(","),
          [issuerKeys.group]: group,
          [issuerKeys.kind]: kind,
          [issuerKeys.name]: spec.issuerRef.name,
          "cert-manager.io/uri-sans": "",
        },
      },
      type: before?.type ?? "kubernetes.io/tls",
      data: Object.fromEntries(encoded),
    },
  };
}

/** An issuer's reference with what it means where it says nothing. */
export function fullRef({ name, kind, group }: IssuerRef): Required<IssuerRef> {
  return { name, kind: kind || "Issuer", group: group || "cert-manager.io" };
}

function nameOf(ref: IssuerRef): string {
  const { name, kind, group } = fullRef(ref);
  return `${kind}.${group}/${name}`;
}

/** What is served, and what those who call have to know: authorities that signed themselves are never served. */
function bundle(certificate: X509Certificate, authority: Authority) {
  const way = chainOf(certificate, authority === "self" ? [] : authority.certificates);
  const top = way.at(-1)!;
  const served = way.filter((one, index) => index === 0 || !(one === top && one.verify(one.publicKey)));
  return { chain: served, top };
}

function certificatesIn(pem: string): X509Certificate[] {
  try {
    return readCertificates(pem);
  } catch {
    return [];
  }
}
