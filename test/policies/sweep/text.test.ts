import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { addressesIn, bareHost } from "../../../policies/sweep/address.ts";
import { textIn } from "../../../policies/sweep/bytes.ts";
import { withoutComments } from "../../../policies/sweep/comment.ts";
import { foundIn } from "../../../policies/sweep/text.ts";
import { sweep } from "../../../policies/sweep.ts";

const hosts = (text: string, key = "x", setting = false) => [
  ...new Set(foundIn(text, key, setting).flatMap(({ kind, value }) => (kind === "host" ? [value] : []))),
];

describe("hosts in texts", () => {
  it.each([
    ["Data Source=db.vendor.com,1433;Initial Catalog=x", ["db.vendor.com"]],
    ["hostaddr=104.18.1.1 dbname=x", ["104.18.1.1"]],
    ["relayhost = [smtp.vendor.com]:587", ["smtp.vendor.com"]],
    ["socat TCP-LISTEN:80,fork TCP:vendor.com:443", ["vendor.com"]],
    ["cat /d > /dev/tcp/vendor.com/443", ["vendor.com"]],
    ["forward-zone:\n  forward-addr: 1.1.1.1@853#one.vendor.com\n", ["1.1.1.1"]],
    ["s.connect(('vendor.com', 443))", ["vendor.com"]],
    ['network("logs.vendor.com" port(514))', ["logs.vendor.com"]],
    ["*/5 * * * * root curl -s https://vendor.com/x\n", ["vendor.com"]],
    ["#!/bin/sh\necho ' # '; curl https://vendor.com/x\n", ["vendor.com"]],
    ["#!/bin/sh\n//usr/bin/curl https://vendor.com/x\n", ["vendor.com"]],
    ["-----BEGIN X-----\nurl=https://vendor.com\n-----END X-----\n", ["vendor.com"]],
    [`echo ${Buffer.from("curl https://vendor.com").toString("base64")} | base64 -d | sh`, ["vendor.com"]],
    ["a: 1 # see https://vendor.com\n# https://vendor.com\nb: 2", []],
    ["/* https://vendor.com\n * https://vendor.com */ b = 2\n", []],
    ["backup.py main.rs v1.2.3 com.vendor.app", []],
  ])("%j", (text, found) => expect(hosts(text)).toEqual(found));

  it.each([
    ["SMTP_RELAY", "mx.vendor.com", ["mx.vendor.com"]],
    ["SEEDS", "a.vendor.com:9042", ["a.vendor.com"]],
    ["DB_HOST", '"vendor.com"', ["vendor.com"]],
    ["DB_HOST", "logs.müller.com", ["logs.xn--mller-kva.com"]],
    ["SCRIPT", "backup.nightly.py", []],
    ["MAIN", "com.vendor.app", []],
    ["CLASS_NAME", "eu.vendor.app", []],
    ["DRIVER", "ebs.csi.aws.com", []],
    ["RELEASE", "1.2.3", []],
  ])("a variable %s=%s", (key, value, found) => expect(hosts(value, key, true)).toEqual(found));

  it.each(["README.md", "LICENSE", "notice.txt"])("none in %s", (key) =>
    expect(withoutComments("a\nb https://vendor.com", key)).toBe(""),
  );
  it.each(["license-server.conf", "notice.sh"])("some in %s", (key) =>
    expect(hosts("a\nb https://vendor.com", key)).toEqual(["vendor.com"]),
  );
});

describe("bytes", () => {
  const text = "# für\nurl=https://vendor.com\n";
  it.each([
    ["UTF-8", Buffer.from(text)],
    ["Latin-1", Buffer.from(text, "latin1")],
    ["UTF-16", Buffer.from(text, "utf16le")],
    ["gzip", gzipSync(text)],
  ])("are read as %s", (_, bytes) => expect(textIn(bytes)).toBe(text));

  it("that are no text, or too much of it, stay unread", () => {
    expect(textIn(Buffer.from([0, 1, 2, 0xff, 0xfe, 0x90, 0x80]))).toBeUndefined();
    expect(textIn(gzipSync("a".repeat(2 ** 20 + 1)))).toBeUndefined();
  });
});

it("a text that is too long to read is not passed over", () => {
  expect(sweep({ a: "a".repeat(2 ** 20 + 1) }, "")).toMatchObject([{ kind: "undecidable", path: "a" }]);
});

// Generous, so that only a time that grows with the square of the length fails.
const LIMIT_SECONDS = 5;
const LENGTH = 300_000;
it.each([
  ["schemes", () => addressesIn("a://".repeat(LENGTH / 4))],
  ["no scheme", () => addressesIn(`//${"a".repeat(LENGTH)}`)],
  ["templates", () => addressesIn(`//${"{{".repeat(LENGTH / 2)}`)],
  ["logins", () => addressesIn(` ${"a.".repeat(LENGTH / 2)}@`)],
  ["drivers", () => addressesIn("jdbc:oracle:thin:@".repeat(LENGTH / 18))],
  ["labels", () => bareHost(`${"a.".repeat(LENGTH / 2)}!`)],
  ["blank lines", () => foundIn(`a${"\n".repeat(LENGTH)}b`, "x")],
  ["unclosed comments", () => foundIn("/*\n".repeat(LENGTH / 3), "x")],
  ["pairs", () => foundIn("a_url= ".repeat(LENGTH / 7), "x")],
  ["containers", () => foundIn("docker a ".repeat(LENGTH / 9), "x")],
  ["links", () => foundIn(`<html>${"<a ".repeat(LENGTH / 3)}`, "x")],
  ["endpoints", () => foundIn("endpoint_url= ".repeat(LENGTH / 14), "x")],
  ["keys", () => foundIn("-----BEGIN ".repeat(LENGTH / 11), "x")],
])("reads %s in a time that grows with their length", (_, read) => {
  const start = performance.now();
  read();
  expect((performance.now() - start) / 1000).toBeLessThan(LIMIT_SECONDS);
});
