import { homedir } from "node:os";
import type { Country } from "../country.ts";
import { type Fault, type Finding, type Locate, placed } from "./fault.ts";
import { type Jurisdiction, jurisdictionOfCountry } from "./jurisdiction.ts";
import { type Abroad, backendAbroad, publicService, secretsAbroad } from "./seat.ts";
import type { StackFile } from "./stack-file.ts";
import { show, withoutCredentials } from "./wording.ts";

/** Where a stack's state and the key to its secrets really are. `vaultAddress` is what VAULT_SERVER_URL or VAULT_ADDR says. */
export type StateInUse = { backend: string; secretsProvider: string; vaultAddress?: string };

/** What is wrong with the state as the country file declares it: it must be kept in the country. */
export function judgeDeclaredState(
  state: Partial<Omit<Country["state"], "callers">>,
  jurisdiction: Jurisdiction,
): Judged[] {
  const { backend, secretsProvider, vaultAddress } = state;
  const vault = vaultAddress && secretsProvider?.startsWith("hashivault://") ? "vaultAddress" : "secretsProvider";
  return [
    ...(backend
      ? [...passwordIn(backend), ...abroad("backend", backendAbroad(backend, jurisdiction), jurisdiction)]
      : []),
    ...(secretsProvider ? abroad(vault, secretsAbroad(secretsProvider, vaultAddress, jurisdiction), jurisdiction) : []),
  ];
}

/** A finding that more declarations in the file could lift, or none. */
export type Judged = Finding & Pick<Abroad, "undeclared">;

/**
 * What is wrong with the state as it is really kept: it must be what the country file declares, and in the country.
 * A Vault that is not named is looked up in the environment, where Pulumi looks.
 */
export function judgeState(country: Country, inUse: StateInUse, file?: string, locate?: Locate): Fault[] {
  const jurisdiction = jurisdictionOfCountry(country);
  const vaultInUse = inUse.vaultAddress ?? process.env.VAULT_SERVER_URL ?? process.env.VAULT_ADDR;
  const usesVault = inUse.secretsProvider.startsWith("hashivault://");
  const { backend, secretsProvider, vaultAddress } = country.state;
  const findings = [
    ...inForce(
      "backend",
      inUse.backend,
      backend,
      backendAbroad(inUse.backend, jurisdiction),
      jurisdiction,
      login(backend),
    ),
    ...inForce(
      "secretsProvider",
      inUse.secretsProvider,
      secretsProvider,
      // A provider that is declared is judged with the vault in use; where that is, is the next line's question.
      secretsAbroad(inUse.secretsProvider, vaultInUse ?? vaultAddress, jurisdiction),
      jurisdiction,
      changeProvider(secretsProvider),
    ),
    ...(usesVault && vaultAddress && vaultInUse
      ? inForce(
          "vaultAddress",
          vaultInUse,
          vaultAddress,
          undefined,
          jurisdiction,
          `export VAULT_ADDR=${quoted(vaultAddress)}`,
        )
      : []),
  ];
  return findings.map((finding) => placed(finding, file, locate));
}

/** What is wrong with Pulumi's own keys in a stack file, whose word is stronger than the declaration beside them. */
export function judgePulumiKeys({ top, path: file, locateTop }: StackFile, declared?: string, law?: string): Fault[] {
  const faults: Fault[] = [];
  const { secretsprovider, environment } = top;
  const place = (key: string) => ({ file, path: key, ...locateTop(key) });
  if (typeof secretsprovider === "string" && declared && !same(secretsprovider, declared)) {
    faults.push({
      ...place("secretsprovider"),
      found: `${show(secretsprovider)}, which is what seals the secrets in this file`,
      allowed: `what freehold:state.secretsProvider declares: ${show(declared)}`,
      law,
      remedy: changeProvider(declared),
    });
  }
  if (environment !== undefined && environment !== null) {
    faults.push({
      ...place("environment"),
      found: `settings from Pulumi ESC, a part of ${publicService("api.pulumi.com")}`,
      allowed: "settings in this file",
      law,
      remedy: "write its values here, secrets with  npx pulumi config set --secret,  and take environment: out",
    });
  }
  return faults;
}

function changeProvider(to: string): string {
  return `npx pulumi stack change-secrets-provider ${quoted(to)}`;
}

function inForce(
  field: keyof StateInUse,
  used: string,
  declared: string,
  seat: Abroad | undefined,
  jurisdiction: Jurisdiction,
  remedy: string,
): Finding[] {
  const at = ["state", field];
  const allowed = `what the country file declares: ${show(declared)}`;
  if (seat) return [{ at, found: `in use: ${seat.found}`, allowed, law: jurisdiction.law, remedy }];
  if (same(used, declared)) return [];
  return [{ at, found: `in use: ${show(used)}`, allowed, remedy: `${remedy}  or declare what is in use` }];
}

function abroad(field: keyof StateInUse, seat: Abroad | undefined, jurisdiction: Jurisdiction): Judged[] {
  if (!seat) return [];
  return [
    { at: ["state", field], ...seat, allowed: allowedState[field](jurisdiction.countryName), law: jurisdiction.law },
  ];
}

const allowedState: Record<keyof StateInUse, (country: string) => string> = {
  backend: (country) =>
    `a backend in ${country}: file://, s3://, azblob://, gs://, postgres:// or https:// on hosts or in regions there`,
  secretsProvider: (country) =>
    `passphrase, or a key in ${country}: hashivault://, awskms://, azurekeyvault:// or gcpkms:// on hosts or in regions there`,
  vaultAddress: (country) => `the address of a vault in ${country}`,
};

/** The stack file is read by many and kept for ever, so a password has no place in it. */
function passwordIn(backend: string): Judged[] {
  if (withoutCredentials(backend) === backend || !/:\/\/[^/?#@]*:[^/?#@]*@|[?&]/.test(backend)) return [];
  return [
    {
      at: ["state", "backend"],
      found: `${show(backend)}, with a password in plain text`,
      allowed: "a URL without credentials",
      remedy: "take it out, and give it in the environment (PGPASSWORD for postgres)",
    },
  ];
}

function login(backend: string): string {
  return `npx pulumi login ${quoted(backend)}`;
}

function quoted(url: string): string {
  return `'${withoutCredentials(url).replaceAll("'", "")}'`;
}

/** Whether two URLs mean the same, whatever the order of their queries and the spelling of a home folder. */
function same(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(text: string): string {
  const url = text.replace(/^file:\/\/~/, `file://${homedir()}`);
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.searchParams.sort();
  return parsed.href.replace(/\/+(?=$|\?)/, "");
}
