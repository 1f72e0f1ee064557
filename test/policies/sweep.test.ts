import { describe, expect, it } from "vitest";
import { sweep } from "../../policies/sweep.ts";

const told = (value: unknown, path = "spec") =>
  sweep(value, path).map((fact) => `${fact.kind} ${fact.path}${"value" in fact ? `: ${fact.value}` : ""}`);
const env = (...pairs: [string, string][]) => ({ env: pairs.map(([name, value]) => ({ name, value })) });

describe("a bucket", () => {
  const bucket = ["OUT", "s3://x/y"] as [string, string];
  it("stands where the endpoint of a store beside it leads", () => {
    expect(told(env(bucket, ["S3_ENDPOINT", "http://minio:9000"]))).toEqual(["host spec.env[1].value: minio"]);
    expect(told({ destinationPath: "s3://x", endpointURL: "http://minio:9000" })).toEqual([
      "host spec.endpointURL: minio",
    ]);
  });
  it.each([["OTEL_EXPORTER_OTLP_ENDPOINT"], ["WEBHOOK_ENDPOINT"], ["PROXY_URL"]])("is not placed by %s", (name) =>
    expect(told(env(bucket, [name, "http://x:1"]))).toContain("reference spec.env[0].value: s3://x"),
  );
  it("is not placed by the endpoint in another structure", () =>
    expect(told({ a: { bucket: "s3://x" }, b: { s3: { endpoint: "http://minio:9000" } } })).toContain(
      "reference spec.a.bucket: s3://x",
    ));
});

describe("a region", () => {
  it("is a word of the protocol beside the endpoint of a store", () => {
    expect(told({ region: "us-east-1", s3Url: "http://minio:9000" })).toEqual(["host spec.s3Url: minio"]);
    expect(told(env(["AWS_REGION", "us-east-1"], ["S3_ENDPOINT", "http://minio:9000"]))).toHaveLength(1);
  });
  it.each([
    [{ region: "us-east-1", proxyUrl: "http://proxy:3128" }],
    [{ region: "us-east-1", endpoint: "https://hook.example.de" }],
    [{ forProvider: { region: "us-east-1", bucket: "x", endpoint: "http://minio:9000" } }],
    [env(["AWS_REGION", "us-east-1"], ["S3_ENDPOINT", "http://minio:9000"], ["MODEL", "bedrock/x"])],
  ])("is a place in %j", (value) => expect(told(value).join()).toContain(": us-east-1"));
});

describe("what a setting is called", () => {
  it.each(["SLACK_MESSAGE", "DENIED_EVENTS_WEBHOOK_URL", "API_DOCS", "OTEL_TAGS", "TITLE"])(
    "hides no URL: %s",
    (name) =>
      expect(told(env([name, "https://hooks.vendor.com/x"]))).toEqual(["host spec.env[0].value: hooks.vendor.com"]),
  );
  it.each(["kind", "__x", "docs", "apiVersion"])("hides no URL in a file: %s", (key) =>
    expect(told({ [key]: "https://hooks.vendor.com/x" }, "data")).toHaveLength(1),
  );
  it.each([
    ["BLOCKED_HOSTS", "a.vendor.com,b.vendor.com"],
    ["NO_PROXY", "https://vendor.com"],
    ["OIDC_AUDIENCE", "https://vendor.com"],
    ["WELCOME_MESSAGE", "Read https://vendor.com first"],
  ])("tells what is prose, a list or a name: %s", (name, value) => expect(told(env([name, value]))).toEqual([]));
});

describe("an image", () => {
  it.each(["$(IMAGE)", "{{ .image }}"])("that is the variable %s cannot be decided", (image) =>
    expect(told({ containers: [{ image }] })).toEqual(["undecidable spec.containers[0].image"]),
  );
  it("is judged by the host of its repository, unless that is the folder of a mirror", () => {
    const image = (repository: string) => told({ registry: "registry.example.de", repository, tag: "1" });
    expect(image("vendor.com/x")).toEqual(["image spec.repository: vendor.com/x:1"]);
    expect(image("docker.io/x")).toEqual(["image spec.repository: registry.example.de/docker.io/x:1"]);
  });
});
