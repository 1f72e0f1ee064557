import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expireCommand, issueCommand, keysCommand, revokeCommand, rotateCommand, showCommand } from "../../cli/keys.ts";
import { loadCountry } from "../../components/country.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "freehold-keys-cli-"));
const file = join(folder, "Pulumi.ch.yaml");
const now = "2026-11-22T12:00:00Z";

let said = "";
beforeEach(() => {
  copyFileSync(join(root, "stacks/Pulumi.ch.yaml"), file);
  vi.useFakeTimers({ now: new Date(now), toFake: ["Date"] });
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  // Values begin so, and no command but show says one.
  expect(said).not.toMatch(/fh-/);
});
afterAll(() => rmSync(folder, { recursive: true }));

const text = () => readFileSync(file, "utf8");
const keyOf = (tenant: string, key: string) => loadCountry(file).tenants[tenant]!.keys[key];
/** Lines that a text has and another has not. */
const more = (than: string, text: string) => text.split("\n").filter((line) => !than.split("\n").includes(line));
const listed = () => {
  said = "";
  keysCommand(file, { json: true });
  return (JSON.parse(said).keys as { tenant: string }[]).filter(({ tenant }) => tenant === "bank");
};

describe("freehold keys list", () => {
  it("says whose tokens are taken beside keys, where any are", () => {
    keysCommand(file, {});
    expect(said).not.toContain("Tokens");
    const oidc =
      "{ issuer: https://id.alpen-ai.example/bank, audience: freehold, jwks: { from: provider, uri: https://id.alpen-ai.example/certs } }";
    writeFileSync(file, text().replace(/^( {4})bank:\n( +)/m, `$1bank:\n$2oidc: ${oidc}\n$2`));
    keysCommand(file, {});
    expect(said).toMatch(
      /Tokens are taken beside them, of\n\n +tenant +issuer +audience\n +bank +https:\/\/id.alpen-ai.example\/bank +freehold\n/,
    );
    said = "";
    keysCommand(file, { json: true });
    expect(JSON.parse(said).providers).toEqual([
      { tenant: "bank", issuer: "https://id.alpen-ai.example/bank", audience: "freehold" },
    ]);
  });
});

describe("freehold keys issue", () => {
  it("writes a key into the country file, leaves every other line as it is, and says what is next", () => {
    const before = text();
    issueCommand(file, "bank", "ci", { expires: "2027-03-31", costCentre: "4711" });
    expect(more(before, text())).toEqual(["      keys:", '        ci: { expires: "2027-03-31", costCentre: "4711" }']);
    expect(more(text(), before)).toEqual([]);
    expect(said).toMatch(/Pulumi\.ch\.yaml:\d+\n {2}\+ {7}keys:\n/);
    expect(said).toContain("valid, expires in 130 days");
    expect(said).toContain("npx pulumi up -s ch");
    expect(keyOf("bank", "ci")).toEqual({ expires: "2027-03-31", costCentre: "4711", generation: 1, revoked: false });
  });

  it("gives no name out twice, not even one that was revoked", () => {
    expect(() => issueCommand(file, "bank", "default", {})).toThrow("The key default of bank is there already: valid");
    issueCommand(file, "bank", "ci", {});
    revokeCommand(file, "bank", "ci", {});
    expect(() => issueCommand(file, "bank", "ci", {})).toThrow("is there already: revoked");
  });

  it.each([
    ["a day that does not exist", "ci", { expires: "2027-02-30" }, "keys.ci.expires"],
    ["a name that is no label", "ci.night", {}, 'keys["ci.night"]'],
    ["a cost centre of two lines", "ci", { costCentre: "a\nb" }, "keys.ci.costCentre"],
  ])("refuses %s with the fault that the file would have, and leaves it untouched", (_, key, said, path) => {
    const before = text();
    expect(() => issueCommand(file, "bank", key, said)).toThrow(
      new RegExp(
        `${file.replaceAll(".", "\\.")}:\\d+:\\d+ {2}freehold:tenants\\.bank\\.${path.replace(/[[\]]/g, "\\$&")}`,
      ),
    );
    expect(text()).toBe(before);
  });

  it("refuses a tenant that there is not, and one that is not written out", () => {
    expect(() => issueCommand(file, "bnk", "ci", {})).toThrow("write  bank");
    writeFileSync(
      file,
      text().replace("  freehold:tenants:\n", "  freehold:tenants:\n    amt: &amt {}\n    verein: *amt\n"),
    );
    const before = text();
    expect(() => issueCommand(file, "verein", "ci", { costCentre: "4711" })).toThrow(
      'write it yourself, in the tenant\'s keys:  ci: { costCentre: "4711" }',
    );
    expect(text()).toBe(before);
  });
});

