import { groupOfHost, type NamedEndpoint, namedEndpoint, placeOfHost } from "../../catalogue/index.ts";
import { registryOf } from "../../components/country/jurisdiction.ts";
import type { ImageFact, ReferenceFact, WhereFact } from "../fact.ts";
import { registryFacts } from "./aws/registry.ts";
import { endpointNamed } from "./azure/identity.ts";

/** An image with what the name of its registry tells, where that is a cloud's. */
export function withRegistry(fact: ImageFact): ImageFact {
  const { host } = registryOf(fact.value);
  const told = host === undefined || fact.registry ? [] : tellsOf(fact, host);
  return told.length > 0 ? { ...fact, registry: told } : fact;
}

function tellsOf({ path, value }: ImageFact, host: string): WhereFact[] {
  const ofAws = registryFacts(value, { fact: { path, purpose: "data" } });
  if (ofAws) return ofAws as WhereFact[];
  const region = placeOfHost(host)?.region ?? groupOfHost(host);
  if (region) return [{ kind: "place", path, value: region }];
  const reference = referenceOf(host, path);
  return reference ? [reference] : [];
}

/** A host that is named for a resource of a customer's: where that one stands decides, if the program holds it. */
export function referenceOf(host: string, path: string): ReferenceFact | undefined {
  const endpoint = namedEndpoint(host);
  if (endpoint === undefined) return undefined;
  const to = identityAt(endpoint);
  return to === undefined ? undefined : { kind: "reference", path, value: host, to: [to], otherwise: "host" };
}

function identityAt({ provider, kind, name }: NamedEndpoint): string | undefined {
  if (provider === "Azure") return endpointNamed(kind, name);
  if (kind !== "bucket") return undefined;
  return provider === "AWS" ? `s3:${name}` : `gcs:${name}`;
}
