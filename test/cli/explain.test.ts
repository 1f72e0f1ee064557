import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { Explained } from "../../cli/explain.ts";

const freehold = fileURLToPath(new URL("../../cli/freehold.js", import.meta.url));
const explain = (...words: string[]) =>
  spawnSync(process.execPath, [freehold, "explain", ...words], { encoding: "utf8" });

it("says of a resource what is closed in it, why, and what would be otherwise", () => {
  const { status, stdout, stderr } = explain("in", "aws:eks/cluster:Cluster::cluster");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("  vpcConfig.endpointPublicAccess: false\n    because    Whoever administers the cluster");
  expect(stdout).toContain("    otherwise  The API server answers the whole internet.");
  // The key is made in the same update.
  expect(stdout).toContain("  encryptionConfig.provider.keyArn: known at up");
});

it("finds every resource of a name, and lists all that close something where none is named", () => {
  expect(explain("in", "cluster").stdout).toContain("aws:kms/key:Key::cluster\n  multiRegion: false");
  const { status, stdout } = explain("br");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^br: \d+ properties of \d+ resources close what their cloud leaves open\./);
  expect(stdout).toContain("azure-native:storage:StorageAccount::storage-account  ");
});

it("tells machines what it tells people, lists that are closed by being empty too", () => {
  const [routes] = JSON.parse(
    explain("in", "aws:ec2/routeTable:RouteTable::ap-south-1a", "--json").stdout,
  ) as Explained[];
  expect(routes).toMatchObject({ name: "ap-south-1a", closed: [{ path: "routes", value: [] }] });
});

it("refuses a name that no resource has, and says of a hall that no cloud leaves anything open there", () => {
  const { status, stderr } = explain("in", "nothing");
  expect(status).toBe(1);
  expect(stderr).toContain("in has no resource nothing.");
  expect(explain("ee").stdout).toContain("none of them of a cloud");
});
