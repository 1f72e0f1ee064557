import type { FirstStep } from "../../bootstrap.ts";
import type { Finding } from "../../country/fault.ts";
import type { Country } from "../../country.ts";
import { type DeclaredUrl, declaredState, judgeStateCallers, stateFinding } from "../declared-state.ts";
import { targetOf } from "../target.ts";
import { azureNames, vaultNames } from "./names.ts";
import type { AzureTarget } from "./target.ts";

/** What a country on Azure needs before its state can be kept there: the container and the key that `freehold:state` names. */
export function azureFirstStep(country: Country): FirstStep {
  const target = statePlace(targetOf(country, "azure"));
  const { own, leaves, findings } = declaredState(country, "Azure");
  const backend = own.find(({ field }) => field === "backend");
  const provider = own.find(({ field }) => field === "secretsProvider");
  const container = backend && { account: query(backend.url, "storage_account") ?? "", name: backend.url.host };
  const key = provider && keyIn(provider.url);
  // What encrypts the account lies beside the key of the secrets, or in a vault of the account's own.
  const vault = key?.vault ?? vaultNames(target)[0]!;
  const where = `in ${target.location}`;
  return {
    makes: [
      ...(own.length > 0 ? [`resource group ${target.cluster} ${where}`, `key vault ${vault} ${where}`] : []),
      ...(container ? [`storage account ${container.account} ${where}, with container ${container.name}`] : []),
      ...(key ? [`key ${key.name}, of the secrets in the state`] : []),
    ],
    leaves,
    findings: [
      ...findings,
      ...(backend && container ? judgeContainer(backend, container, target) : []),
      ...(provider ? judgeKey(provider, vault) : []),
      ...judgeStateCallers(country),
      ...(own.length > 0 ? judgeNobodyCalls(country) : []),
    ],
    async load() {
      const { AzureState } = await import("./state-store.ts");
      const { callers } = country.state;
      return (name) =>
        own.length > 0 ? new AzureState(name, { target, vault, container, key: key?.name, callers }) : undefined;
    },
  };
}

/** The state lies in a group of its own: whoever deletes the country's must not take its state along. */
function statePlace(target: AzureTarget): AzureTarget {
  return { ...target, cluster: `${target.cluster}-state` };
}

function query(url: URL, name: string): string | undefined {
  return url.searchParams.get(name) || undefined;
}

function keyIn({ host, pathname }: URL) {
  const [, , name = "", version] = pathname.split("/");
  return { vault: host.replace(/\..*$/, ""), name, version };
}

function judgeContainer(declared: DeclaredUrl, { account, name }: { account: string; name: string }, to: AzureTarget) {
  const example = (accountName: string, containerName: string) =>
    `write  backend: azblob://${containerName}?storage_account=${accountName}`;
  const usual = azureNames(to).storageAccount;
  const domain = query(declared.url, "domain");
  if (domain !== undefined && domain !== "blob.core.windows.net") {
    const found = `at ${domain}, and the first step makes accounts at blob.core.windows.net`;
    return [stateFinding(declared, found, "an account of Azure's public cloud", example(account || usual, name))];
  }
  if (!/^[a-z0-9]{3,24}$/.test(account)) {
    const found = `of which ${account || "nothing"} cannot be the name of a storage account`;
    return [stateFinding(declared, found, "3 to 24 lower-case letters and digits", example(usual, name))];
  }
  if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    const found = `of which ${name} cannot be the name of a container`;
    return [
      stateFinding(declared, found, "3 to 63 lower-case letters, digits and single hyphens", example(account, "state")),
    ];
  }
  return [];
}

function judgeKey(declared: DeclaredUrl, vault: string): Finding[] {
  const { host } = declared.url;
  const { name, version } = keyIn(declared.url);
  const example = `write  secretsProvider: azurekeyvault://${vault}.vault.azure.net/keys/${name || "state"}`;
  if (!/^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]\.vault\.azure\.net$/i.test(host)) {
    return [
      stateFinding(
        declared,
        `at ${host}, which is no key vault of Azure's public cloud`,
        "<vault>.vault.azure.net, the vault's name of 3 to 24 letters, digits and single hyphens",
        "write  secretsProvider: azurekeyvault://<vault>.vault.azure.net/keys/state",
      ),
    ];
  }
  if (version) {
    const found = `with version ${version}, which a key has once it is made`;
    return [stateFinding(declared, found, "the key without its version", example)];
  }
  if (!/^\/keys\/[a-z0-9-]{1,127}$/i.test(declared.url.pathname)) {
    const found = `of which ${declared.url.pathname} is no key`;
    return [stateFinding(declared, found, "/keys/ and letters, digits and hyphens", example)];
  }
  return [];
}

/** Behind its firewall the state would be out of everybody's reach, and without one in the whole world's. */
function judgeNobodyCalls({ state }: Country): Finding[] {
  if (state.callers.length > 0) return [];
  return [
    {
      at: ["state", "callers"],
      found: "nothing, and state and key in Azure stand behind a firewall",
      allowed: "at least one public address from which they are reached",
      remedy: "add  callers: [ 203.0.113.10/32 ]  (an example), the public address of the operator's way out",
    },
  ];
}
