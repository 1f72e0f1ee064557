import { z } from "zod";
import { once, own } from "./once.ts";

const namesShape = z.strictObject({
  read: z.iso.date(),
  verified: z.boolean(),
  namespaces: z.record(z.string(), z.string()),
  types: z.record(z.string(), z.string()),
  endpoints: z.record(z.string(), z.array(z.string()).min(1)),
});

/** The resource provider that a Pulumi module is of, without `microsoft.`: `cosmosdb` is of `documentdb`. */
export function azureNamespaceOf(module: string): string {
  return own(names().namespaces, module) ?? module;
}

/** What Pulumi calls a resource type of a provider, in lower case, where it does not call it the same: `web`, `sites`. */
export function azureTypeOf(namespace: string, type: string): string | undefined {
  return own(names().types, `${namespace}/${type}`);
}

/** The kind of host (`storage-account`) under which resources of a Pulumi type are reached by their name. */
export function azureEndpointOf(namespace: string, type: string): string | undefined {
  endpoints ??= new Map(
    Object.entries(names().endpoints).flatMap(([kind, types]) => types.map((each) => [each, kind] as const)),
  );
  return endpoints.get(`${namespace}/${type}`);
}
let endpoints: ReadonlyMap<string, string> | undefined;

function names() {
  return once("azure-names.yaml", namesShape);
}
