import * as pulumi from "@pulumi/pulumi";
import { firstStepOf } from "../../../components/bootstrap.ts";
import { type Country, parseCountry } from "../../../components/country.ts";
import type { Resource } from "../../../policies/fact.ts";

const common = { operator: { name: "Operator", domain: "operator.example" }, tenants: { first: {} } };

/** India on AWS, with its state there. */
export function india(state: object = {}, target: object = {}): Country {
  return parseCountry({
    ...common,
    country: "IN",
    target: {
      kind: "aws",
      region: "ap-south-1",
      account: "111122223333",
      operators: ["arn:aws:iam::111122223333:role/operator"],
      ...target,
    },
    state: {
      backend: "s3://freehold-in-state?region=ap-south-1",
      secretsProvider: "awskms://alias/freehold-in-state?region=ap-south-1",
      ...state,
    },
    guards: { hosts: ["freehold.blob.core.windows.net", "freehold.vault.azure.net"] },
    pools: { h100: { accelerator: "h100-sxm-80", nodes: 1 } },
    models: { sarvam: { model: "sarvamai/sarvam-105b", pool: "h100", gpus: 8 } },
  });
}

/** Brazil on Azure, with its state there. */
export function brazil(state: object = {}, target: object = {}): Country {
  return parseCountry({
    ...common,
    country: "BR",
    target: {
      kind: "azure",
      location: "brazilsouth",
      subscription: "00000000-1111-2222-3333-444444444444",
      tenant: "55555555-6666-7777-8888-999999999999",
      admins: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
      ...target,
    },
    state: {
      backend: "azblob://state?storage_account=freeholdbrstate",
      secretsProvider: "azurekeyvault://freehold-br-state.vault.azure.net/keys/state",
      callers: ["203.0.113.10/32", "198.51.100.4/31", "192.0.2.0/24"],
      ...state,
    },
    guards: {
      hosts: [
        ...["freeholdbrstate", "freeholdstate", "freehold-state"].map((account) => `${account}.blob.core.windows.net`),
        ...["freehold-br-state", "freehold"].map((vault) => `${vault}.vault.azure.net`),
        "freeholdstate.blob.core.usgovcloudapi.net",
        "freehold.vault.azure.cn",
      ],
    },
    pools: { a100: { accelerator: "a100-pcie-80", nodes: 1, gpusPerNode: 1 } },
    models: { tucano: { model: "TucanoBR/Tucano-2b4-Instruct", pool: "a100" } },
  });
}

/** What the first step registers, where the cloud has given out what only it knows; and which of it `destroy` spares. */
export async function made(country: Country): Promise<{ resources: Resource[]; spared: string[] }> {
  const resources: Resource[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs, provider, custom }) => {
      const by = resources.find(({ urn }) => provider?.startsWith(`${urn}::`));
      const urn = `urn:pulumi:stack::project::freehold:index:State$${type}::${name}`;
      resources.push({ type, name, urn, custom: custom ?? true, provider: by, props: inputs });
      return { id: `${name}-id`, state: { ...inputs, ...answerOf(type, name) } };
    },
    call: ({ token }) => {
      throw new Error(`${token} was called`);
    },
  });
  const top = (await (await firstStepOf(country)).load())("state");
  for (let before = -1; before !== resources.length; ) {
    before = resources.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  // The SDK keeps the option where nobody else looks.
  const children = [...((top as unknown as Inside | undefined)?.__childResources ?? [])];
  const spared = children
    .filter(({ __protect }) => __protect)
    .map(({ __pulumiType, __name }) => `${__pulumiType} ${__name}`);
  return { resources, spared };
}
type Inside = { __childResources: Set<Inside>; __protect: boolean; __pulumiType: string; __name: string };

function answerOf(type: string, name: string): object {
  if (type === "aws:kms/key:Key") {
    return { keyId: `${name}-id`, arn: `arn:aws:kms:ap-south-1:111122223333:key/${name}-id` };
  }
  if (type.endsWith(":UserAssignedIdentity")) return { principalId: "dddddddd-bbbb-4ccc-8ddd-eeeeeeeeeeee" };
  return {};
}
