import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { waiverCheckCommand, waiverKeyCommand, waiverSignCommand } from "../../cli/waiver.ts";
import { utcToday } from "../../policies/waiver.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-waiver-cli-"));
const key = join(folder, "approver.jwk");
const approvers = join(folder, "approvers.jwks");
const file = join(folder, "declaration.yaml");
const name = "security@alpen-ai.example";
const soon = `${Number(utcToday().slice(0, 4)) + (utcToday() > `${utcToday().slice(0, 4)}-06-30` ? 1 : 0)}-06-30`;

let said = "";
beforeAll(async () => {
  await quietly(() => waiverKeyCommand({ name, out: key }));
});
beforeEach(() => {
  said = "";
  process.exitCode = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
});

const waiver = (resource: string, expires = soon) => [
  "  - rule: doors-stay-here",
  `    resource: aws:cloudfront/distribution:Distribution::${resource} # the one`,
  "    because: Public website, no personal data",
  `    approvedBy: ${name}`,
  `    expires: ${expires} # asked for by the web team`,
];
const written = (...parts: string[]) => writeFileSync(file, ["# ours", "country: CH", "waivers:", ...parts].join("\n"));

describe("freehold waiver key", () => {
  it("keeps the private key in a file that only its owner reads, and never prints it", () => {
    const secret = JSON.parse(readFileSync(key, "utf8"));
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(secret).toMatchObject({ kty: "OKP", crv: "Ed25519", kid: name });
    expect(readFileSync(approvers, "utf8")).not.toContain(secret.d);
    expect(printed).not.toContain(secret.d);
    expect(printed).toContain("npx freehold waiver sign");
  });

  it("adds a further approver, and takes no name twice", async () => {
    const out = join(folder, "second.jwk");
    await quietly(() => waiverKeyCommand({ name: "deputy@alpen-ai.example", out, json: true }));
    const { keys } = JSON.parse(readFileSync(approvers, "utf8"));
    expect(keys.map(({ kid }: { kid: string }) => kid)).toEqual([name, "deputy@alpen-ai.example"]);
    expect(keys.every((each: object) => !("d" in each))).toBe(true);
    expect(said).not.toContain(JSON.parse(readFileSync(out, "utf8")).d);
    await expect(waiverKeyCommand({ name, out: join(folder, "third.jwk") })).rejects.toThrow("has a key of security@");
    await expect(waiverKeyCommand({ name: "x", out: key })).rejects.toThrow("is there already");
    expect(existsSync(join(folder, "third.jwk"))).toBe(false);
  });
});

