import { describe, expect, it } from "vitest";
import { addressesIn, bareHost, rangeReach, reachOf } from "../../../policies/sweep/address.ts";

describe("addresses in a text", () => {
  it.each([
    ["https://user:pw@API.Vendor.com:8443/v1?x=1#y", ["api.vendor.com"]],
    ["see (https://a.com), https://b.com.", ["a.com", "b.com"]],
    ["mongodb://a.com:27017,b.com:27017/db", ["a.com", "b.com"]],
    ["SASL_SSL://a.com:9092,SASL_SSL://b.com:9092", ["a.com", "b.com"]],
    ["postgres://u:pa/ss@db.com/x", ["db.com"]],
    ["http://good.ch@evil.com/", ["evil.com"]],
    ["http://0x68.0x12.0x6.0xc0/", ["104.18.6.192"]],
    ["http://[2606:4700::1]:80/x", ["2606:4700::1"]],
    ["http://[64:ff9b::6812:6c0]/", ["104.18.6.192"]],
    ["https:\\/\\/api.vendor.com\\/v1", ["api.vendor.com"]],
    ["https://own.ch/r?to=https%3A%2F%2Fevil.com%2Fx", ["own.ch", "evil.com"]],
    ["jdbc:oracle:thin:@db.vendor.com:1521:x", ["db.vendor.com"]],
    ["git@github.com:acme/apps.git", ["github.com"]],
    ["git+https://github.com/acme", ["github.com"]],
    ["https://api.$(REGION).vendor.com", ["*.vendor.com"]],
    ["https://bücher.ch", ["xn--bcher-kva.ch"]],
    ["https://{{ .Values.host }}/x and https://$(HOST):80 and http://$host", []],
    ["file:///etc/x data:text/plain,a urn:a:b spiffe://trust.com/x", []],
    ["http://www.w3.org/2001/XMLSchema", []],
    ["mail ops@vendor.com: hello", []],
    ["no address here", []],
  ])("%s", (text, hosts) => {
    const found = addressesIn(text).map(({ value }) => value);
    expect([...new Set(found)].sort()).toEqual([...hosts].sort());
  });

  it("tells artifacts and buckets from hosts", () => {
    expect(addressesIn("oci://ghcr.io/a/b:1 s3://weights/x hf://org/model")).toEqual([
      { kind: "image", value: "ghcr.io/a/b:1" },
      { kind: "bucket", value: "s3://weights" },
      { kind: "host", value: "huggingface.co", because: "hf:// leads there" },
    ]);
  });
});

describe("a bare host", () => {
  it.each([
    ["api.vendor.com", "api.vendor.com"],
    ["API.Vendor.com.:443/v1", "api.vendor.com"],
    ["*.vendor.com", "*.vendor.com"],
    ["104.18.6.192:80", "104.18.6.192"],
    ["[2606:4700::1]:80", "2606:4700::1"],
    ["vllm.models.svc", "vllm.models.svc"],
  ])("is %s", (text, host) => expect(bareHost(text)).toBe(host));

  it.each(["config.yaml", "nginx:1.2", "vendor", "a b.com", "10.0.0.0/8", "1.2.3", "com.example.Main", "", "/a/b.com"])(
    "is not %j",
    (text) => expect(bareHost(text)).toBeUndefined(),
  );
});

describe("where a host ends", () => {
  it.each([
    "redis",
    "cloud",
    "vllm.models",
    "a.b.svc.cluster.local",
    "nas.lan",
    "10.1.2.3",
    "172.31.0.1",
    "169.254.169.254",
    "127.0.0.1",
    "::1",
    "fd00::1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "100.64.0.1",
  ])("inside: %s", (host) => expect(reachOf(host)).toBe("inside"));

  it.each([
    "api.openai.com",
    "db.cloud",
    "x.example",
    "8.8.8.8",
    "172.32.0.1",
    "192.0.2.1",
    "2606:4700::1",
    "::ffff:8.8.8.8",
    "100.128.0.1",
    "x.onion",
  ])("public: %s", (host) => expect(reachOf(host)).toBe("public"));
});

it.each([
  ["0.0.0.0/0", "everything"],
  ["128.0.0.0/1", "everything"],
  ["::/0", "everything"],
  ["2000::/3", "everything"],
  ["10.0.0.0/8", "inside"],
  ["10.20.0.0/16", "inside"],
  ["fd00::/8", "inside"],
  ["10.0.0.0/7", "public"],
  ["172.0.0.0/8", "public"],
  ["104.16.0.0/13", "public"],
  ["8.8.8.8", "public"],
  ["nonsense", undefined],
])("the range %s opens %s", (cidr, reach) => expect(rangeReach(cidr)).toBe(reach));
