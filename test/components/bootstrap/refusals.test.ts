import { describe, expect, it } from "vitest";
import { firstStepOf } from "../../../components/bootstrap.ts";
import type { Country } from "../../../components/country.ts";
import { brazil, india } from "./countries.ts";

/** What the first step cannot make, as path, what was found and the remedy. */
async function findings(country: Country): Promise<string[]> {
  const { findings } = await firstStepOf(country);
  for (const { allowed } of findings) expect(allowed).toMatch(/^\S.{0,400}$/);
  return findings.map(({ at, found, remedy }) => `${at.join(".")}: ${found} -> ${remedy}`);
}

describe("a first step on AWS", () => {
  it.each([
    [
      { backend: "s3://freehold-in-state?region=ap-south-2" },
      /^state\.backend: .*in ap-south-2, and the target is in ap-south-1 -> write {2}backend: s3:\/\/freehold-in-state\?region=ap-south-1$/,
    ],
    [
      { backend: "s3://Freehold_State?region=ap-south-1" },
      /cannot be the name of a bucket -> write {2}backend: s3:\/\/freehold-state\?/,
    ],
    [
      { backend: "azblob://state?storage_account=freehold" },
      /^state\.backend: .*which is of Azure, and the target is AWS -> write {2}backend: s3:/,
    ],
    [
      { secretsProvider: "awskms://alias/freehold?region=ap-south-2" },
      /^state\.secretsProvider: .*in ap-south-2, and the target is in ap-south-1/,
    ],
    [
      { secretsProvider: "awskms:///arn:aws:kms:ap-south-2:111122223333:alias/freehold" },
      /in ap-south-2, and the target is in ap-south-1/,
    ],
    [
      { secretsProvider: "awskms:///arn:aws:kms:ap-south-1:999988887777:alias/freehold" },
      /a key of account 999988887777 -> write {2}secretsProvider: awskms:\/\/\/arn:aws:kms:ap-south-1:111122223333:alias\/freehold\?region=ap-south-1$/,
    ],
    [
      { secretsProvider: "awskms:///arn:aws-us-gov:kms:ap-south-1:111122223333:alias/freehold" },
      /an ARN of partition aws-us-gov -> .*arn:aws:kms/,
    ],
    [
      { secretsProvider: "awskms://alias/aws/s3?region=ap-south-1" },
      /alias\/aws\/s3 cannot be the name of a key of one's own/,
    ],
    [
      { secretsProvider: "azurekeyvault://freehold.vault.azure.net/keys/state" },
      /which is of Azure, and the target is AWS -> write {2}secretsProvider: awskms:/,
    ],
    [{ callers: ["10.1.0.0/16"] }, /^state\.callers\.0: 10\.1\.0\.0\/16, which no public service ever sees/],
  ])("refuses %o", async (state, expected) => {
    expect(await findings(india(state))).toEqual([expect.stringMatching(expected)]);
  });
});

describe("a first step on Azure", () => {
  it.each([
    [
      { backend: "s3://state?region=sa-east-1" },
      /^state\.backend: .*which is of AWS, and the target is Azure -> write {2}backend: azblob:/,
    ],
    [
      { backend: "azblob://state?storage_account=Freehold-State" },
      /Freehold-State cannot be the name of a storage account -> write {2}backend: azblob:\/\/state\?storage_account=freeholdbrstate[0-9a-f]{8}$/,
    ],
    [{ backend: "azblob://my--state?storage_account=freeholdstate" }, /my--state cannot be the name of a container/],
    [
      { backend: "azblob://state?storage_account=freeholdstate&domain=blob.core.usgovcloudapi.net" },
      /at blob\.core\.usgovcloudapi\.net/,
    ],
    [
      { secretsProvider: "azurekeyvault://freehold.vault.azure.net/keys/state/0123456789abcdef" },
      /with version 0123456789abcdef, which a key has once it is made -> .*\/keys\/state$/,
    ],
    [{ secretsProvider: "azurekeyvault://freehold.vault.azure.cn/keys/state" }, /no key vault of Azure's public cloud/],
    [{ secretsProvider: "azurekeyvault://freehold.vault.azure.net/secrets/state" }, /is no key ->/],
    [
      { callers: [] },
      /^state\.callers: nothing, and state and key in Azure stand behind a firewall -> add {2}callers:/,
    ],
    [{ callers: ["192.168.1.0/24"] }, /which no public service ever sees/],
  ])("refuses %o", async (state, expected) => {
    expect(await findings(brazil(state))).toEqual([expect.stringMatching(expected)]);
  });
});