describe("freehold waiver sign", () => {
  it("shows what is approved, writes the signature and leaves every other character alone", async () => {
    written(...waiver("website"), "    # the end of it", "hosts: [a.example]", "");
    const before = readFileSync(file, "utf8");
    await quietly(() => waiverSignCommand({ key, file }));
    for (const part of ["CH", "doors-stay-here", "::website", "Public website", name, soon])
      expect(said).toContain(part);
    const after = readFileSync(file, "utf8");
    expect(after.replace(/^ {4}signature: [\w.-]+\n/m, "")).toBe(before);
    await quietly(() => waiverCheckCommand({ file, approvers }));
    expect(said).toContain(`1 of 1 waivers for CH hold on ${utcToday()}`);
    expect(process.exitCode).toBeUndefined();
  });

  it.each([
    [
      "in braces",
      `  - { rule: doors-stay-here, resource: "a:b:C::d", because: x, approvedBy: ${name}, expires: ${soon} }\n`,
    ],
    ["at the end of a file without a last line break", waiver("website").join("\n")],
    [
      "with a block of text last",
      [
        ...waiver("website").filter((line) => !/because/.test(line)),
        "    because: >-",
        "      Public website,",
        "      no personal data",
        "",
      ].join("\n"),
    ],
    ["with line breaks of Windows", `${waiver("website").join("\r\n")}\r\n`],
  ])("signs a waiver %s, and again when it was changed", async (_, text) => {
    written(text);
    await quietly(() => waiverSignCommand({ key, file }));
    await quietly(() => waiverCheckCommand({ file, approvers }));
    expect(process.exitCode, said).toBeUndefined();
    writeFileSync(file, readFileSync(file, "utf8").replace("doors-stay-here", "data-stays-here"));
    await quietly(() => waiverCheckCommand({ file, approvers }));
    expect(said).toContain("rule was changed");
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    await quietly(() => waiverSignCommand({ key, file }));
    await quietly(() => waiverCheckCommand({ file, approvers }));
    expect(process.exitCode, said).toBeUndefined();
    expect(readFileSync(file, "utf8").match(/signature:/g)).toHaveLength(1);
  });

  it("signs one of several: the only unsigned one, or that which is named", async () => {
    written(...waiver("one"), ...waiver("two"), "");
    await expect(waiverSignCommand({ key, file })).rejects.toThrow("choose one with --index");
    await quietly(() => waiverSignCommand({ key, file, index: "1" }));
    expect(said).toContain("Distribution::two");
    await quietly(() => waiverSignCommand({ key, file }));
    expect(said).toContain("Distribution::one");
    await expect(waiverSignCommand({ key, file, rule: "no-such-rule" })).rejects.toThrow(
      "has 0 of 2 waivers like that",
    );
    await quietly(() => waiverSignCommand({ key, file, resource: "aws:cloudfront/distribution:Distribution::two" }));
    await quietly(() => waiverCheckCommand({ file, approvers, json: true }));
    expect(JSON.parse(said).approvals.map(({ fault }: { fault?: string }) => fault)).toEqual([undefined, undefined]);
  });

  it("signs in a country file, for its country", async () => {
    const stack = join(folder, "Pulumi.ch.yaml");
    const smallest = readFileSync(new URL("../fixtures/smallest.yaml", import.meta.url), "utf8");
    const guards = [
      "  freehold:guards:",
      "    waivers:",
      ...waiver("website", `"${soon}"`).map((line) => `    ${line}`),
      "",
    ];
    writeFileSync(stack, `${smallest.trimEnd()}\n${guards.join("\n")}`);
    await quietly(() => waiverSignCommand({ key, file: stack }));
    await quietly(() => waiverCheckCommand({ file: stack, approvers }));
    expect(said).toContain("1 of 1 waivers for CH hold");
  });

  it.each([
    ["an expired one", waiver("a", "2026-01-01"), "expired on 2026-01-01"],
    ["one for more than a year", waiver("a", "2099-01-01"), "more than a year ahead"],
    [
      "one for everything",
      waiver("a").map((line) => line.replace(/resource: .*/, 'resource: "*"')),
      "neither <type>::<name> nor",
    ],
    [
      "one of an unknown rule",
      waiver("a").map((line) => line.replace("doors-stay-here", "doors")),
      "rule unknown: doors",
    ],
    [
      "somebody else's",
      waiver("a").map((line) => line.replace(name, "cto@alpen-ai.example")),
      "is for cto@alpen-ai.example to approve",
    ],
    [
      "one behind an alias",
      [
        ...waiver("a")
          .slice(0, 1)
          .map((line) => line.replace("- ", "- &one\n    ")),
        ...waiver("a").slice(1),
        "  - *one",
      ],
      "written out",
    ],
  ])("refuses %s, and leaves the file as it is", async (_, text, found) => {
    written(...text, "");
    const before = readFileSync(file, "utf8");
    await expect(waiverSignCommand({ key, file, index: "0" })).rejects.toThrow(found);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("takes no key that others can read, or that is none, and says nothing of it", async () => {
    written(...waiver("website"), "");
    const open = join(folder, "open.jwk");
    writeFileSync(open, readFileSync(key));
    chmodSync(open, 0o644);
    await expect(waiverSignCommand({ key: open, file })).rejects.toThrow("can be read by others");
    const wrong = join(folder, "wrong.jwk");
    writeFileSync(wrong, "s3cret", { mode: 0o600 });
    const refused = waiverSignCommand({ key: wrong, file });
    await expect(refused).rejects.toThrow("holds no private key");
    await expect(refused).rejects.not.toThrow("s3cret");
    await expect(waiverSignCommand({ key: join(folder, "none.jwk"), file })).rejects.toThrow("is not there");
  });

  it("asks for the country where a file says none", async () => {
    written(...waiver("website"), "");
    writeFileSync(file, readFileSync(file, "utf8").replace("country: CH\n", ""));
    vi.stubEnv("FREEHOLD_COUNTRY", "");
    await expect(waiverSignCommand({ key, file })).rejects.toThrow("names no country");
    vi.stubEnv("FREEHOLD_COUNTRY", "DE");
    await quietly(() => waiverSignCommand({ key, file, json: true }));
    expect(JSON.parse(said).country).toBe("DE");
    vi.unstubAllEnvs();
  });
});

describe("freehold waiver check", () => {
  it("says of each whether it holds, and ends with 1 where one does not", async () => {
    written(...waiver("one"), ...waiver("two"), "");
    await quietly(() => waiverSignCommand({ key, file, index: "0" }));
    await quietly(() => waiverCheckCommand({ file, approvers }));
    expect(said).toMatch(/waivers\[0\] {2}holds/);
    expect(said).toMatch(/waivers\[1\] {2}unsigned/);
    expect(said).toContain("--index 1");
    expect(process.exitCode).toBe(1);
  });
});

let printed = "";
/** What a command prints, kept in `said`. */
async function quietly(command: () => Promise<void>): Promise<void> {
  said = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
  try {
    await command();
  } finally {
    spy.mockRestore();
    printed ||= said;
  }
}
