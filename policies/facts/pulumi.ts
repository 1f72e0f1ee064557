import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { addressesIn } from "../sweep/address.ts";
import { listOf, record } from "./kubernetes/object.ts";
import { describeProvider } from "./provider.ts";

/** Describes what Pulumi itself brings: stacks, references, dynamic resources, and the providers of all packages. */
export function describePulumi(resource: Resource, described: (name: string) => boolean): Described {
  const { type } = resource;
  if (type === "pulumi:pulumi:Stack") return { facts: [], by: "component" };
  if (type === "pulumi:providers:kubernetes") return { facts: cluster(resource), by: "table" };
  const [, , name = ""] = type.split(":");
  if (type.startsWith("pulumi:providers:")) {
    const settings = describeProvider(resource);
    if (settings) return settings;
    // Judged with each resource it serves; by itself it reaches nothing.
    return described(name) || SERVES_HOLES.has(name)
      ? { facts: [], by: "table" }
      : hole(`no facts describe the package ${name}`);
  }
  if (type === "pulumi:pulumi:StackReference") return hole("another stack's outputs are not judged here");
  return hole(`${type} is not described`);
}

const SERVES_HOLES = new Set(["pulumi", "pulumi-nodejs", "pulumi-python", "command"]);

/** A resource that runs code of its own, which no guard can read. */
export function hole(why: string): Described {
  const remedy = "Declare what it does as resources of a provider that the guards describe.";
  return { facts: [{ kind: "undecidable", path: "", why, remedy }], by: "undecidable" };
}

/** The API server that a Kubernetes provider talks to, and the proxy on the way. */
function cluster({ props }: Resource): Fact[] {
  const { kubeconfig, context, cluster, renderYamlToDirectory } = props;
  if (renderYamlToDirectory === UNKNOWN) return [{ kind: "unknown", path: "renderYamlToDirectory", hides: ["host"] }];
  if (renderYamlToDirectory) return [{ kind: "undecidable", path: "renderYamlToDirectory", ...RENDERED }];
  if ([kubeconfig, context, cluster].includes(UNKNOWN))
    return [{ kind: "unknown", path: "kubeconfig", hides: ["host"] }];
  const path = typeof kubeconfig === "string" ? "kubeconfig" : "context";
  const files = typeof kubeconfig === "string" || typeof kubeconfig === "object" ? [kubeconfig] : fromEnvironment();
  try {
    const configs = files.map(read);
    const server = find(configs, context, cluster);
    if (!server) throw new Error("it names no server for this context");
    const urls = [server.server, server["proxy-url"]].filter((url) => url !== undefined && url !== "");
    if (urls.includes(UNKNOWN)) return [{ kind: "unknown", path, hides: ["host"] }];
    const hosts = urls.map((url) => hostOf(String(url)));
    if (hosts.length === 0 || hosts.includes(undefined)) throw new Error("it names a server that has no host");
    return hosts.flatMap((value) => (value === undefined ? [] : [{ kind: "host" as const, path, value }]));
  } catch (error) {
    const named = typeof context === "string" ? ` of context ${context}` : "";
    const why = `the API server${named} cannot be read from the kubeconfig${reason(error)}`;
    const remedy = "Set KUBECONFIG to the file that holds the context, or give the provider its kubeconfig.";
    return [{ kind: "undecidable", path, why, remedy }];
  }
}

const RENDERED = {
  why: "its objects are written to files, and where those are applied is not known here",
  remedy: "Judge the files too: npx freehold guard --manifests <folder>, and the cluster where they are applied.",
};

/** The host of a server or a proxy, which clients reach by http where no scheme is written. */
function hostOf(url: string): string | undefined {
  return addressesIn(url.includes("://") ? url : `http://${url}`)[0]?.value;
}

function fromEnvironment(): string[] {
  const { KUBECONFIG } = process.env;
  return KUBECONFIG ? KUBECONFIG.split(delimiter).filter(Boolean) : [join(homedir(), ".kube", "config")];
}

/** A kubeconfig as text, as a path, or as the object it is. */
function read(kubeconfig: unknown): Record<string, unknown> {
  if (typeof kubeconfig !== "string") return record(kubeconfig);
  const isPath = !/[\n{]/.test(kubeconfig);
  const path = kubeconfig.replace(/^~(?=\/)/, homedir());
  return record(parse(isPath ? readFileSync(path, "utf8") : kubeconfig));
}

/** As kubectl merges: the first file that names a thing wins. */
function find(
  configs: Record<string, unknown>[],
  context: unknown,
  cluster: unknown,
): Record<string, unknown> | undefined {
  const current = context ?? configs.map((config) => config["current-context"]).find(Boolean);
  const named = (list: string, name: unknown) =>
    configs.flatMap((config) => listOf(config[list]).map(record)).find((entry) => entry.name === name);
  const name = cluster ?? record(named("contexts", current)?.context).cluster;
  const found = named("clusters", name)?.cluster;
  return found === undefined ? undefined : record(found);
}

function reason(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === "ENOENT") return ": the file does not exist";
  return error instanceof Error && error.message.startsWith("it names") ? `: ${error.message}` : "";
}
