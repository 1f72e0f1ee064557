import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CertificateObject, SecretObject } from "../../../../rehearsal/door/certificates/objects.ts";
import { readOrder } from "../../../../rehearsal/door/certificates/order.ts";
import {
  type Authority,
  certificateOf,
  flawOf,
  makeSecret,
  ownerIn,
  readPair,
} from "../../../../rehearsal/door/certificates/secret.ts";
import { signCertificate } from "../../../../rehearsal/x509.ts";

type Spec = CertificateObject["spec"];

const least: Spec = {
  secretName: "web",
  issuerRef: { name: "ca", kind: "ClusterIssuer", group: "cert-manager.io" },
  dnsNames: ["*.a.example", "a.example"],
  privateKey: { algorithm: "ECDSA" },
};
const ask = (spec: Partial<Spec> = {}, name = "web"): CertificateObject => ({
  metadata: { name, namespace: "team" },
  spec: { ...least, ...spec },
});
const make = async (object: CertificateObject, authority: Authority = "self", before?: SecretObject) =>
  (await makeSecret(object, readOrder(object), authority, before)).secret;
const authorityFrom = (secret: SecretObject): Authority => {
  const { key, certificates, above } = readPair(secret);
  return { key: key!, certificates: [...certificates, ...above] };
};
const text = ({ data }: SecretObject, name: string) => Buffer.from(data![name]!, "base64").toString();
const subjects = (secret: SecretObject, name: string) =>
  text(secret, name)
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter(Boolean)
    .map((pem) => new X509Certificate(pem).subject ?? "");
const ca = (commonName: string) => ask({ isCA: true, commonName, dnsNames: [], secretName: commonName });

describe("a Secret", () => {
  it("is labelled and annotated as cert-manager does", async () => {
    const secretTemplate = { labels: { team: "a" }, annotations: { note: "b" } };
    const { metadata, type } = await make(ask({ commonName: "a", ipAddresses: ["10.0.0.7"], secretTemplate }));
    expect([metadata, type]).toEqual([
      {
        name: "web",
        namespace: "team",
        labels: { team: "a", "controller.cert-manager.io/fao": "true" },
        annotations: {
          note: "b",
          "cert-manager.io/alt-names": "*.a.example,a.example",
          "cert-manager.io/certificate-name": "web",
          "cert-manager.io/common-name": "a",
          "cert-manager.io/ip-sans": "10.0.0.7",
          "cert-manager.io/issuer-group": "cert-manager.io",
          "cert-manager.io/issuer-kind": "ClusterIssuer",
          "cert-manager.io/issuer-name": "ca",
          "cert-manager.io/uri-sans": "",
        },
      },
      "kubernetes.io/tls",
    ]);
  });

  it("serves the chain without the root, which it has as what callers have to know", async () => {
    const root = await make(ca("Root"));
    const middle = await make(ca("Middle"), authorityFrom(root));
    const web = await make(ask(), authorityFrom(middle));
    expect([subjects(root, "tls.crt"), subjects(root, "ca.crt")]).toEqual([["CN=Root"], ["CN=Root"]]);
    expect([subjects(middle, "tls.crt"), subjects(middle, "ca.crt")]).toEqual([["CN=Middle"], ["CN=Root"]]);
    expect([subjects(web, "tls.crt"), subjects(web, "ca.crt")]).toEqual([["", "CN=Middle"], ["CN=Root"]]);
  });

  it("serves the highest that is known where nobody gave the root", async () => {
    const middle = await make(ca("Middle"), authorityFrom(await make(ca("Root"))));
    const { "ca.crt": _, ...data } = middle.data!;
    const web = await make(ask(), authorityFrom({ ...middle, data }));
    expect([subjects(web, "tls.crt"), subjects(web, "ca.crt")]).toEqual([["", "CN=Middle"], ["CN=Middle"]]);
  });

  it.each<[Spec["privateKey"], string]>([
    [{ algorithm: "ECDSA" }, "EC PRIVATE KEY"],
    [{ algorithm: "RSA" }, "RSA PRIVATE KEY"],
    [{ algorithm: "Ed25519" }, "PRIVATE KEY"],
    [{ algorithm: "RSA", encoding: "PKCS8" }, "PRIVATE KEY"],
  ])("has its key in the form that is asked for: %j", async (privateKey, label) => {
    const key = text(await make(ask({ privateKey })), "tls.key");
    expect(key.startsWith(`-----BEGIN ${label}-----`)).toBe(true);
    expect(createPrivateKey(key).type).toBe("private");
  });

  it("gets a new key each time, unless its Certificate says never", async () => {
    const keyOf = (secret: SecretObject) => text(secret, "tls.key");
    const first = await make(ask());
    expect(keyOf(await make(ask(), "self", first))).not.toBe(keyOf(first));
    const never = (size: number) => ask({ privateKey: { algorithm: "ECDSA", size, rotationPolicy: "Never" } });
    expect(keyOf(await make(never(256), "self", first))).toBe(keyOf(first));
    await expect(make(never(384), "self", first)).rejects.toMatchObject({ reason: "CannotRegenerateKey" });
  });

  it("keeps its type", async () => {
    const before = { ...(await make(ask())), type: "Opaque" };
    expect((await make(ask(), "self", before)).type).toBe("Opaque");
  });
});

