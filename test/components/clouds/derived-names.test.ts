import { describe, expect, it } from "vitest";
import { planCountry } from "../../../cli/plan-country.ts";
import { parseCountry } from "../../../components/country.ts";

// The longest and the shortest cluster that a country file may name, and the longest pool beside the longest.
const longest = "a".repeat(40);
const shortest = "brxy";

const shared = { state: { backend: "file:///srv/state", secretsProvider: "passphrase" } };
const countries = {
  aws: (cluster: string, pool: string) => ({
    ...shared,
    country: "IN",
    operator: { name: "Bharat Compute", domain: "bharat-compute.example" },
    target: {
      kind: "aws",
      region: "ap-south-1",
      account: "111122223333",
      operators: ["arn:aws:iam::111122223333:role/operators"],
      cluster,
    },
    pools: { [pool]: { accelerator: "h100-sxm-80", nodes: 1 } },
    models: { sarvam: { model: "sarvamai/sarvam-105b", pool, gpus: 8 } },
    tenants: { rajya: {} },
  }),
  azure: (cluster: string, pool: string) => ({
    ...shared,
    country: "BR",
    operator: { name: "Nuvem BR", domain: "nuvem-br.example" },
    target: {
      kind: "azure",
      location: "brazilsouth",
      subscription: "5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11",
      tenant: "c3a9e1d2-5f47-4b6a-8d2e-7c1b0a9f8e66",
      admins: ["8d1f2c3b-4a5e-4f60-9b7c-1d2e3f4a5b6c"],
      cluster,
    },
    pools: { [pool]: { accelerator: "a100-pcie-80", nodes: 1, gpusPerNode: 1 } },
    models: { sabia: { model: "BSC-LT/salamandra-7b-instruct", pool } },
    tenants: { receita: {} },
  }),
};

/** What the services take, by type and the property that is the name. */
const takes: [type: string, property: string, pattern: RegExp][] = [
  ["s3/bucket:Bucket", "bucket", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/],
  ["iam/role:Role", "name", /^[\w+=,.@-]{1,64}$/],
  ["eks/cluster:Cluster", "name", /^[0-9A-Za-z][\w-]{0,99}$/],
  ["eks/nodeGroup:NodeGroup", "nodeGroupName", /^[0-9A-Za-z][\w-]{0,62}$/],
  ["kms/alias:Alias", "name", /^alias\/[\w/-]{1,249}$/],
  ["cloudtrail/trail:Trail", "name", /^(?!.*[._-]{2})[A-Za-z0-9][\w.-]{1,126}[A-Za-z0-9]$/],
  ["resources:ResourceGroup", "resourceGroupName", /^[-\w.()]{0,89}[-\w()]$/],
  ["keyvault:Vault", "vaultName", /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/],
  ["storage:StorageAccount", "accountName", /^[a-z0-9]{3,24}$/],
  ["containerregistry:Registry", "registryName", /^[A-Za-z0-9]{5,50}$/],
  ["operationalinsights:Workspace", "workspaceName", /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/],
  ["network:VirtualNetwork", "virtualNetworkName", /^[A-Za-z0-9][\w.-]{0,62}\w$/],
  ["network:NetworkSecurityGroup", "networkSecurityGroupName", /^[A-Za-z0-9][\w.-]{0,78}\w$/],
  ["network:PrivateEndpoint", "privateEndpointName", /^[A-Za-z0-9][\w.-]{0,62}\w$/],
  ["managedidentity:UserAssignedIdentity", "resourceName", /^[A-Za-z0-9][\w-]{2,127}$/],
  ["compute:DiskEncryptionSet", "diskEncryptionSetName", /^\w[\w-]{0,79}$/],
  ["containerservice:ManagedCluster", "resourceName", /^[A-Za-z0-9][\w-]{0,62}$/],
  ["containerservice:ManagedCluster", "nodeResourceGroup", /^[-\w.()]{0,79}[-\w()]$/],
  ["containerservice:AgentPool", "agentPoolName", /^[a-z][a-z0-9]{0,11}$/],
];

describe.each([
  ["aws", longest, "h".repeat(17)],
  ["aws", shortest, "h"],
  ["azure", longest, "h".repeat(39)],
  ["azure", shortest, "h"],
] as const)("names on %s in the cluster %s with the pool %s", (cloud, cluster, pool) => {
  it("are what each service takes", async () => {
    const resources = await planCountry(parseCountry(countries[cloud](cluster, pool)));
    const found = takes.flatMap(([type, property, pattern]) =>
      resources
        .filter((one) => one.type.endsWith(`:${type}`) && one.props[property] !== undefined)
        .map(({ props }) => ({ type, name: String(props[property]), taken: pattern.test(String(props[property])) })),
    );
    expect(found.filter(({ taken }) => !taken)).toEqual([]);
    expect(new Set(found.map(({ type }) => type)).size).toBeGreaterThanOrEqual(6);
  });

  it("are refused before anything is made where the pool has one letter more", () => {
    if (cluster === shortest) return expect(() => parseCountry(countries[cloud](cluster, `${pool}h`))).not.toThrow();
    expect(() => parseCountry(countries[cloud](cluster, `${pool}h`))).toThrow(/shorten the name of the pool.*by 1$/m);
  });
});
