import { type Described, plain, type Resource } from "../fact.ts";
import { describeKubernetes } from "./kubernetes.ts";
import { describePulumi, hole } from "./pulumi.ts";

/** One entry per described package: what its resources are, in facts. */
const packages: Record<string, (resource: Resource) => Described> = {
  kubernetes: describeKubernetes,
};

// They compute on the operator's machine and reach nothing.
const SILENT = new Set(["random", "tls"]);

/** The facts of a resource, whatever package it is of; a package that nobody described is a hole, not a pass. */
export function describe(written: Resource): Described {
  const provider = written.provider && {
    ...written.provider,
    props: plain(written.provider.props) as Resource["props"],
  };
  const resource: Resource = { ...written, props: plain(written.props) as Resource["props"], provider };
  const [name = ""] = resource.type.split(":");
  const known = packages[name];
  if (known) return known(resource);
  if (name === "pulumi") return describePulumi(resource, (provider) => provider in packages || SILENT.has(provider));
  if (resource.custom === false) return { facts: [], by: "component" };
  if (SILENT.has(name)) return { facts: [], by: "table" };
  if (name === "command" || name.startsWith("pulumi-")) return hole("it runs code of its own");
  return hole(`no facts describe the package ${name}`);
}