describe("a Secret is as asked for", async () => {
  const made = await make(ask());
  const other = await make(ask());
  const flaw = (secret: SecretObject | undefined, object = ask()) => flawOf(secret, object, readOrder(object))?.reason;
  const renoted = (annotations: object): SecretObject => ({
    ...made,
    metadata: { ...made.metadata, annotations: { ...made.metadata.annotations, ...annotations } },
  });
  const withData = (data: Record<string, string>): SecretObject => ({ ...made, data: { ...made.data, ...data } });

  it("as it was made", () => expect(flaw(made)).toBeUndefined());

  it.each<[string, SecretObject | undefined, string]>([
    ["not there", undefined, "DoesNotExist"],
    ["empty", { ...made, data: {} }, "MissingData"],
    ["without a key", withData({ "tls.key": "" }), "MissingData"],
    ["of no certificate", withData({ "tls.crt": Buffer.from("none").toString("base64") }), "InvalidCertificate"],
    ["of no key", withData({ "tls.key": Buffer.from("none").toString("base64") }), "InvalidKeyPair"],
    ["of another's key", withData({ "tls.key": other.data!["tls.key"]! }), "InvalidKeyPair"],
    ["of another issuer", renoted({ "cert-manager.io/issuer-name": "other" }), "IncorrectIssuer"],
    ["of another kind of issuer", renoted({ "cert-manager.io/issuer-kind": "" }), "IncorrectIssuer"],
    ["of another Certificate", renoted({ "cert-manager.io/certificate-name": "other" }), "IncorrectCertificate"],
  ])("but not when it is %s", (_, secret, reason) => expect(flaw(secret)).toBe(reason));

  it.each<[string, Partial<Spec>, string]>([
    ["other names", { dnsNames: ["a.example"] }, "RequestChanged"],
    ["a common name", { commonName: "a.example" }, "RequestChanged"],
    ["an authority", { isCA: true }, "RequestChanged"],
    ["a purpose", { usages: ["digital signature", "key encipherment", "server auth"] }, "RequestChanged"],
    ["another duration", { duration: "2h" }, "RequestChanged"],
    ["a longer key", { privateKey: { algorithm: "ECDSA", size: 384 } }, "SecretMismatch"],
    ["another algorithm", { privateKey: { algorithm: "RSA" } }, "SecretMismatch"],
    ["another issuer", { issuerRef: { name: "other", kind: "ClusterIssuer" } }, "IncorrectIssuer"],
    ["an issuer of the namespace", { issuerRef: { name: "ca" } }, "IncorrectIssuer"],
  ])("but not when its Certificate asks for %s", (_, spec, reason) => expect(flaw(made, ask(spec))).toBe(reason));

  it("and as long as it is said otherwise only in words", () => {
    expect(flaw(made, ask({ issuerRef: { name: "ca", kind: "ClusterIssuer" }, duration: "129600m" }))).toBeUndefined();
  });

  it("but not when its time is over", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const { content, durationMs } = readOrder(ask());
    const end = Date.now() - 1000;
    const validity = { notBefore: new Date(end - durationMs), notAfter: new Date(end) };
    const pem = signCertificate(content, publicKey, validity, { key: privateKey }).toString();
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const [crt, keyText] = [pem, key].map((one) => Buffer.from(one).toString("base64"));
    expect(flaw(withData({ "tls.crt": crt!, "tls.key": keyText! }))).toBe("Expired");
  });

  it("whose certificate can be had", () => {
    expect(certificateOf(made)?.subjectAltName).toBe("DNS:*.a.example, DNS:a.example");
    expect(certificateOf(undefined)).toBeUndefined();
  });
});

it("of Certificates that name the same Secret, it belongs to the one it was made for, or else to the oldest", async () => {
  const aged = (name: string, creationTimestamp: string): CertificateObject => {
    const object = ask({}, name);
    // As the API server has times: text.
    return { ...object, metadata: { ...object.metadata, creationTimestamp: creationTimestamp as never } };
  };
  const [old, young] = [aged("b", "2026-01-01T00:00:00Z"), aged("a", "2026-01-02T00:00:00Z")];
  const elsewhere = { ...aged("c", "2025-01-01T00:00:00Z"), metadata: { name: "c", namespace: "other" } };
  const all = [young, old, elsewhere, aged("d", "2026-01-03T00:00:00Z")];
  expect(ownerIn(all, young, undefined)).toBe(old);
  expect(ownerIn(all, old, await make(young))).toBe(young);
  expect(ownerIn(all, young, await make(ask({}, "gone")))).toBe(old);
});
