import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Checkout } from "../engine/checkout.ts";

const root = resolve(import.meta.dirname, "../..");
const cache = mkdtempSync(join(tmpdir(), "freehold-cli-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const freehold = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, "cli/freehold.js"), ...args], {
    encoding: "utf8",
    env: { ...process.env, FREEHOLD_CACHE: cache },
  });

describe("freehold check", () => {
  const broken = readdirSync(join(root, "test/fixtures/broken/basics")).filter((file) => file.endsWith(".yaml"));
  // The reports themselves are tested line by line elsewhere; here it is the command that must behave.
  it.each(broken.filter((_, index) => index % 9 === 0))(
    "refuses %s with one report, exit code 1 and no stack",
    (file) => {
      const ran = freehold("check", join("test/fixtures/broken/basics", file));
      expect(ran.status).toBe(1);
      expect(ran.stdout).toBe("");
      expect(ran.stderr).toMatch(/has \d+ faults?\./);
      expect(ran.stderr).toContain("remedy");
      expect(ran.stderr).not.toMatch(/^\s+at |Error:/m);
    },
  );

  it("prints the faults as JSON for machines", () => {
    const ran = freehold("check", join("test/fixtures/broken/basics", broken[0]!), "--json");
    expect(ran.status).toBe(1);
    expect(JSON.parse(ran.stdout).faults[0]).toMatchObject({ remedy: expect.any(String) });
  });

  it("prints the whole country with its defaults", () => {
    const ran = freehold("check", "ch", "--json");
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ country: "CH", gateway: { host: "ai.alpen-ai.example" } });
  });
});

describe("freehold keys", () => {
  it("lists without a verb, and takes half a verb for wrong usage", () => {
    const ran = freehold("keys", "ch", "--json");
    expect(ran.status, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout).keys).toContainEqual({
      tenant: "bank",
      key: "default",
      generation: 1,
      state: "valid",
    });
    expect(freehold("keys", "ch").stdout).toMatch(/^ {2}bank +default +1 +valid$/m);
    expect(freehold("keys", "expire", "ch", "bank", "default").status).toBe(2);
    expect(freehold("keys", "revok", "ch", "bank", "default").status).toBe(2);
  });
});

describe("freehold rehearse", () => {
  it("starts nothing for a country file with faults, and says them all", () => {
    const checkout = new Checkout();
    const file = join(checkout.folder, "stacks/Pulumi.ch.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("CH-ZH", "us-east-1").replace("nodes: 4", "nodes: four"));
    const ran = spawnSync(process.execPath, [join(checkout.folder, "cli/freehold.js"), "rehearse", "ch"], {
      encoding: "utf8",
      env: { ...process.env, FREEHOLD_CACHE: cache },
    });
    rmSync(checkout.folder, { recursive: true });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain("has 2 faults");
    expect(ran.stderr).toContain("stacks/Pulumi.ch.yaml:15:12  freehold:target.place");
    expect(existsSync(join(cache, "rehearsals"))).toBe(false);
  });

  it("says which countries there are when it is asked for one that is not", () => {
    const ran = freehold("rehearse", "atlantis");
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain("stacks/Pulumi.atlantis.yaml is not there");
    expect(ran.stderr).toContain("ch");
    expect(existsSync(join(cache, "rehearsals"))).toBe(false);
  });

  it("refuses a provider that it does not know", () => {
    expect(freehold("rehearse", "ch", "--provider", "mine").stderr).toContain("allowed  official, rehearsal");
  });

  it("has no environment to give while nothing stands", () => {
    const ran = freehold("rehearse", "ch", "--env");
    expect([ran.status, ran.stdout]).toEqual([1, ""]);
    expect(ran.stderr).toContain("remedy   npx freehold rehearse ch");
  });
});

describe("freehold", () => {
  it.each([[], ["rehearse"], ["setup"], ["doctor"], ["check"]].map((command) => [command]))(
    "%j has help",
    (command) => {
      const ran = freehold(...command, "--help");
      expect([ran.status, ran.stderr]).toEqual([0, ""]);
      expect(ran.stdout).toContain("Usage: freehold");
    },
  );

  it.each([[["rehears"]], [["rehearse", "--dwn"]], [["check"]]])("%j is wrong usage, exit code 2", (args) => {
    const ran = freehold(...args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("--help");
  });

  it("colours nothing that is not a terminal", () => {
    expect(freehold("doctor").stdout).not.toContain("\u001b[");
  });
});