describe("freehold keys rotate", () => {
  it("gives the first key a new value and keeps the one before for the overlap", () => {
    rotateCommand(file, "bank", "default", { overlap: "7d" });
    expect(keyOf("bank", "default")).toMatchObject({ generation: 2, overlapUntil: "2026-11-29T12:00:00Z" });
    expect(listed()).toEqual([
      { tenant: "bank", key: "default", generation: 2, state: "valid" },
      { tenant: "bank", key: "default", generation: 1, state: "overlap", until: "2026-11-29T12:00:00Z" },
    ]);
  });

  it("ends an overlap that goes on when it is to have none", () => {
    rotateCommand(file, "bank", "default", { overlap: "12h" });
    rotateCommand(file, "bank", "default", { overlap: "0" });
    expect(listed()).toEqual([{ tenant: "bank", key: "default", generation: 3, state: "valid" }]);
  });

  it("brings a revoked key back with a new value, and none of the old ones", () => {
    issueCommand(file, "bank", "ci", {});
    rotateCommand(file, "bank", "ci", { overlap: "30m" });
    revokeCommand(file, "bank", "ci", {});
    expect(listed()).toContainEqual({ tenant: "bank", key: "ci", generation: 2, state: "revoked" });
    rotateCommand(file, "bank", "ci", { overlap: "7d" });
    expect(listed().slice(1)).toEqual([{ tenant: "bank", key: "ci", generation: 3, state: "valid" }]);
  });

  it("refuses a key that has expired, one that there is not, and a span that is none", () => {
    issueCommand(file, "bank", "ci", { expires: "2026-11-20" });
    expect(() => rotateCommand(file, "bank", "ci", { overlap: "7d" })).toThrow("ci of bank expired 36 hours ago");
    expect(() => rotateCommand(file, "bank", "night", { overlap: "7d" })).toThrow(
      "npx freehold keys issue ch bank night",
    );
    expect(() => rotateCommand(file, "bank", "default", { overlap: "a week" })).toThrow("--overlap a week is no span");
  });
});

describe("freehold keys expire and revoke", () => {
  it("change what stands there, with the comment behind it", () => {
    writeFileSync(
      file,
      text().replace(/^( {4}bank:\n)/m, "$1      keys:\n        ci: # nightly\n          generation: 4 # so far\n"),
    );
    expireCommand(file, "bank", "ci", { at: "2026-12-24T18:00:00+01:00" });
    revokeCommand(file, "bank", "ci", {});
    expect(text()).toContain(
      '        ci: # nightly\n          generation: 4 # so far\n          expires: "2026-12-24T18:00:00+01:00"\n          revoked: true\n',
    );
    expect(() => expireCommand(file, "bank", "ci", { at: "2027-01-01" })).toThrow("ci of bank is revoked");
  });

  it("say so where nothing changes", () => {
    revokeCommand(file, "bank", "default", {});
    const before = text();
    said = "";
    revokeCommand(file, "bank", "default", {});
    expect([said.includes("says so already"), text()]).toEqual([true, before]);
  });
});

describe("freehold keys show", () => {
  it("shows no value to what is no terminal, unless it asks for JSON", async () => {
    await expect(showCommand(file, "bank", "default", {})).rejects.toThrow("a terminal, or --json");
  });

  /** A stand-in for `npx` that knows one stack, and only with --show-secrets. */
  const withPulumi = (keys: object) => {
    const script = [
      "#!/bin/sh",
      `case "$*" in *"pulumi stack output keys --json --show-secrets --stack=ch "*) echo '${JSON.stringify(keys)}' ;;`,
      "*) echo 'error: no stack named so' >&2; exit 255 ;; esac",
    ];
    writeFileSync(join(folder, "npx"), script.join("\n"), { mode: 0o755 });
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    vi.stubEnv("FREEHOLD_REHEARSAL", undefined);
  };
  afterEach(() => vi.unstubAllEnvs());

  it("shows to a terminal what the stack made, and says which stack that was", async () => {
    withPulumi({ bank: { default: "the value" } });
    process.stdout.isTTY = true;
    await showCommand(file, "bank", "default", { production: true }).finally(() => {
      process.stdout.isTTY = false;
    });
    expect(said).toContain("The key default of bank, from the stack ch");
    expect(said).toContain("https://bank.ai.alpen-ai.example/v1\n  key       the value\n");
    await expect(showCommand(file, "kanton", "default", { production: true, json: true })).rejects.toThrow(
      "the stack ch has no key default of kanton",
    );
  });

  it("tells in Pulumi's words why a stack's keys cannot be read, and of no rehearsal as production", async () => {
    withPulumi({});
    const elsewhere = join(folder, "Pulumi.xx.yaml");
    copyFileSync(file, elsewhere);
    await expect(showCommand(elsewhere, "bank", "default", { production: true, json: true })).rejects.toThrow(
      "found    error: no stack named so",
    );
    vi.stubEnv("FREEHOLD_REHEARSAL", folder);
    await expect(showCommand(file, "bank", "default", { production: true, json: true })).rejects.toThrow(
      "This shell points at a rehearsal",
    );
  });

  it("refuses a key that the file does not have", async () => {
    await expect(showCommand(file, "bank", "ci", { json: true })).rejects.toThrow('bank has no key "ci"');
  });
});
