import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { azureGround } from "../../../../components/clouds/azure/ground.ts";
import type { AzureCountry } from "../../../../components/clouds/azure/target.ts";
import type { Resource } from "../../../../policies/fact.ts";

/** What AKS gives out for the country's cluster: an API server by its private name, and kubelogin for tokens. */
export const givenOut = `
clusters:
- name: freehold-br
  cluster:
    server: https://freehold-br.privatelink.brazilsouth.azmk8s.io:443
    certificate-authority-data: TUlJRC4uLg==
users:
- name: clusterUser_freehold-br_freehold-br
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --environment, AzurePublicCloud, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630, --login, devicecode]
`;

/** What is registered at `up`, where everything that was awaited is known: the world answers as Azure does. */
export async function answered(country: AzureCountry): Promise<Resource[]> {
  const made = new Map<string, Resource>();
  const kubeconfig = Buffer.from(givenOut).toString("base64");
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, custom }) => {
        const by = [...made.values()].find(({ urn }) => provider?.startsWith(`${urn}::`));
        // The whole country stands above its ground.
        const urn = `urn:pulumi:stack::project::freehold:index:Freehold$${type}::${name}`;
        made.set(urn, { type, name, urn, custom: custom ?? true, provider: by, props: inputs });
        return { id: `${name}_id`, state: { ...inputs, ...answerOf(type, name, inputs, country) } };
      },
      call: ({ token }) => {
        if (token !== "azure-native:containerservice:listManagedClusterUserCredentials") throw new Error(token);
        return { kubeconfigs: [{ name: "clusterUser", value: kubeconfig }] };
      },
    },
    "project",
    "stack",
    false,
  );
  azureGround(country, {});
  await settled(made);
  return [...made.values()];
}

function answerOf(type: string, name: string, inputs: Record<string, unknown>, { target }: AzureCountry): object {
  if (type.endsWith(":UserAssignedIdentity")) {
    return { principalId: guid(`${name} principal`), clientId: guid(`${name} client`), tenantId: target.tenant };
  }
  if (type === "azure-native:keyvault:Key") {
    const uri = `https://${inputs.vaultName}.vault.azure.net/keys/${inputs.keyName}`;
    return { keyUri: uri, keyUriWithVersion: `${uri}/0123456789abcdef0123456789abcdef` };
  }
  if (type === "azure-native:containerservice:ManagedCluster") {
    const issuerURL = `https://${target.location}.oic.prod-aks.azure.com/${target.tenant}/${guid("issuer")}/`;
    return { oidcIssuerProfile: { enabled: true, issuerURL } };
  }
  return {};
}

function guid(of: string): string {
  const hex = createHash("sha256").update(of).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Until nothing more is registered. */
async function settled(made: ReadonlyMap<string, Resource>): Promise<void> {
  for (let before = -1; before !== made.size; ) {
    before = made.size;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
