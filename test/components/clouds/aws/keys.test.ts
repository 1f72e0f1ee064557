import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { awsGround } from "../../../../components/clouds/aws/ground.ts";
import type { AwsTarget } from "../../../../components/clouds/aws/target.ts";
import { type Any, countryOn, Whole } from "./planned.ts";

type Made = Record<string, Any>;

/** Properties of what is made for a country with these keys, by `<type> <name>`; a key's ARN is its name. */
async function made(keys: AwsTarget["keys"]): Promise<Made> {
  const resources: Made = {};
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      resources[`${type.split(":").at(-1)} ${name}`] = inputs;
      const given = { arn: type.endsWith(":Alias") ? inputs.name : `${type.split(":").at(-1)}/${name}`, keyId: name };
      return { id: name, state: { ...inputs, ...given, latestVersion: 1, certificateAuthority: { data: "Q0E=" } } };
    },
    call: () => ({}),
  });
  const registry = { upstreams: { mirror: { host: "registry.bharat-compute.example" } } };
  awsGround(countryOn({ keys, registry }), { parent: new Whole("country") });
  await pulumi.runtime.disconnect();
  return resources;
}

const keysIn = (resources: Made) => Object.keys(resources).filter((name) => name.startsWith("Key "));
const xks = { kind: "xks", customKeyStore: "cks-1234567890abcdef0", externalKey: "in-hsm-1" } as const;

it("a changed key encrypts what is new, and the one before it stays for what it encrypted", async () => {
  const before = await made({ kind: "kms" });
  const after = await made({ kind: "kms", earlier: [{ kind: "kms" }] });
  expect(keysIn(after)).toEqual([...keysIn(before), "Key volumes-2", "Key objects-2", "Key logs-2"]);
  for (const key of keysIn(before)) expect(after[key]).toEqual(before[key]);
  const encryption = after["BucketServerSideEncryptionConfiguration weights"].rules[0];
  expect(encryption.applyServerSideEncryptionByDefault.kmsMasterKeyId).toBe("Key/objects-2");
  expect(after["BucketPolicy weights"].policy).toContain("Key/objects-2");
  expect(after["LogGroup control-plane"].kmsKeyId).toBe("Key/logs-2");
  expect(after["Trail trail"].kmsKeyId).toBe("Key/logs-2");
  expect(after["RepositoryCreationTemplate mirror"].encryptionConfigurations[0].kmsKey).toBe("Key/objects-2");
});

it("nothing that would have to be made anew names another key: the cluster, nodes, the class of volumes", async () => {
  const before = await made({ kind: "kms" });
  const after = await made({ ...xks, earlier: [{ kind: "kms" }, { ...xks, externalKey: "in-hsm-0" }] });
  for (const name of [
    "Cluster cluster",
    "LaunchTemplate h100",
    "NodeGroup h100",
    "StorageClass encrypted",
    "DefaultKmsKey key",
  ]) {
    expect(after[name], name).toBeDefined();
    expect(after[name], name).toEqual(before[name]);
  }
  expect(after["Cluster cluster"].encryptionConfig.provider.keyArn).toBe("Key/cluster");
  expect(after["StorageClass encrypted"].parameters.kmsKeyId).toBe("alias/freehold-in-volumes");
});

it("roles are let at every key by its name, and a key that leaves a name has its own before", async () => {
  const after = await made({ ...xks, earlier: [{ kind: "kms" }] });
  expect(keysIn(after)).toEqual(["Key cluster", "Key volumes", "Key objects", "Key logs", "Key all-2"]);
  expect(after["Key all-2"]).toMatchObject({ xksKeyId: "in-hsm-1", description: expect.stringMatching(/ \(2\)$/) });
  const named = Object.entries(after).filter(([name]) => name.startsWith("Alias "));
  expect(Object.fromEntries(named.map(([, { name, targetKeyId }]) => [name, targetKeyId]))).toEqual({
    "alias/freehold-in-cluster": "cluster",
    "alias/freehold-in-volumes": "all-2",
    "alias/freehold-in-volumes-1": "volumes",
    "alias/freehold-in-objects": "all-2",
    "alias/freehold-in-objects-1": "objects",
    "alias/freehold-in-logs": "all-2",
    "alias/freehold-in-logs-1": "logs",
  });
  const { Statement } = JSON.parse(after["RolePolicy weights"].policy);
  expect(Statement.at(-1).Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"]).toEqual([
    "alias/freehold-in-objects",
    "alias/freehold-in-objects-1",
  ]);
});
