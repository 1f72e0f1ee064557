import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its key, in PEM. */
export type Certificate = { certificate: string; key: string };

/** Signs certificates for any host, for those who trust its own. */
export type Authority = Pick<Certificate, "certificate"> & { certify(host: string): Certificate };

const dayMs = 24 * 60 * 60 * 1000;

/** A certificate authority that lives as long as this process: its key is written nowhere. */
export function makeAuthority(name: string): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issue = (subject: string, publicKey: KeyObject, extensions: Buffer[]) =>
    pem("CERTIFICATE", signed({ issuer: name, subject, publicKey, extensions }, own.privateKey));
  return {
    certificate: issue(name, own.publicKey, [extension(oids.basicConstraints, sequence(der(0x01, Buffer.of(0xff))))]),
    certify(host) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const name =
        isIP(host) === 4 ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host));
      return {
        certificate: issue(host, publicKey, [extension(oids.subjectAltName, sequence(name))]),
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}

// X.509 in DER, as much of it as this takes: Node reads certificates and does not make any.

const oids = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  basicConstraints: "551d13",
  subjectAltName: "551d11",
};

type Content = { issuer: string; subject: string; publicKey: KeyObject; extensions: Buffer[] };

function signed({ issuer, subject, publicKey, extensions }: Content, key: KeyObject): Buffer {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const version3 = der(0xa0, integer(Buffer.of(2)));
  const serial = integer(Buffer.concat([Buffer.of(1), randomBytes(15)]));
  const now = Date.now();
  const content = sequence(
    version3,
    serial,
    algorithm,
    nameOf(issuer),
    sequence(time(now - dayMs), time(now + 30 * dayMs)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  return sequence(content, algorithm, bits(sign("sha256", content, key)));
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(oids.commonName), der(0x0c, Buffer.from(commonName)))));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x01, Buffer.of(0xff)), der(0x04, value));
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x18, Buffer.from(digits));
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
const integer = (bytes: Buffer) => der(0x02, bytes);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const bits = (bytes: Buffer) => der(0x03, Buffer.concat([Buffer.of(0), bytes]));

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
