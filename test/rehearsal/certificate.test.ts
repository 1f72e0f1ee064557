import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { makeAuthority } from "../../rehearsal/certificate.ts";

const authority = makeAuthority("Test");
const own = new X509Certificate(authority.certificate);

it("an authority certifies hosts by name and by address, for these days and under a key of theirs", () => {
  for (const host of ["registry.alpen-ai.example", `${"long.".repeat(40)}example`, "10.0.0.7"]) {
    const { certificate, key } = authority.certify(host);
    const made = new X509Certificate(certificate);
    expect([made.checkIssued(own), made.verify(own.publicKey), made.ca]).toEqual([true, true, false]);
    expect(host === "10.0.0.7" ? made.checkIP(host) : made.checkHost(host)).toBe(host);
    expect(key).toContain("PRIVATE KEY");
    expect(made.validFromDate.getTime()).toBeLessThan(Date.now());
    expect(made.validToDate.getTime()).toBeGreaterThan(Date.now());
  }
  expect(own.ca).toBe(true);
});

it("a certificate is for no other host, and of no other authority", () => {
  const made = new X509Certificate(authority.certify("registry.alpen-ai.example").certificate);
  expect(made.checkHost("elsewhere.example")).toBeUndefined();
  expect(made.verify(new X509Certificate(makeAuthority("Test").certificate).publicKey)).toBe(false);
});
