import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const images = (...args: string[]) =>
  spawnSync(process.execPath, [fileURLToPath(new URL("../../cli/freehold.js", import.meta.url)), "images", ...args], {
    encoding: "utf8",
  });

it("lists every chart, image and weight of a country by its name in the registry and where it is published", () => {
  const ran = images("ch", "--json");
  expect(ran.status, ran.stderr).toBe(0);
  const list = JSON.parse(ran.stdout) as { kind: string; here: string; from: string }[];
  expect(list.every(({ here }) => here.startsWith("registry.alpen-ai.example/"))).toBe(true);
  expect(new Set(list.map(({ here }) => here)).size).toBe(list.length);
  for (const [here, from] of [
    ["charts/jetstack/cert-manager:v1.21.2", "oci://quay.io/jetstack/charts/cert-manager"],
    ["vllm/vllm-openai:v0.25.1", "docker.io/vllm/vllm-openai:v0.25.1"],
    ["models/baai/bge-m3:main", "BAAI/bge-m3, packed as an OCI artifact"],
  ]) {
    expect(list).toContainEqual(expect.objectContaining({ here: `registry.alpen-ai.example/${here}`, from }));
  }
});

it("lists no charts where the cluster has its add-ons already", () => {
  const ran = images("ae");
  expect(ran.status, ran.stderr).toBe(0);
  expect(ran.stdout).not.toContain("chart ");
  expect(ran.stdout).toContain("your own: the country file names it");
});
