import * as pulumi from "@pulumi/pulumi";
import { jurisdictionOfCountry, registryInCountry, registryOf } from "../country/jurisdiction.ts";
import { type Country, pinned } from "../country.ts";

type Registries = Pick<Country, "country" | "operator" | "registry" | "digests"> & {
  guards: Pick<Country["guards"], "hosts" | "registries">;
};

// A whole reference with its registry and a tag or digest, in an argument, a variable, a file in a ConfigMap.
const REFERENCE =
  /(?<=^|[\s"'=,])(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\/[a-z0-9][\w./-]*(?::\w[\w.-]*(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})(?=$|[\s"',])/gm;
const FIELD = /^(?:image|imageName|\w+Image)$/;

/**
 * An object whose every image comes from the country's registry, by its digest where the country pins one: containers of any
 * kind, image volumes, fields and parts of custom resources, and references inside text. Throws for an image without tag or
 * digest: it could be anything tomorrow.
 */
export function imagesFromRegistry<Value>(value: Value, country: Registries): Value {
  return rewrite(value, "", (reference) => inRegistry(reference, country)) as Value;
}

function rewrite(value: unknown, key: string, to: (reference: string) => string): unknown {
  if (typeof value === "string") return FIELD.test(key) && value !== "" ? to(value) : value.replace(REFERENCE, to);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, "", to));
  // An Output here is a Secret's data, which names no image.
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
  const object = value as Record<string, unknown>;
  const parts = inParts(object, to);
  return Object.fromEntries(
    Object.entries({ ...object, ...parts }).map(([name, inner]) => {
      if (parts && name in parts) return [name, inner];
      // `volumes[].image.reference`
      return [name, rewrite(inner, key === "image" && name === "reference" ? "image" : name, to)];
    }),
  );
}

/** An image that is given in parts, as in the GPU operator's resources, where a version may be a digest. */
function inParts({ repository, image, version }: Record<string, unknown>, to: (reference: string) => string) {
  if (typeof repository !== "string" || typeof image !== "string" || typeof version !== "string" || repository === "")
    return undefined;
  const reference = to(`${repository}/${image}${version.startsWith("sha256:") ? "@" : ":"}${version}`);
  const [path = "", digest] = reference.split("@");
  return { repository: path.slice(0, path.lastIndexOf("/")), image, version: digest ?? version };
}

function inRegistry(reference: string, country: Registries): string {
  if (!/:[\w.-]+$|@sha256:[0-9a-f]{64}$/.test(reference)) {
    throw new Error(`${reference} has neither tag nor digest, so nobody knows which image it will be`);
  }
  const ours = `${country.registry}/`;
  if (!reference.startsWith(ours) && registryInCountry(reference, jurisdictionOfCountry(country))) return reference;
  const path = reference.startsWith(ours) ? reference.slice(ours.length) : registryOf(reference).path;
  return pinned(country.registry, path, path.includes("@") ? {} : country.digests);
}
