import * as pulumi from "@pulumi/pulumi";
import type { Country } from "../country.ts";
import { imagesFromRegistry } from "./images.ts";

type Properties = Record<string, unknown>;

/** A transform that makes every object of a chart keep the country's rules, whatever values the chart knows. */
export function guarded(country: Country, { protect }: { protect: boolean }): pulumi.ResourceTransform {
  return ({ type, name, props, opts }) => {
    if (type.startsWith("kubernetes:helm.sh/")) return undefined;
    if (type.endsWith(":CustomResourceDefinition")) {
      // Kept behind, as some charts ask, they would stand in the way of the next installation, which takes over nothing.
      return { props: withoutProse(props), opts: { ...opts, retainOnDelete: false, ...(protect && { protect }) } };
    }
    try {
      const object = imagesFromRegistry(props as Properties, country);
      return { props: type.endsWith(":NetworkPolicy") ? withoutOpenEgress(object) : object, opts };
    } catch (error) {
      // The engine wraps what a transform throws in the noise of a remote call, so it is said by itself.
      pulumi.log.error(`${name}: ${(error as Error).message}.`);
      throw error;
    }
  };
}

/**
 * A definition without the descriptions of its fields, which are most of it: the file backend writes the whole state again
 * at each step of an update.
 */
export function withoutProse<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutProse) as Value;
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
  // A field that is called description holds a schema, not a text.
  const kept = Object.entries(value).filter(([key, inner]) => !(key === "description" && typeof inner === "string"));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProse(inner)])) as Value;
}

/** A policy without rules that lead everywhere: what the add-on may reach says the policy of its namespace. */
export function withoutOpenEgress(policy: Properties): Properties {
  const spec = policy.spec as { egress?: { to?: unknown[] }[] };
  if (!spec.egress) return policy;
  return { ...policy, spec: { ...spec, egress: spec.egress.filter(({ to }) => (to?.length ?? 0) > 0) } };
}
