import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { certificatesOf } from "../../../../rehearsal/door/database/certificates.ts";
import { clusterObject } from "./cluster-object.ts";

const dayMs = 24 * 3600 * 1000;
const now = new Date("2026-11-22T12:00:00Z");
const later = (days: number) => new Date(now.getTime() + days * dayMs);
const first = certificatesOf(clusterObject(), {}, now);

it("signs a certificate for the server's names with an authority of its own", () => {
  const { authority, server } = first;
  const [above, own] = [authority, server].map(({ certificate }) => new X509Certificate(certificate));
  expect([above!.ca, own!.ca]).toEqual([true, false]);
  expect(own!.checkIssued(above!) && own!.verify(above!.publicKey)).toBe(true);
  expect(own!.checkPrivateKey(createPrivateKey(server.key))).toBe(true);
  expect(own!.checkHost("usage-rw.storage.svc")).toBe("usage-rw.storage.svc");
  expect(own!.checkHost("usage-rw.elsewhere.svc")).toBeUndefined();
});

it("goes on with what is there", () => {
  expect(certificatesOf(clusterObject(), first, later(1))).toEqual(first);
});

it.each<[string, Partial<typeof first>, Date, boolean]>([
  ["a week before its end", first, later(83), false],
  ["without its authority", { server: first.server }, now, false],
  ["under another authority", { ...first, authority: certificatesOf(clusterObject(), {}, now).authority }, now, true],
  ["with another's key", { ...first, server: { ...first.server, key: first.authority.key } }, now, true],
  ["that cannot be read", { ...first, server: { certificate: "no certificate", key: "" } }, now, true],
])("makes another for one %s", (_, there, moment, keepsAuthority) => {
  const { authority, server } = certificatesOf(clusterObject(), there, moment);
  expect(server).not.toEqual(first.server);
  expect(authority === there.authority).toBe(keepsAuthority);
  expect(new X509Certificate(server.certificate).verify(new X509Certificate(authority.certificate).publicKey)).toBe(
    true,
  );
});
