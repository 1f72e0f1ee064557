// The yardstick: a program without schema, catalogue, look at the cluster or guards that registers what a stack's state
// holds: the same resources and components with the same inputs, secrets, parents, providers and dependencies.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

type Registered = {
  urn: string;
  type: string;
  custom: boolean;
  /** A chart: its objects are the provider's to register. */
  remote?: true;
  inputs?: Record<string, unknown>;
  parent?: string;
  /** URN and id. */
  provider?: string;
  dependencies?: string[];
  protect?: boolean;
  customTimeouts?: Record<"create" | "update" | "delete", number>;
};

class Provider extends pulumi.ProviderResource {}
class Custom extends pulumi.CustomResource {}
class Component extends pulumi.ComponentResource {}

const registered: Registered[] = JSON.parse(readFileSync(join(import.meta.dirname, "resources.json"), "utf8"));
const charts = new Set(registered.filter(({ remote }) => remote).map(({ urn }) => urn));
const made = new Map<string, pulumi.Resource>();
for (const resource of registered) {
  const { urn, type, custom, remote = false, parent = "", inputs = {}, dependencies = [], protect } = resource;
  // The stack and the providers that nobody named are the engine's own.
  if (type === "pulumi:pulumi:Stack" || urn.endsWith("::default") || charts.has(parent)) continue;
  const name = nameOf(urn);
  const timeouts = Object.entries(resource.customTimeouts ?? {}).map(([operation, seconds]) => [
    operation,
    `${seconds}s`,
  ]);
  const options: pulumi.CustomResourceOptions = {
    parent: made.get(parent),
    dependsOn: dependencies.flatMap((dependency) => made.get(dependency) ?? []),
    provider: made.get(resource.provider?.replace(/::[^:]*$/, "") ?? "") as pulumi.ProviderResource | undefined,
    protect,
    customTimeouts: Object.fromEntries(timeouts),
    transforms: remote ? [chartObject] : [],
    ...(type.startsWith("kubernetes:") && { version: "4.34.2" }),
  };
  const props = opened(inputs) as pulumi.Inputs;
  if (type.startsWith("pulumi:providers:")) made.set(urn, new Provider(type.split(":")[2]!, name, props, options));
  else if (custom) made.set(urn, new Custom(type, name, props, options));
  else made.set(urn, new Component(type, name, props, options, remote));
}

/** Makes of a chart's object what was made of it. */
function chartObject({ type, name, opts }: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult | undefined {
  const object = registered.find(({ urn, parent }) => charts.has(parent ?? "") && urn.endsWith(`$${type}::${name}`));
  return object && { props: opened(object.inputs) as pulumi.Inputs, opts: { ...opts, protect: object.protect } };
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Secrets as an export shows them, made secrets again. */
function opened(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("plaintext" in value) return pulumi.secret(JSON.parse(String(value.plaintext)));
  if (Array.isArray(value)) return value.map(opened);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]));
}
