import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  CountryFaults,
  countryFromEngine,
  loadCountry,
  parseCountry,
  readStackFile,
} from "../../components/country.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const example = join(root, "stacks/Pulumi.ch.yaml");
const smallest = join(root, "test/fixtures/smallest.yaml");
const scratch = mkdtempSync(join(tmpdir(), "freehold-country-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of the smallest file, changed. */
function changed(change: (text: string) => string | Uint8Array): string {
  const path = join(scratch, "changed.yaml");
  writeFileSync(path, change(readFileSync(smallest, "utf8")));
  return path;
}

function faultsOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof CountryFaults) return error.faults;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a country file", () => {
  it("is small: about ten lines say everything that has no default", () => {
    expect(readFileSync(smallest, "utf8").trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(loadCountry(smallest)).toMatchSnapshot();
  });

  it("has no smaller form: each of its sections is missed when it is gone", () => {
    const sections = Object.keys(readStackFile(smallest).values);
    expect(sections).toHaveLength(7);
    for (const section of sections) {
      const path = changed((text) => text.replace(new RegExp(`  freehold:${section}:.*\n`), ""));
      expect(faultsOf(() => loadCountry(path))).toMatchObject([{ path: `freehold:${section}`, found: "nothing" }]);
    }
  });

  it("of Switzerland, the example, is valid and as it is described", () => {
    const country = loadCountry(example);
    expect(Object.keys(country.pools)).toEqual(["h200", "slices", "bench"]);
    expect(Object.keys(country.models)).toEqual(["apertus-70b", "apertus-8b", "mistral-large", "embeddings"]);
    expect(Object.keys(country.tenants)).toEqual(["kanton", "spital", "bank", "hochschule", "gemeinden"]);
    expect(country.target.place).toBe("CH-ZH");
  });

  it("keeps what prompts begin with where the door salts it, or one tenant alone is served", () => {
    const { modelServers } = loadCountry(example);
    const kept = Object.entries(modelServers).map(([name, { prefixCache }]) => [name, prefixCache] as const);
    // Two tenants share the embeddings, which nobody salts.
    expect(kept.filter(([, isKept]) => !isKept)).toEqual([["embeddings", false]]);
    expect(kept).toEqual(
      expect.arrayContaining([
        ["apertus-8b", true],
        ["spital-embeddings", true],
      ]),
    );
  });

  it("points editors at the schema in its first line", () => {
    expect(readFileSync(example, "utf8").split("\n")[0]).toBe("# yaml-language-server: $schema=country.schema.json");
  });

  it("may be of Norway, whose code YAML 1.1 would read as false", () => {
    const path = changed((text) => text.replace("country: CH", "country: NO").replace("place: CH", "place: NO"));
    expect(loadCountry(path)).toMatchObject({ country: "NO", target: { place: "NO" } });
  });

  it("may stand in a cloud region of the country, by either of Azure's spellings", () => {
    for (const place of ["eu-central-2", "switzerlandnorth", "Switzerland North", "CH-GE"]) {
      const path = changed((text) => text.replace("place: CH", `place: ${place}`));
      expect(loadCountry(path).target.place).toBe(place);
    }
  });

  it("may end its lines as Windows does, begin with a byte order mark, and have blanks at the ends of its lines", () => {
    const expected = loadCountry(smallest);
    expect(loadCountry(changed((text) => text.replaceAll("\n", "\r\n")))).toEqual(expected);
    expect(loadCountry(changed((text) => `\ufeff${text}`))).toEqual(expected);
    expect(loadCountry(changed((text) => text.replaceAll("\n", "   \n")))).toEqual(expected);
  });

  it("counts lines the same with either line ending", () => {
    const broken = (text: string) => text.replace("nodes: 1", "nodes: none");
    const [unix] = faultsOf(() => loadCountry(changed(broken)));
    const [windows] = faultsOf(() => loadCountry(changed((text) => broken(text).replaceAll("\n", "\r\n"))));
    expect(unix).toMatchObject({ line: 6, column: 59 });
    expect(windows).toMatchObject({ line: 6, column: 59 });
  });

  it("may reuse values by anchor, alias and merge, and faults in them are found where they are written", () => {
    const text = (tokens: string) =>
      `config:\n  freehold:tenants:\n    first: &each { tokensPerMinute: ${tokens} }\n    second: { <<: *each, displayName: Second }\n`;
    const rest = readFileSync(smallest, "utf8")
      .replace("config:\n", "")
      .replace(/ {2}freehold:tenants:.*\n/, "");
    const path = changed(() => text("5000") + rest);
    expect(loadCountry(path).tenants.second).toMatchObject({ tokensPerMinute: 5000, displayName: "Second" });
    const faults = faultsOf(() => loadCountry(changed(() => text("many") + rest)));
    expect(faults).toMatchObject([
      { path: "freehold:tenants.first.tokensPerMinute", line: 3, column: 37 },
      { path: "freehold:tenants.second.tokensPerMinute", line: 3, column: 37 },
    ]);
  });

  it("leaves keys of other namespaces, and Pulumi's own, alone", () => {
    const path = changed(
      (text) =>
        `encryptionsalt: v1:x:v1:y\nsecretsprovider: passphrase\n${text}  pulumi:disable-default-providers: ["*"]\n  kubernetes:context: alpen\n`,
    );
    expect(loadCountry(path)).toEqual(loadCountry(smallest));
    expect(readStackFile(path).top).toEqual({ encryptionsalt: "v1:x:v1:y", secretsprovider: "passphrase" });
  });

  it("may hold the key seed, encrypted, and gives it to nobody", () => {
    const path = changed((text) => `${text}  freehold:keySeed:\n    secure: v1:AAAA:BBBB\n`);
    expect(readStackFile(path).values.keySeed).toEqual({ secure: "v1:AAAA:BBBB" });
    expect(loadCountry(path)).toEqual(loadCountry(smallest));
  });

  it("may be given as plain values, where there is no file", () => {
    const { values } = readStackFile(smallest);
    expect(parseCountry(values)).toEqual(loadCountry(smallest));
    const [fault] = faultsOf(() => parseCountry({ ...values, country: "XX" }));
    expect(fault).toMatchObject({ path: "freehold:country", found: "XX" });
    expect(fault).not.toHaveProperty("line");
  });
});

