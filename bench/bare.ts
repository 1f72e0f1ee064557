// The yardstick: a program with no components, no schema and no guards that registers the objects of a recorded plan.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

type Recorded = { type: string; name: string; props: Record<string, unknown> };

const plan: Recorded[] = JSON.parse(readFileSync(join(import.meta.dirname, "plan.json"), "utf8"));
const recordedProvider = plan.find(({ type }) => type.startsWith("pulumi:providers:"))!;
class Provider extends pulumi.ProviderResource {}
class Custom extends pulumi.CustomResource {}
const provider = new Provider("kubernetes", recordedProvider.name, recordedProvider.props);
for (const { type, name, props } of plan) {
  if (type.startsWith("kubernetes:")) new Custom(type, name, props, { provider });
}
