import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { base64url, CompactSign, exportJWK, generateKeyPair, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../policies/judge.ts";
import { sign, signedText } from "../../policies/waiver/signature.ts";
import { type Approval, approve, ourMistake, type Waiver, waive, waiverFindings } from "../../policies/waiver.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-waiver-"));
afterAll(() => rmSync(folder, { recursive: true }));

const today = "2026-11-21";
const asked: Waiver = {
  rule: "doors-stay-here",
  resource: "aws:cloudfront/distribution:Distribution::website",
  because: "Public website, no personal data",
  approvedBy: "security@alpen-ai.example",
  expires: "2027-03-31",
};
let key: JWK;
let other: JWK;
let signed: Waiver;
let approvers: string;

beforeAll(async () => {
  key = await privateKey();
  other = await privateKey();
  signed = await signedBy(key, {});
  approvers = jwks("approvers.jwks", [{ ...publicPart(key), kid: asked.approvedBy }]);
});

describe("a waiver", () => {
  it("holds when an approver signed it for this country and its last day is not over", async () => {
    const [approval] = await judged([signed]);
    expect(approval).toEqual({ waiver: signed, keyThumbprint: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it("holds to the end of its last day in UTC, and not on the next", async () => {
    const last = await signedBy(key, { expires: today });
    expect(await faults([last])).toEqual([undefined]);
    expect(await faults([last], "2026-11-22")).toEqual([`expired on ${today}`]);
  });

  it("is nothing without a signature", async () => {
    expect(await faults([asked])).toEqual(["unsigned"]);
  });

  it("is nothing where nobody may approve", async () => {
    const [approval] = await approve([signed], "CH", {}, today);
    expect(approval!.fault).toMatch(/^no approvers are named/);
  });

  it("cannot be moved to another country", async () => {
    expect(await faults([signed], today, "DE")).toEqual(["signature does not match: country was changed"]);
  });

  it.each([
    ["because", "A website, and some data"],
    ["resource", "aws:cloudfront/distribution:Distribution::*"],
    ["rule", "data-stays-here"],
    ["expires", "2027-04-01"],
  ])("is nothing once its %s was changed", async (field, value) => {
    expect(await faults([{ ...signed, [field]: value }])).toEqual([`signature does not match: ${field} was changed`]);
  });

  it("is nothing once another approver is written on it", async () => {
    const two = jwks("two.jwks", [
      { ...publicPart(key), kid: asked.approvedBy },
      { ...publicPart(other), kid: "other@alpen-ai.example" },
    ]);
    const moved = { ...signed, approvedBy: "other@alpen-ai.example" };
    expect(await faults([moved], today, "CH", two)).toEqual([
      "signed by security@alpen-ai.example, not by other@alpen-ai.example",
    ]);
  });

  it("is nothing with the signature of another waiver", async () => {
    const second = await signedBy(key, { resource: "aws:cloudfront/distribution:Distribution::intranet" });
    expect(await faults([{ ...signed, signature: second.signature! }])).toEqual([
      "signature does not match: resource was changed",
    ]);
  });

  it("is nothing when signed by a stranger, even under an approver's name", async () => {
    const stranger = await signedBy(other, { approvedBy: "stranger@alpen-ai.example" });
    expect(await faults([stranger])).toEqual(["signed by a key that FREEHOLD_APPROVERS does not hold"]);
    expect(await faults([await signedBy(other, {})])).toEqual([
      "signature does not match: it was changed, or made with another key",
    ]);
  });

  it("is nothing by another algorithm, by none, or for another purpose", async () => {
    const payload = base64url.encode(signedText(asked, "CH"));
    const head = (header: object) =>
      base64url.encode(JSON.stringify({ kid: asked.approvedBy, typ: "freehold-waiver", ...header }));
    const hmac = (input: string, secret: string | Buffer) =>
      createHmac("sha256", secret).update(input).digest("base64url");
    const none = `${head({ alg: "none" })}.${payload}`;
    const confused = `${head({ alg: "HS256" })}.${payload}`;
    const own = signed.signature!.split(".");
    const otherPurpose = await new CompactSign(new TextEncoder().encode(signedText(asked, "CH")))
      .setProtectedHeader({ alg: "EdDSA", kid: asked.approvedBy, typ: "JWT" })
      .sign(key);
    const forged = [
      `${none}.`,
      `${none}.${own[2]}`,
      `${confused}.${hmac(confused, Buffer.from(key.x!, "base64url"))}`,
      `${confused}.${hmac(confused, JSON.stringify(publicPart(key)))}`,
      `${head({ alg: "EdDSA", crit: ["x"], x: 1 })}.${payload}.${own[2]}`,
      `${head({ alg: "EdDSA", jwk: publicPart(other) })}.${payload}.${own[2]}`,
      otherPurpose,
    ];
    for (const signature of forged) {
      expect(await faults([{ ...asked, signature }]), signature).toEqual([
        expect.stringMatching(/^signature does not match/),
      ]);
    }
    for (const signature of ["", "x", "..", "e30.e30.e30", "a.b.c.d"]) {
      expect(await faults([{ ...asked, signature }]), signature).toEqual([expect.any(String)]);
    }
  });

  it("stands once for a rule and a resource", async () => {
    const longer = await signedBy(key, { expires: "2027-06-30" });
    expect(await faults([signed, longer])).toEqual([undefined, "the second for this rule and resource"]);
  });

  it.each([
    ["rule", "waivers-hold", "rule waivers-hold cannot be waived"],
    ["rule", "jurisdiction-is-declared", "rule jurisdiction-is-declared cannot be waived"],
    ["rule", "no-such-rule", "rule unknown: no-such-rule"],
    ["expires", "2027-11-22", "expires on 2027-11-22, more than a year ahead"],
    ["resource", "*", "resource * is neither <type>::<name> nor a whole URN"],
    ["resource", "*::*", "resource *::* is a type that is not written in full"],
    ["resource", "aws:*::*", "resource aws:*::* is a type that is not written in full"],
    ["resource", "aws:s3/bucket:Bucket::**", "resource aws:s3/bucket:Bucket::** is two * side by side"],
    ["resource", "urn:*", "resource urn:* is neither <type>::<name> nor a whole URN"],
    ["resource", "urn:pulumi:*::*::*::*", "resource urn:pulumi:*::*::*::* is a type that is not written in full"],
    ["resource", "urn:pulumi:*::logs", "resource urn:pulumi:*::logs is neither <type>::<name> nor a whole URN"],
    ["resource", "aws:s3/bucket:Bucket::", "resource aws:s3/bucket:Bucket:: is neither <type>::<name> nor a whole URN"],
  ])("holds for no such %s: %s", async (field, value, fault) => {
    expect(await faults([await signedBy(key, { [field]: value })])).toEqual([fault]);
  });
});

describe("the file of approvers", () => {
  it.each([
    [
      "a private key",
      { keys: [{ kty: "OKP", crv: "Ed25519", x: "A".repeat(43), d: "s3cret", kid: "a" }] },
      "a private key",
    ],
    ["a shared secret", { keys: [{ kty: "oct", k: "s3cret", kid: "a" }] }, "a private key"],
    ["another kind of key", { keys: [{ kty: "RSA", n: "x", e: "AQAB", kid: "a" }] }, "keys[0].kty"],
    ["no key", { keys: [] }, "an empty list"],
    [
      "two keys of one name",
      { keys: [1, 2].map(() => ({ kty: "OKP", crv: "Ed25519", x: "A".repeat(43), kid: "a" })) },
      "a second key of a",
    ],
    ["a declaration", { country: "CH", keys: [] }, "the key country"],
  ])("is refused with %s, and nothing secret is shown", async (_, content, found) => {
    const path = join(folder, "wrong.jwks");
    writeFileSync(path, JSON.stringify(content));
    const refused = approve([], "CH", { FREEHOLD_APPROVERS: path });
    await expect(refused).rejects.toThrow(found);
    await expect(refused).rejects.not.toThrow("s3cret");
  });

  it("is refused where there is none", async () => {
    await expect(approve([], "CH", { FREEHOLD_APPROVERS: "./no.jwks" })).rejects.toThrow("where no file is");
  });
});

describe("findings", () => {
  const finding = (over: Partial<Finding>): Finding => ({
    rule: "doors-stay-here",
    verdict: "broken",
    urn: "urn:pulumi:ch::web::aws:cloudfront/distribution:Distribution::website",
    name: "website",
    type: "aws:cloudfront/distribution:Distribution",
    path: "",
    value: "",
    allowed: "",
    law: "",
    remedy: "",
    ...over,
  });
  const sound = (over: Partial<Waiver> = {}): Approval => ({ waiver: { ...asked, ...over } });

  it("that a sound waiver is for are waived, and say by which", () => {
    for (const verdict of ["broken", "undecidable"] as const) {
      expect(waive([finding({ verdict })], [sound()])).toEqual([finding({ verdict: "waived", waiver: asked })]);
    }
  });

  it("that are pending stay pending, and the waiver is not idle", () => {
    const pending = [finding({ verdict: "pending" })];
    expect(waive(pending, [sound()])).toEqual(pending);
    expect(waiverFindings([sound()], pending)).toEqual([]);
  });

  it.each([
    ["another rule", finding({ rule: "data-stays-here" }), sound()],
    ["another name", finding({ name: "website-2" }), sound()],
    ["another type", finding({ type: "aws:s3/bucket:Bucket" }), sound()],
    ["a mistake of our own", finding({ remedy: ourMistake }), sound()],
    ["an expired waiver", finding({}), { ...sound(), fault: "expired on 2026-01-01" }],
  ])("stand for %s", (_, found, approval) => {
    expect(waive([found], [approval])).toEqual([found]);
  });

  const urn = (name: string, type = asked.resource.split("::")[0]!) => `urn:pulumi:ch::web::${type}::${name}`;
  it.each([
    ["aws:cloudfront/distribution:Distribution::web*", "website", true],
    ["aws:cloudfront/distribution:Distribution::*", "website", true],
    ["aws:cloudfront/distribution:Distribution::*", "a::b", true],
    ["aws:cloudfront/distribution:Distribution::*site", "websites", false],
    ["aws:cloudfront/distribution:Distribution::web.ite", "website", false],
    ["aws:cloudfront/distribution:Distribution::WEBSITE", "website", false],
    [urn("website"), "website", true],
    [urn("web*").replace(":ch::", ":*::"), "website", true],
    [urn("website").replace(":ch::", ":de::"), "website", false],
    [urn("website", "my:web:Site$aws:cloudfront/distribution:Distribution"), "website", false],
  ])("are those of %s for %s: %s", (resource, name, matches) => {
    const found = finding({ name, urn: urn(name) });
    expect(waive([found], [sound({ resource })])[0]!.verdict).toBe(matches ? "waived" : "broken");
  });

  it("tell of waivers that do not hold or are for nothing", () => {
    const approvals = [
      sound(),
      { ...sound({ resource: "a:b:C::d" }), fault: "unsigned" },
      sound({ rule: "egress-closed" }),
    ];
    const waived = waive([finding({})], approvals);
    expect(waiverFindings(approvals, waived)).toMatchObject([
      { rule: "waivers-hold", verdict: "broken", path: "waivers[1]", value: "doors-stay-here on a:b:C::d: unsigned" },
      {
        rule: "waivers-hold",
        verdict: "broken",
        path: "waivers[2]",
        value: `egress-closed on ${asked.resource}: it matches no finding`,
      },
    ]);
  });

  it("may match several waivers, none of which is idle then", () => {
    const approvals = [sound(), sound({ resource: "aws:cloudfront/distribution:Distribution::web*" })];
    expect(waiverFindings(approvals, waive([finding({})], approvals))).toEqual([]);
  });
});

async function privateKey(): Promise<JWK> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return exportJWK(pair.privateKey);
}

function publicPart({ kty, crv, x }: JWK): JWK {
  return { kty, crv, x };
}

function jwks(name: string, keys: JWK[]): string {
  writeFileSync(join(folder, name), JSON.stringify({ keys }));
  return join(folder, name);
}

async function signedBy(by: JWK, over: Partial<Waiver>): Promise<Waiver> {
  const waiver = { ...asked, ...over };
  return { ...waiver, signature: await sign(waiver, "CH", by) };
}

function judged(waivers: Waiver[], day = today, country = "CH", by = approvers) {
  return approve(waivers, country, { FREEHOLD_APPROVERS: by }, day);
}

async function faults(...args: Parameters<typeof judged>) {
  return (await judged(...args)).map(({ fault }) => fault);
}
