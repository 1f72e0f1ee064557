import { describe, expect, it } from "vitest";
import type { Fault } from "../../../../rehearsal/door/certificates/fault.ts";
import type { CertificateObject } from "../../../../rehearsal/door/certificates/objects.ts";
import { readOrder } from "../../../../rehearsal/door/certificates/order.ts";

type Spec = CertificateObject["spec"];

const least: Spec = { secretName: "web", issuerRef: { name: "ca" }, dnsNames: ["a.example"] };
const read = (spec: object) => readOrder({ metadata: { name: "web" }, spec: { ...least, ...spec } as Spec });

const hourMs = 3600 * 1000;
const notBefore = new Date("2026-11-22T00:00:00Z");
const renewal = (spec: object, hours: number) =>
  read(spec).renewalTime(notBefore, new Date(notBefore.getTime() + hours * hourMs));

describe("an order", () => {
  it("has cert-manager's defaults", () => {
    const { content, key, encoding, keepsKey, durationMs } = read({});
    expect(content.usages).toEqual(["digital signature", "key encipherment"]);
    expect([key, encoding, keepsKey]).toEqual([{ type: "rsa", modulusLength: 2048 }, "PKCS1", false]);
    expect(durationMs).toBe(90 * 24 * hourMs);
  });

  it("of an authority lets it sign", () => {
    expect(read({ isCA: true, usages: ["crl sign"] }).content.usages).toEqual(["crl sign", "cert sign"]);
  });

  it.each<[Spec["privateKey"], object]>([
    [{ algorithm: "ECDSA" }, { type: "ec", namedCurve: "prime256v1" }],
    [
      { algorithm: "ECDSA", size: 384 },
      { type: "ec", namedCurve: "secp384r1" },
    ],
    [
      { algorithm: "ECDSA", size: 521 },
      { type: "ec", namedCurve: "secp521r1" },
    ],
    [
      { algorithm: "RSA", size: 4096 },
      { type: "rsa", modulusLength: 4096 },
    ],
    [{ algorithm: "Ed25519" }, { type: "ed25519" }],
  ])("names a key: %j", (privateKey, kind) => expect(read({ privateKey }).key).toEqual(kind));

  it.each([
    ["2160h", 2160],
    ["90m0s", 1.5],
    ["1h30m", 1.5],
    ["1.5h", 1.5],
    ["3600000ms", 1],
  ])("lasts %s", (duration, hours) => expect(read({ duration }).durationMs).toBe(hours * hourMs));

  it.each([
    ["a third of its life before its end", {}, 90, "2026-11-24T12:00:00.000Z"],
    ["so long before its end", { renewBefore: "10h" }, 90, "2026-11-25T08:00:00.000Z"],
    ["after a third if it would never be young", { renewBefore: "90h" }, 90, "2026-11-24T12:00:00.000Z"],
    ["at a share of its life", { renewBeforePercentage: 50 }, 90, "2026-11-23T21:00:00.000Z"],
    ["after a third of what is no share", { renewBeforePercentage: 100 }, 90, "2026-11-24T12:00:00.000Z"],
    ["at a whole second", {}, 100, "2026-11-24T18:40:00.000Z"],
  ])("is renewed %s", (_, spec, hours, time) => expect(renewal(spec, hours).toISOString()).toBe(time));

  it.each<[string, object, string, string]>([
    ["no name", { dnsNames: [] }, "Invalid", "spec: at least one of commonName, dnsNames and ipAddresses is needed"],
    ["a long name", { commonName: "x".repeat(65) }, "Invalid", "spec.commonName: 64 characters at most"],
    ["a name with spaces", { dnsNames: ["a b"] }, "Invalid", 'spec.dnsNames: "a b" is no name of the DNS'],
    ["half an address", { ipAddresses: ["10.0"] }, "Invalid", 'spec.ipAddresses: "10.0" is no address'],
    ["a short life", { duration: "59m" }, "Invalid", "spec.duration: one hour at least"],
    ["days", { duration: "30d" }, "Invalid", 'spec.duration: "30d" is no duration, such as 2160h or 1h30m'],
    [
      "a wordy duration",
      { renewBefore: "5h or so" },
      "Invalid",
      'spec.renewBefore: "5h or so" is no duration, such as 2160h or 1h30m',
    ],
    ["a weak key", { privateKey: { size: 1024 } }, "Invalid", "spec.privateKey.size: from 2048 to 8192 for RSA"],
    [
      "an unknown curve",
      { privateKey: { algorithm: "ECDSA", size: 2048 } },
      "Invalid",
      "spec.privateKey.size: 256, 384 or 521 for ECDSA",
    ],
    [
      "more than is made here",
      { keystores: {} },
      "NotRehearsed",
      "a rehearsal makes no certificates with spec.keystores",
    ],
  ])("with %s is refused", (_, spec, reason, message) => {
    expect(faultOf(() => read(spec))).toEqual({ reason, message });
  });
});

function faultOf(action: () => unknown) {
  try {
    return action();
  } catch (error) {
    const { reason, message } = error as Fault;
    return { reason, message };
  }
}
