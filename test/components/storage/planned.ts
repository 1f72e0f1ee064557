import { expect } from "vitest";
import { type Country, parseCountry } from "../../../components/country.ts";
import { Platform, platformNames } from "../../../components/platform.ts";
import { Storage } from "../../../components/storage.ts";
import type { Resource } from "../../../policies/fact.ts";
import { plan } from "../../../policies/program.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects as deep as Kubernetes has them.
export type Any = any;

const basics = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {}, bank: { recordDays: 400 } },
};
export const vault = { kind: "vault", address: "https://vault.alpen-ai.example:8200", seal: "pkcs11" };
export const kmip = { kind: "kmip", address: "hsm.alpen-ai.example:5696" };
export const volumes = { kind: "volumes", statement: "LUKS2 on every node" };
export const ceph = { kind: "ceph", nodes: { disks: "true" } };
export const claims = { class: "local-block", count: 12, volumeGiB: 3500 };
export const s3 = { kind: "s3", endpoint: "https://s3.alpen-ai.example" };
export const postgres = { kind: "postgres", host: "db.alpen-ai.example" };

export const countryWith = (storage: object, more: object = {}) => parseCountry({ ...basics, storage, ...more });

const plans = new Map<string, Promise<Resource[]>>();

/** What a country's storage makes, beside the platform that it stands on. */
export function planned(storage: object, more: object = {}): Promise<Resource[]> {
  const key = JSON.stringify([storage, more]);
  const country = countryWith(storage, more);
  const build = () => {
    const platform = new Platform("platform", country);
    new Storage("storage", argsOf(country, platform.storage!), { dependsOn: platform });
  };
  if (!plans.has(key)) plans.set(key, plan(build));
  return plans.get(key)!;
}

function argsOf(country: Country, namespace: Platform["storage"] & object) {
  return {
    ...country.storage!,
    ...country,
    namespace,
    modelsNamespace: platformNames.models,
    gatewayNamespace: platformNames.gateway,
    passwords: { recorder: "0123456789abcdef", reader: "fedcba9876543210", budgets: "abcdef0123456789" },
    monitoring: country.monitoring !== undefined,
  };
}

/** Of all that is planned, what the storage makes. */
export const made = (resources: Resource[]) => {
  const { urn } = resources.find(({ type }) => type === "freehold:index:Storage")!;
  return resources.filter(({ parent }) => parent === urn);
};
export const kindOf = ({ type, props }: Resource) => String(props.kind ?? type.split(":").at(-1));
export const one = (resources: Resource[], kind: string, name?: string): Any => {
  const found = made(resources).filter(
    (resource) => kindOf(resource) === kind && (name === undefined || (resource.props as Any).metadata.name === name),
  );
  expect(found, `${kind} ${name ?? ""}`).toHaveLength(1);
  return found[0]!.props;
};
export const specOf = (resources: Resource[], kind: string, name?: string): Any => one(resources, kind, name).spec;