describe("a country in the engine's settings", () => {
  const { values } = readStackFile(smallest);
  const settings = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `freehold:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );

  it("is the country of the file", () => {
    expect(countryFromEngine(settings, { secretKeys: [] })).toEqual(loadCountry(smallest));
    expect(countryFromEngine({ ...settings, "kubernetes:context": "x" }, { secretKeys: [] })).toEqual(
      loadCountry(smallest),
    );
  });

  it("is refused with the file's lines where the file says the same, and without where it does not", () => {
    const pools = JSON.stringify({ h200: { accelerator: "h300", nodes: 1 } });
    const path = changed((text) => text.replace("h200-sxm", "h300"));
    const wrong = { ...settings, "freehold:pools": pools, "freehold:country": "XX" };
    const faults = faultsOf(() => countryFromEngine(wrong, { secretKeys: [], file: path }));
    expect(faults.map((fault) => [fault.path, fault.line])).toEqual([
      ["freehold:country", undefined],
      ["freehold:pools.h200.accelerator", 6],
    ]);
  });

  it("is refused without lines where there is no file", () => {
    const [fault] = faultsOf(() =>
      countryFromEngine(
        { ...settings, "freehold:country": "XX" },
        { secretKeys: [], file: join(scratch, "none.yaml") },
      ),
    );
    expect(fault).toMatchObject({ path: "freehold:country" });
  });

  it("holds the key seed as a secret, or is refused", () => {
    const seeded = { ...settings, "freehold:keySeed": "5f2c9d71" };
    expect(countryFromEngine(seeded, { secretKeys: ["freehold:keySeed"] })).toEqual(loadCountry(smallest));
    const faults = faultsOf(() => countryFromEngine(seeded, { secretKeys: [] }));
    expect(faults).toMatchObject([{ path: "freehold:keySeed", allowed: "an encrypted value" }]);
    expect(JSON.stringify(faults)).not.toContain("5f2c9d71");
  });
});
