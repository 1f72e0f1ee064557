import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addon } from "../../catalogue/index.ts";
import { toolchainCatalogue } from "../../catalogue/toolchain.ts";
import { namesFor } from "../../rehearsal/toolchain/source.ts";

const catalogue = toolchainCatalogue();
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"] as const;

test("every part that is needed, and every part of the live gateway, can be had from package registries alone", () => {
  for (const [part, { needed, for: use }] of Object.entries(catalogue.parts)) {
    const made = Object.values(catalogue.packages).filter(
      ({ gives, wheel, npm, build, charts }) => (wheel || npm || build || charts) && gives.some((one) => one === part),
    );
    expect(made.length, part).toBe(needed || use ? 1 : 0);
  }
});

test("a package and the parts that it gives are of one version, but for what is built in one binary", () => {
  for (const [name, { version, gives }] of Object.entries(catalogue.packages)) {
    const others = gives.filter((part) => catalogue.parts[part].version !== version);
    expect(others, name).toEqual(name === "control-plane-built" ? ["etcd"] : []);
  }
});

test("official files have a name for every machine they are published for, and come by https", () => {
  expect(Object.values(catalogue.publishers).map(({ url }) => url.slice(0, 8) + url.slice(-1))).toEqual(
    Object.values(catalogue.publishers).map(() => "https:///"),
  );
  const names = (name: string) =>
    platforms.map((platform) => namesFor(catalogue.packages[name]!.archive!, { catalogue, platform })?.file);
  expect(names("pulumi-cli")).toEqual(platforms.map((platform) => `sdk/pulumi-v3.259.0-${platform}.tar.gz`));
  expect(names("etcd")).toEqual(
    ["linux-amd64.tar.gz", "linux-arm64.tar.gz", "darwin-amd64.zip", "darwin-arm64.zip"].map(
      (end) => `v3.6.8/etcd-v3.6.8-${end}`,
    ),
  );
  expect(names("kube-apiserver")).toEqual([
    "v1.36.1/bin/linux/amd64/kube-apiserver",
    "v1.36.1/bin/linux/arm64/kube-apiserver",
    undefined,
    undefined,
  ]);
  for (const { archive } of Object.values(catalogue.packages)) {
    for (const platform of platforms) {
      const filled = archive && namesFor(archive, { catalogue, platform });
      expect(`${filled?.file} ${filled?.sums}`).not.toMatch(/[{}]/);
    }
  }
});

test("the versions are those that the Go modules and package.json pin", () => {
  const pinned = (module: string, path: string) =>
    new RegExp(`^\\s*(?:require )?${path} v(\\S+)`, "m").exec(
      read(`rehearsal/toolchain/modules/${module}/go.mod`),
    )?.[1];
  expect(pinned("pulumi", "github.com/pulumi/pulumi/pkg/v3")).toBe(catalogue.parts.pulumi.version);
  expect(pinned("kubernetes", "k8s.io/kubernetes")).toBe(catalogue.parts["kube-apiserver"].version);
  expect(pinned("kubernetes", "go.etcd.io/etcd/server/v3")).toBe(catalogue.parts.etcd.version);
  expect(pinned("kubernetes", "sigs.k8s.io/kwok")).toBe(catalogue.parts.kwok.version);
  expect(pinned("gateway", "github.com/envoyproxy/gateway")).toBe(catalogue.parts["envoy-gateway"].version);
  expect(pinned("gateway", "github.com/envoyproxy/ai-gateway")).toBe(catalogue.parts["ai-gateway-extproc"].version);
  expect(pinned("ratelimit", "github.com/envoyproxy/ratelimit")).toBe(catalogue.parts.ratelimit.version);
  for (const { module } of Object.values(catalogue.packages.crds!.charts!.addons)) {
    expect(pinned("crds", module), module).toMatch(/^\d/);
  }
  const { dependencies } = JSON.parse(read("package.json"));
  expect(dependencies["@pulumi/pulumi"]).toBe(catalogue.parts.pulumi.version);
  expect(dependencies["@pulumi/kubernetes"]).toBe(catalogue.parts["pulumi-resource-kubernetes"].version);
});

test("what a program says about itself, and what a build puts into it, is its version", () => {
  for (const [part, { says, version }] of Object.entries(catalogue.parts)) {
    if (says) expect(says.text, part).toContain(version);
  }
  for (const { build, version } of Object.values(catalogue.packages)) {
    for (const [variable, value] of Object.entries(build?.set ?? {})) {
      if (/[vV]ersion$/.test(variable)) expect(value, variable).toBe(`v${version}`);
    }
  }
});

test("the Go wheel has a known sum on every machine, and is new enough", () => {
  expect(Object.keys(catalogue.go.wheel.sha256).sort()).toEqual([...platforms].sort());
  expect(catalogue.go.wheel.version >= catalogue.go.atLeast).toBe(true);
});

test("a part in a wheel has a known sum on every Linux, and the wheel's version is the part's", () => {
  const wheels = Object.values(catalogue.packages).filter(({ wheel }) => wheel);
  expect(wheels.flatMap(({ gives }) => gives)).toEqual(["aws-models", "envoy", "valkey-server"]);
  for (const { version, wheel } of wheels) {
    expect(Object.keys(wheel!.sha256)).toEqual(expect.arrayContaining(["linux-x64", "linux-arm64"]));
    expect(wheel!.version.replace(/\.post\d+$/, ""), wheel!.package).toBe(version);
  }
});

test("Postgres has a known sum on every Linux, and is the version that CloudNativePG is given", () => {
  const { version, npm } = catalogue.packages["postgres-npm"]!;
  expect(Object.keys(npm!.integrity)).toEqual(["linux-x64", "linux-arm64"]);
  expect(npm!.version.startsWith(`${version}.`)).toBe(true);
  expect(addon("cloudnative-pg").images.postgres).toContain(`:${version}-`);
});

test("the gateway that is built is the one whose definitions the API server is given", () => {
  const required = (module: string, path: string) =>
    new RegExp(`^\\s*${path} (v\\S+)`, "m").exec(read(`rehearsal/toolchain/modules/${module}/go.mod`))?.[1];
  for (const path of ["github.com/envoyproxy/gateway", "github.com/envoyproxy/ai-gateway"]) {
    expect(required("gateway", path), path).toMatch(/^v\d/);
    expect(required("gateway", path), path).toBe(required("crds", path));
  }
});
