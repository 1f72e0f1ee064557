import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, type X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { type Content, chainOf, readCertificates, type Signer, says, signCertificate } from "../../rehearsal/x509.ts";

const hourMs = 3600 * 1000;
const validity = { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + hourMs) };
const plain: Content = {
  dnsNames: [],
  ipAddresses: [],
  isCa: false,
  usages: ["digital signature", "key encipherment"],
};
const leaf: Content = {
  ...plain,
  dnsNames: ["*.ai.a.example", "ai.a.example"],
  ipAddresses: ["10.0.0.7", "fd00::1:7"],
};

type Pair = { certificate: X509Certificate; key: KeyObject };
type Keys = { publicKey: KeyObject; privateKey: KeyObject };

const p256 = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const kinds: [string, () => Keys][] = [
  ["ECDSA P-256", p256],
  ["ECDSA P-384", () => generateKeyPairSync("ec", { namedCurve: "secp384r1" })],
  ["ECDSA P-521", () => generateKeyPairSync("ec", { namedCurve: "secp521r1" })],
  ["RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["Ed25519", () => generateKeyPairSync("ed25519")],
];

function make(content: Content, by?: Pair, keys: Keys = p256()): Pair {
  const signer: Signer = by ?? { key: keys.privateKey };
  return { certificate: signCertificate(content, keys.publicKey, validity, signer), key: keys.privateKey };
}
const authority = (commonName: string, by?: Pair, keys?: Keys) =>
  make({ ...plain, commonName, isCa: true, usages: [...plain.usages, "cert sign"] }, by, keys);

const root = authority("Root");
const middle = authority("Middle", root);

describe("a chain is accepted", () => {
  it.each(kinds)("by Node over TLS, with keys of %s, for its hosts and no other", async (_, keys) => {
    const top = authority("Top", undefined, keys());
    const between = authority("Between", top, keys());
    const served = make(leaf, between, keys());
    const cert = `${served.certificate}${between.certificate}`;
    const greet = (host: string, ca: X509Certificate) => greeting(cert, served.key, host, ca);
    expect(await greet("acme.ai.a.example", top.certificate)).toBe("authorized");
    expect(await greet("ai.a.example", top.certificate)).toBe("authorized");
    expect(await greet("acme.elsewhere.example", top.certificate)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await greet("deep.acme.ai.a.example", top.certificate)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await greet("acme.ai.a.example", authority("Top").certificate)).toBe("UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
  });

  it.skipIf(spawnSync("openssl", ["version"]).status !== 0)("by OpenSSL at its strictest", () => {
    const served = make(leaf, middle);
    const verify = (...options: string[]) => openssl(root, middle, served, options);
    expect(verify("-x509_strict", "-verify_hostname", "acme.ai.a.example")).toBe("ok");
    expect(verify("-x509_strict", "-verify_ip", "fd00::1:7")).toBe("ok");
    expect(verify("-verify_ip", "fd00::1:8")).toContain("IP address mismatch");
    expect(verify("-verify_hostname", "acme.b.example")).toContain("hostname mismatch");
    expect(openssl(authority("Root"), middle, served, [])).toContain("verification failed");
    // One that may sign nothing.
    expect(openssl(root, make({ ...plain, commonName: "Middle" }, root), served, [])).toContain("verification failed");
  });
});

it("what a certificate says is read back", () => {
  const { certificate } = make({ ...leaf, usages: ["client auth", "server auth", "crl sign"] }, middle);
  expect(certificate.subjectAltName).toBe(
    "DNS:*.ai.a.example, DNS:ai.a.example, IP Address:10.0.0.7, IP Address:FD00:0:0:0:0:0:1:7",
  );
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  expect([certificate.subject, certificate.issuer]).toEqual([undefined, "CN=Middle"]);
  expect([certificate.ca, middle.certificate.ca]).toEqual([false, true]);
  expect(certificate.checkIssued(middle.certificate)).toBe(true);
  expect(certificate.checkIssued(authority("Middle").certificate)).toBe(false);
});

it("times are to the second, before 2050 and after", () => {
  const { publicKey, privateKey: key } = p256();
  const signed = (notAfter: string) =>
    signCertificate(plain, publicKey, { ...validity, notAfter: new Date(notAfter) }, { key });
  for (const end of ["2049-12-31T23:59:59.000Z", "2050-01-01T00:00:00.000Z", "2126-02-28T12:00:00.000Z"]) {
    expect(signed(end).validToDate.toISOString()).toBe(end);
  }
});

describe("a certificate says what it was made to say", () => {
  const content: Content = { ...leaf, commonName: "a.example", usages: ["digital signature", "server auth"] };
  const { certificate } = make(content, middle);
  it("as it was", () => {
    expect(says(certificate, { ...content, usages: ["server auth", "signing"] })).toBe(true);
    expect(says(make(plain).certificate, plain)).toBe(true);
  });
  it.each<[string, Partial<Content>]>([
    ["name of a host more", { dnsNames: [...leaf.dnsNames, "b.example"] }],
    ["name of a host less", { dnsNames: leaf.dnsNames.slice(1) }],
    ["address", { ipAddresses: ["10.0.0.8"] }],
    ["common name", { commonName: "b.example" }],
    ["common name less", { commonName: undefined }],
    ["authority", { isCa: true }],
    ["use", { usages: ["digital signature", "client auth"] }],
    ["purpose less", { usages: ["digital signature"] }],
  ])("and nothing else: another %s", (_, other) => {
    expect(says(certificate, { ...content, ...other })).toBe(false);
  });
});

it("a chain leads up to who signed itself, past those who did not sign", () => {
  const served = make(leaf, middle).certificate;
  const names = (chain: X509Certificate[]) => chain.map((one) => one.subject ?? "");
  const strangers = [authority("Middle").certificate, authority("Root").certificate];
  expect(names(chainOf(served, [...strangers, root.certificate, middle.certificate]))).toEqual([
    "",
    "CN=Middle",
    "CN=Root",
  ]);
  expect(names(chainOf(served, [middle.certificate]))).toEqual(["", "CN=Middle"]);
  expect(names(chainOf(served, strangers))).toEqual([""]);
  expect(names(chainOf(root.certificate, [root.certificate]))).toEqual(["CN=Root"]);
});

it("texts of several certificates are taken apart", () => {
  const text = `a remark\n${middle.certificate}\n${root.certificate}`;
  expect(readCertificates(text).map(({ subject }) => subject)).toEqual(["CN=Middle", "CN=Root"]);
  expect(readCertificates("nothing")).toEqual([]);
});

/** How a client takes to a server: `authorized`, or why not. */
async function greeting(cert: string, key: KeyObject, host: string, ca: X509Certificate): Promise<string> {
  const pem = key.export({ type: "pkcs8", format: "pem" });
  const server = createServer({ cert, key: pem }, (socket) => socket.end("hello"));
  server.on("tlsClientError", () => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", servername: host, ca: String(ca) });
  try {
    await once(client, "secureConnect");
    return client.authorized ? "authorized" : "not authorized";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    client.destroy();
    server.close();
  }
}

function openssl(top: Pair, between: Pair, served: Pair, options: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "freehold-x509-"));
  const file = (name: string, { certificate }: Pair) => {
    writeFileSync(join(folder, name), String(certificate));
    return join(folder, name);
  };
  const args = ["verify", ...options, "-CAfile", file("top", top), "-untrusted", file("between", between)];
  const { status, stdout, stderr } = spawnSync("openssl", [...args, file("served", served)], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return status === 0 ? "ok" : `${stdout}${stderr}`;
}
