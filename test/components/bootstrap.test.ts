import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { firstStepOf } from "../../components/bootstrap.ts";
import { type Country, loadCountry } from "../../components/country.ts";
import type { Resource } from "../../policies/fact.ts";
import { plan } from "../../policies/program.ts";
import { brazil, india, made } from "./bootstrap/countries.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: properties as deep as the clouds have them.
type Any = any;

/** Properties of the one resource of a type, or of the one with the name. */
function one(resources: Resource[], type: string, name?: string): Any {
  const found = resources.filter((each) => each.type === type && (name === undefined || each.name === name));
  expect(found, `${type} ${name ?? ""}`).toHaveLength(1);
  return found[0]!.props;
}

describe("the first step on AWS", () => {
  it("makes the bucket and the key that the file names, and a key of the bucket's own", async () => {
    expect(await firstStepOf(india())).toMatchObject({
      makes: [
        "bucket freehold-in-state in ap-south-1",
        "key alias/freehold-in-state-objects, of what is in the bucket",
        "key alias/freehold-in-state in ap-south-1, of the secrets in the state",
      ],
      leaves: [],
      findings: [],
    });
    const { resources } = await made(india());
    expect(one(resources, "pulumi:providers:aws")).toMatchObject({
      region: "ap-south-1",
      allowedAccountIds: '["111122223333"]',
    });
    expect(one(resources, "aws:kms/alias:Alias", "secrets")).toEqual({
      name: "alias/freehold-in-state",
      targetKeyId: "secrets-id",
    });
  });

  it("closes the bucket: its own key, every version, no public, no lists of access, nothing deleted with it", async () => {
    const { resources } = await made(india());
    expect(one(resources, "aws:s3/bucket:Bucket")).toEqual({ bucket: "freehold-in-state", forceDestroy: false });
    expect(one(resources, "aws:s3/bucketVersioning:BucketVersioning").versioningConfiguration.status).toBe("Enabled");
    expect(one(resources, "aws:s3/bucketOwnershipControls:BucketOwnershipControls").rule.objectOwnership).toBe(
      "BucketOwnerEnforced",
    );
    expect(one(resources, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const [rule] = one(
      resources,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ).rules;
    expect(rule).toMatchObject({
      applyServerSideEncryptionByDefault: {
        sseAlgorithm: "aws:kms",
        kmsMasterKeyId: "arn:aws:kms:ap-south-1:111122223333:key/objects-id",
      },
      blockedEncryptionTypes: ["SSE-C"],
    });
  });

  it("refuses callers without TLS and of other accounts, other keys, and copies; and others than declared", async () => {
    const refused = async (country: Country) => {
      const { resources } = await made(country);
      const { Statement } = JSON.parse(one(resources, "aws:s3/bucketPolicy:BucketPolicy").policy);
      expect(new Set(Statement.map(({ Effect }: Any) => Effect))).toEqual(new Set(["Deny"]));
      return Object.fromEntries(Statement.map(({ Sid, Condition }: Any) => [Sid, Condition]));
    };
    const open = await refused(india());
    expect(Object.keys(open)).toEqual([
      "OnlyOverTls",
      "OnlyThisAccount",
      "NoOtherKey",
      "NoOtherEncryption",
      "NoCopyElsewhere",
    ]);
    expect(open.OnlyThisAccount.StringNotEquals).toEqual({ "aws:PrincipalAccount": "111122223333" });
    const narrow = await refused(india({ callers: ["203.0.113.0/28"] }));
    expect(narrow.OnlyFromTheOperator.NotIpAddress).toEqual({ "aws:SourceIp": ["203.0.113.0/28"] });
  });

  it("turns keys over, keeps them in one region, and lets only the account say who uses them", async () => {
    const { resources } = await made(india());
    for (const name of ["secrets", "objects"]) {
      const key = one(resources, "aws:kms/key:Key", name);
      expect(key).toMatchObject({ enableKeyRotation: true, multiRegion: false, deletionWindowInDays: 30 });
      expect(JSON.parse(key.policy).Statement).toMatchObject([
        { Principal: { AWS: "arn:aws:iam::111122223333:root" } },
      ]);
    }
  });

  it("makes only what is declared", async () => {
    const folder = await firstStepOf(india({ backend: "file:///srv/state" }));
    expect(folder.makes).toEqual(["key alias/freehold-in-state in ap-south-1, of the secrets in the state"]);
    expect(folder.leaves).toEqual(["file:///srv/state: a folder of this machine or of one that it mounts"]);
    const passphrase = await firstStepOf(india({ secretsProvider: "passphrase" }));
    expect(passphrase.makes).toHaveLength(2);
    const { resources } = await made(india({ secretsProvider: "passphrase" }));
    one(resources, "aws:kms/key:Key", "objects");
    const there = await firstStepOf(
      india({
        backend: "s3://state?region=ap-south-1&endpoint=minio.operator.example",
        secretsProvider: "awskms:///arn:aws:kms:ap-south-1:111122223333:key/1234abcd-12ab",
      }),
    );
    expect(there.makes).toEqual([]);
    expect(there.leaves).toHaveLength(2);
  });
});

describe("the first step on Azure", () => {
  it("makes the account, the container and the key that the file names, in a group and a vault of their own", async () => {
    expect(await firstStepOf(brazil())).toMatchObject({
      makes: [
        "resource group freehold-br-state in brazilsouth",
        "key vault freehold-br-state in brazilsouth",
        "storage account freeholdbrstate in brazilsouth, with container state",
        "key state, of the secrets in the state",
      ],
      leaves: [],
      findings: [],
    });
    const { resources } = await made(brazil());
    expect(one(resources, "azure-native:storage:BlobContainer")).toMatchObject({
      accountName: "freeholdbrstate",
      containerName: "state",
      publicAccess: "None",
    });
  });

  it("closes the account: a key of its own, no account keys, no copy out of the region, the declared addresses alone", async () => {
    const { resources } = await made(brazil());
    expect(one(resources, "azure-native:storage:StorageAccount")).toMatchObject({
      sku: { name: "Standard_ZRS" },
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowedCopyScope: "PrivateLink",
      minimumTlsVersion: "TLS1_2",
      enableHttpsTrafficOnly: true,
      networkRuleSet: {
        bypass: "None",
        defaultAction: "Deny",
        // Its firewall knows no networks of 31 and 32 bits.
        ipRules: ["203.0.113.10", "198.51.100.4", "198.51.100.5", "192.0.2.0/24"].map((iPAddressOrRange) => ({
          action: "Allow",
          iPAddressOrRange,
        })),
      },
      encryption: {
        keySource: "Microsoft.Keyvault",
        keyVaultProperties: { keyVaultUri: "https://freehold-br-state.vault.azure.net/", keyName: "state-objects" },
        requireInfrastructureEncryption: true,
      },
    });
    expect(one(resources, "azure-native:storage:BlobServiceProperties")).toMatchObject({
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 365 },
    });
    const flat = await made(brazil({}, { network: { zones: [] } }));
    expect(one(flat.resources, "azure-native:storage:StorageAccount").sku.name).toBe("Standard_LRS");
  });

  it("closes the vault, and never turns over the key that Pulumi asks for without a version", async () => {
    const { resources } = await made(brazil());
    expect(one(resources, "azure-native:keyvault:Vault").properties).toMatchObject({
      sku: { name: "premium" },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
      networkAcls: { defaultAction: "Deny" },
    });
    const secrets = one(resources, "azure-native:keyvault:Key", "secrets");
    expect(secrets.keyName).toBe("state");
    expect(secrets.properties.rotationPolicy).toBeUndefined();
    expect(one(resources, "azure-native:keyvault:Key", "objects").properties.rotationPolicy).toBeDefined();
  });

  it("lets in the declared groups, by Entra alone, to the container and to the key", async () => {
    const { resources } = await made(brazil());
    const group = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    const grants = resources.filter(
      ({ type, props }) => type.endsWith(":RoleAssignment") && props.principalId === group,
    );
    expect(grants.map(({ props }) => String(props.scope).replace(/^.*\/providers\//, "")).sort()).toEqual([
      "Microsoft.KeyVault/vaults/freehold-br-state/keys/state",
      "Microsoft.Storage/storageAccounts/freeholdbrstate/blobServices/default/containers/state",
    ]);
  });

  it("makes a vault for the account also where a passphrase seals the secrets", async () => {
    const step = await firstStepOf(brazil({ secretsProvider: "passphrase" }));
    expect(step.makes[1]).toMatch(/^key vault freehold-br-sta-[0-9a-f]{8} in brazilsouth$/);
    expect(step.leaves).toEqual(["passphrase: the operator keeps it"]);
  });
});

describe("a country that makes no cloud", () => {
  it("needs no first step", async () => {
    const step = await firstStepOf(loadCountry(at("stacks/Pulumi.ch.yaml")));
    expect(step).toMatchObject({ makes: [], findings: [] });
    expect(step.leaves).toEqual([
      "file:///srv/freehold/state: a folder of this machine or of one that it mounts",
      "passphrase: the operator keeps it",
    ]);
    expect(await plan(await step.load().then((make) => () => make("state")))).toEqual([]);
  });
});

describe("the program of the first step", () => {
  it("is run as the country's own is", () => {
    const project = (path: string) => parse(readFileSync(at(path), "utf8"));
    const { runtime, config } = project("Pulumi.yaml");
    expect(project("bootstrap/Pulumi.yaml")).toMatchObject({ runtime, config });
  });
});
