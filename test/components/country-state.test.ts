import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CountryFaults, judgeState, loadCountry, parseCountry, readStackFile } from "../../components/country.ts";

const smallest = fileURLToPath(new URL("../fixtures/smallest.yaml", import.meta.url));
const { values } = readStackFile(smallest);

/** What is wrong with a country that declares this state, as paths and what was found. */
function declared(state: object, more: object = {}): string[] {
  try {
    parseCountry({
      ...values,
      ...more,
      state: { backend: "file:///srv/state", secretsProvider: "passphrase", ...state },
    });
    return [];
  } catch (error) {
    if (!(error instanceof CountryFaults)) throw error;
    return error.faults.map(({ path, found }) => `${path}: ${found}`);
  }
}

const guards = (...hosts: string[]) => ({ guards: { hosts, registries: [] } });

describe("a declared backend", () => {
  it.each([
    "file://~",
    "file:///srv/state",
    "s3://state?region=eu-central-2&awssdk=v2",
    "s3://state?region=us-east-1&endpoint=minio.alpen-ai.example:9000&s3ForcePathStyle=true",
    "s3://state?endpoint=https://minio.alpen-ai.example",
    "azblob://state?storage_account=alpen&domain=blob.alpen-ai.example",
    "postgres://db.alpen-ai.example:5432/pulumi?sslmode=verify-full",
    "https://pulumi.alpen-ai.example",
  ])("in the country is taken: %s", (backend) => {
    expect(declared({ backend })).toEqual([]);
  });

  it.each([
    ["https://api.pulumi.com", "Pulumi Cloud, run from the United States"],
    ["https://app.pulumi.com/alpen", "Pulumi Cloud, run from the United States"],
    ["pulumi", "Pulumi Cloud, run from the United States"],
    ["s3://state?region=us-east-1", "the United States (us-east-1, AWS)"],
    ["s3://state?region=eu-isoe-west-1", "which the catalogue places nowhere"],
    ["s3://state", "leaves its place to the environment"],
    ["s3://state?region=eu-central-2&endpoint=s3.us-east-1.amazonaws.com", "the United States (us-east-1, AWS)"],
    ["s3://state?endpoint=alpen-ai.example.evil.example", "which nothing places in Switzerland"],
    ["azblob://state", "leaves its place to the environment"],
    ["azblob://state?storage_account=alpen", "alpen.blob.core.windows.net, which nothing places in Switzerland"],
    ["gs://state", "state.storage.googleapis.com, which nothing places in Switzerland"],
    ["postgres://db.elsewhere.example/pulumi", "which nothing places in Switzerland"],
    ["postgres://db.alpen-ai.example/pulumi?host=db.elsewhere.example", "db.elsewhere.example, which nothing places"],
    ["postgres:///pulumi", "leaves its place to the environment"],
    ["https://pulumi.elsewhere.example", "which nothing places in Switzerland"],
    ["http://pulumi.alpen-ai.example", "which cannot be placed"],
    ["mem://", "which cannot be placed"],
  ])("elsewhere, or nobody knows where, is refused: %s", (backend, found) => {
    const faults = declared({ backend });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^freehold:state\.backend: /);
    expect(faults[0]).toContain(found);
  });

  it("whose place only the operator knows is taken once it is declared among the guards", () => {
    expect(declared({ backend: "gs://state" }, guards("state.storage.googleapis.com"))).toEqual([]);
    expect(declared({ backend: "azblob://s?storage_account=alpen" }, guards("alpen.blob.core.windows.net"))).toEqual(
      [],
    );
    expect(
      declared({ backend: "azblob://s?storage_account=other" }, guards("alpen.blob.core.windows.net")),
    ).toHaveLength(1);
  });

  it("carries no credentials", () => {
    for (const backend of [
      "postgres://pulumi:hunter2@db.alpen-ai.example/pulumi",
      "postgres://db.alpen-ai.example/pulumi?password=hunter2",
    ]) {
      const faults = declared({ backend });
      expect(faults).toMatchObject([expect.stringContaining("in plain text")]);
      expect(faults.join()).not.toContain("hunter2");
    }
    expect(declared({ backend: "postgres://pulumi@db.alpen-ai.example/pulumi" })).toEqual([]);
  });
});

