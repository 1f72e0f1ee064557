import { createHash, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { bits, der, elements, integer, octets, oid, sequence, time, yes } from "./der.ts";
import { type KeyUsage, usageBits, usagePurposes } from "./key-usages.ts";

// Node reads certificates and does not make any.

/** What a certificate says of its holder. */
export type Content = {
  commonName?: string | undefined;
  dnsNames: string[];
  ipAddresses: string[];
  isCa: boolean;
  usages: KeyUsage[];
};

/** From when to when, to the second. */
export type Validity = { notBefore: Date; notAfter: Date };

/** Who signs: its key, and its certificate unless it signs for itself. */
export type Signer = { key: KeyObject; certificate?: X509Certificate };

const oids = {
  commonName: "2.5.4.3",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
};

/** A certificate for this key, signed. */
export function signCertificate(
  content: Content,
  publicKey: KeyObject,
  { notBefore, notAfter }: Validity,
  { key, certificate: issuer }: Signer,
): X509Certificate {
  const { algorithm, digest } = signatureOf(key);
  const subject = subjectOf(content);
  const holder = publicKey.export({ type: "spki", format: "der" });
  const issuerKeyId = issuer && keyIdOf(issuer);
  const signed = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    issuer ? readFields(issuer).subject : subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    holder,
    der(
      0xa3,
      sequence(
        ...extensionsOf(content),
        extension(oids.subjectKeyIdentifier, octets(createHash("sha256").update(holder).digest().subarray(0, 20))),
        ...(issuerKeyId ? [extension(oids.authorityKeyIdentifier, sequence(der(0x80, issuerKeyId)))] : []),
      ),
    ),
  );
  return new X509Certificate(sequence(signed, algorithm, bits(sign(digest, signed, key))));
}

/** Whether a certificate says this of its holder, and nothing else that could be said so. */
export function says(certificate: X509Certificate, content: Content): boolean {
  const { subject, extensions } = readFields(certificate);
  const sayable = [oids.keyUsage, oids.extendedKeyUsage, oids.basicConstraints, oids.subjectAltName].map(oid);
  const said = extensions.filter(({ id }) => sayable.some((one) => one.equals(id))).map(({ whole }) => whole);
  return subject.equals(subjectOf(content)) && Buffer.concat(said).equals(Buffer.concat(extensionsOf(content)));
}

/** Every certificate in a text of PEM. */
export function readCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** The way up from a certificate among these others, to one that signed itself or whose issuer is not there. */
export function chainOf(certificate: X509Certificate, others: X509Certificate[]): X509Certificate[] {
  const isIssuer = (one: X509Certificate) => certificate.checkIssued(one) && certificate.verify(one.publicKey);
  if (isIssuer(certificate)) return [certificate];
  const issuer = others.find(isIssuer);
  const rest = others.filter((one) => one !== issuer);
  return [certificate, ...(issuer ? chainOf(issuer, rest) : [])];
}

/** Stronger keys sign with longer digests, as cert-manager has them. */
function signatureOf(key: KeyObject): { algorithm: Buffer; digest: string | null } {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const nothing = der(0x05);
  switch (namedCurve ?? key.asymmetricKeyType) {
    case "prime256v1":
      return { algorithm: sequence(oid("1.2.840.10045.4.3.2")), digest: "sha256" };
    case "secp384r1":
      return { algorithm: sequence(oid("1.2.840.10045.4.3.3")), digest: "sha384" };
    case "secp521r1":
      return { algorithm: sequence(oid("1.2.840.10045.4.3.4")), digest: "sha512" };
    case "ed25519":
      return { algorithm: sequence(oid("1.3.101.112")), digest: null };
    case "rsa":
      if (modulusLength >= 4096)
        return { algorithm: sequence(oid("1.2.840.113549.1.1.13"), nothing), digest: "sha512" };
      if (modulusLength >= 3072)
        return { algorithm: sequence(oid("1.2.840.113549.1.1.12"), nothing), digest: "sha384" };
      return { algorithm: sequence(oid("1.2.840.113549.1.1.11"), nothing), digest: "sha256" };
    default:
      throw new Error(`keys of type ${namedCurve ?? key.asymmetricKeyType} sign no certificates here`);
  }
}

function subjectOf({ commonName }: Content): Buffer {
  if (!commonName) return sequence();
  return sequence(der(0x31, sequence(oid(oids.commonName), der(0x0c, Buffer.from(commonName)))));
}

function extensionsOf(content: Content): Buffer[] {
  const { commonName, dnsNames, ipAddresses, isCa, usages } = content;
  const names = [
    ...dnsNames.map((name) => der(0x82, Buffer.from(name))),
    ...ipAddresses.map((address) => der(0x87, addressBytes(address))),
  ];
  const purposes = Object.entries(usagePurposes).filter(([usage]) => (usages as string[]).includes(usage));
  const distinct = [...new Set(purposes.map(([, purpose]) => purpose))];
  return [
    ...keyUsage(usages),
    ...(distinct.length > 0 ? [extension(oids.extendedKeyUsage, sequence(...distinct.map(oid)))] : []),
    extension(oids.basicConstraints, sequence(...(isCa ? [yes] : [])), true),
    // Without a subject, the names are what counts.
    ...(names.length > 0 ? [extension(oids.subjectAltName, sequence(...names), !commonName)] : []),
  ];
}

function keyUsage(usages: KeyUsage[]): Buffer[] {
  const set = Object.entries(usageBits).filter(([usage]) => (usages as string[]).includes(usage));
  if (set.length === 0) return [];
  const places = set.map(([, place]) => place);
  const last = Math.max(...places);
  const bytes = Buffer.alloc(1 + (last >> 3));
  for (const place of places) bytes[place >> 3]! |= 0x80 >> (place & 7);
  return [extension(oids.keyUsage, bits(bytes, 7 - (last & 7)), true)];
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  // In one way of writing: groups of hexadecimal digits, and at most one gap.
  const [head, tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text = "") => text.split(":").filter(Boolean);
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill("0");
  const all = [...groups(head), ...zeros, ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value));
}

function keyIdOf(certificate: X509Certificate): Buffer | undefined {
  const id = oid(oids.subjectKeyIdentifier);
  const found = readFields(certificate).extensions.find((one) => one.id.equals(id));
  return found && elements(found.value)[0]!.content;
}

/** The parts of a certificate that Node shows as text only, in bytes. */
function readFields({ raw }: X509Certificate) {
  const [signed] = elements(elements(raw)[0]!.content);
  const fields = elements(signed!.content);
  const listed = fields.find(({ tag }) => tag === 0xa3);
  const extensions = listed ? elements(elements(listed.content)[0]!.content) : [];
  return {
    // The first field, the version, is left out where it is 1.
    subject: fields[fields[0]!.tag === 0xa0 ? 5 : 4]!.whole,
    extensions: extensions.map(({ content, whole }) => {
      const parts = elements(content);
      return { id: parts[0]!.whole, value: parts.at(-1)!.content, whole };
    }),
  };
}