describe("a declared secrets provider", () => {
  it.each([
    ["passphrase", {}],
    ["awskms://alias/state?region=eu-central-2", {}],
    ["awskms:///arn:aws:kms:eu-central-2:111122223333:key/abc", {}],
    ["awskms://alias/state?region=us-east-1&endpoint=https://kms.alpen-ai.example", {}],
    ["gcpkms://projects/p/locations/europe-west6/keyRings/r/cryptoKeys/k", {}],
    ["azurekeyvault://alpen.vault.azure.net/keys/state", guards("alpen.vault.azure.net")],
    ["https://pulumi.alpen-ai.example", {}],
  ])("in the country is taken: %s", (secretsProvider, more) => {
    expect(declared({ secretsProvider }, more)).toEqual([]);
  });

  it.each([
    ["awskms://alias/state", "leaves its place to the environment"],
    ["awskms://alias/state?region=us-east-1", "the United States"],
    ["awskms:///arn:aws:kms:us-east-1:111122223333:key/abc?region=eu-central-2", "the United States"],
    ["awskms:///arn%3Aaws%3Akms%3Aus-east-1%3A111122223333%3Akey/abc?region=eu-central-2", "the United States"],
    ["gcpkms://projects/p/locations/global/keyRings/r/cryptoKeys/k", "global, which the catalogue places nowhere"],
    ["gcpkms://projects/p/locations/us-east1/keyRings/r/cryptoKeys/k", "the United States"],
    ["azurekeyvault://alpen.vault.azure.net/keys/state", "which nothing places in Switzerland"],
    ["hashivault://state", "does not say where the vault stands"],
    ["https://api.pulumi.com", "Pulumi Cloud"],
    ["default", "default"],
  ])("elsewhere, or nobody knows where, is refused: %s", (secretsProvider, found) => {
    const faults = declared({ secretsProvider });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^freehold:state\.secretsProvider: /);
    expect(faults[0]).toContain(found);
  });

  it("in a vault is judged by the vault's address", () => {
    const secretsProvider = "hashivault://state";
    expect(declared({ secretsProvider, vaultAddress: "https://vault.alpen-ai.example:8200" })).toEqual([]);
    expect(declared({ secretsProvider, vaultAddress: "https://vault.elsewhere.example" })).toMatchObject([
      expect.stringMatching(/^freehold:state\.vaultAddress: vault\.elsewhere\.example, which nothing places/),
    ]);
  });
});

describe("the state in use", () => {
  const saved = { ...process.env };
  beforeEach(() => {
    delete process.env.VAULT_ADDR;
    delete process.env.VAULT_SERVER_URL;
  });
  afterEach(() => {
    process.env = { ...saved };
  });

  const country = loadCountry(smallest);
  const inUse = { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" };

  it("that is the declared one is quiet, however it is spelt", () => {
    expect(judgeState(country, inUse)).toEqual([]);
    expect(judgeState(country, { ...inUse, backend: "file:///srv/freehold/state/" })).toEqual([]);
    const home = { ...country, state: { ...country.state, backend: "file://~/state" } };
    expect(judgeState(home, { ...inUse, backend: `file://${homedir()}/state` })).toEqual([]);
    const store = { ...country, state: { ...country.state, backend: "s3://state?region=eu-central-2&awssdk=v2" } };
    expect(judgeState(store, { ...inUse, backend: "s3://state?awssdk=v2&region=eu-central-2" })).toEqual([]);
  });

  it("that is another one at home is refused, with the command that changes it", () => {
    expect(judgeState(country, { ...inUse, backend: "file:///tmp/state" })).toMatchObject([
      {
        path: "freehold:state.backend",
        found: "in use: file:///tmp/state",
        remedy: expect.stringContaining("npx pulumi login 'file:///srv/freehold/state'"),
      },
    ]);
  });

  it("that is Pulumi Cloud, for state and secrets, is refused under the law", () => {
    const cloud = { backend: "https://api.pulumi.com", secretsProvider: "https://api.pulumi.com" };
    const law = "Federal Act on Data Protection (revFADP/nDSG)";
    expect(judgeState(country, cloud)).toMatchObject([
      { path: "freehold:state.backend", found: expect.stringContaining("Pulumi Cloud"), law },
      { path: "freehold:state.secretsProvider", found: expect.stringContaining("Pulumi Cloud"), law },
    ]);
  });

  it("is placed in the file that declares it", () => {
    const { locate } = readStackFile(smallest);
    const [fault] = judgeState(country, { ...inUse, backend: "https://api.pulumi.com" }, smallest, locate);
    expect(fault).toMatchObject({ file: smallest, line: 5 });
  });

  it("in a vault is looked for where Pulumi looks: VAULT_SERVER_URL, then VAULT_ADDR", () => {
    const vaultAddress = "https://vault.alpen-ai.example:8200";
    const state = { ...country.state, secretsProvider: "hashivault://state", vaultAddress };
    const sealed = { ...inUse, secretsProvider: "hashivault://state" };
    expect(judgeState({ ...country, state }, { ...sealed, vaultAddress })).toEqual([]);
    process.env.VAULT_ADDR = vaultAddress;
    expect(judgeState({ ...country, state }, sealed)).toEqual([]);
    process.env.VAULT_SERVER_URL = "https://vault.elsewhere.example";
    expect(judgeState({ ...country, state }, sealed)).toMatchObject([
      { found: expect.stringContaining("vault.elsewhere.example, which nothing places"), law: expect.anything() },
      { path: "freehold:state.vaultAddress" },
    ]);
  });

  it("never shows a password", () => {
    const report = JSON.stringify(
      judgeState(country, { ...inUse, backend: "postgres://u:hunter2@db.elsewhere.example/p" }),
    );
    expect(report).toContain("db.elsewhere.example");
    expect(report).not.toContain("hunter2");
  });
});
