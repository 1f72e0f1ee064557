import { createHash } from "node:crypto";
import { z } from "zod";
import { at, type Resource, UNKNOWN } from "../fact.ts";
import { type Source, type Subject, Unjudgeable } from "../subject.ts";

const object = z.record(z.string(), z.unknown());
const resourceShape = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().optional(),
  id: z.string().nullish(),
  inputs: object.nullish(),
  outputs: object.nullish(),
  parent: z.string().nullish(),
  provider: z.string().nullish(),
  external: z.boolean().nullish(),
  dependencies: z.array(z.string()).nullish(),
  sourcePosition: z.string().nullish(),
});
const deploymentShape = z.object({
  resources: z.array(resourceShape).nullish(),
  pending_operations: z.array(z.object({ type: z.string(), resource: resourceShape })).nullish(),
});
// What `pulumi stack export` writes, and the file in which a backend of one's own keeps a stack.
const stateShape = z.union([
  z.object({ version: z.number(), deployment: deploymentShape }),
  z
    .object({
      version: z.number(),
      checkpoint: z.object({ latest: deploymentShape }),
    })
    .transform(({ version, checkpoint }) => ({ version, deployment: checkpoint.latest })),
]);

type Written = z.output<typeof resourceShape>;
type Operation = { type: string; resource: Written };

const NEWEST = 4;
const STACK = "pulumi:pulumi:Stack";

// How the engine marks a value that is more than its JSON, and which it means.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What is read and not made has no facts. */
export const ONLY_READ = {
  why: "read, not made here",
  remedy: "Judge the stack that makes it, and waive the read here.",
};
const ENCRYPTED = {
  why: "an encrypted value",
  remedy: "Export with --show-secrets, or judge the stack itself: npx freehold guard --stack <name>.",
};
const NO_PROVIDER = {
  why: "its provider is not in the state, so nobody knows where it stands",
  remedy: "Export the stack whole: pulumi stack export --show-secrets.",
};

const ALLOWED = "the JSON that pulumi stack export writes";

/** A stack as it stands: what `pulumi stack export` wrote. Throws `Unjudgeable`. */
export function stateSubject(text: string, named: Pick<Subject, "kind" | "name"> & { file?: string }): Subject {
  try {
    return subjectOf(text, named);
  } catch (error) {
    // Thousands of levels are more than can be walked.
    if (!(error instanceof RangeError)) throw error;
    const remedy = "Export the stack again: pulumi stack export --show-secrets --file state.json.";
    throw new Unjudgeable(named.name, { found: "values that are nested too deep", allowed: ALLOWED, remedy });
  }
}

function subjectOf(text: string, named: Pick<Subject, "kind" | "name"> & { file?: string }): Subject {
  const { deployment } = parsed(text, named.name);
  const written = deployment.resources ?? [];
  const operations = deployment.pending_operations ?? [];
  const providers = new Map(written.map((resource) => [resource.urn, resource]));
  const begun = operations.filter(({ resource }) => !providers.has(resource.urn));
  const all = [...written, ...begun.map(({ resource }) => resource)];
  const [stack, project] = written[0] ? partsOf(written[0].urn) : [];
  if (all.every(({ type }) => type === STACK)) {
    const remedy = "Judge the program instead: npx freehold guard, in its folder.";
    throw new Unjudgeable(named.name, { found: "no resources", allowed: "a stack that holds some", remedy });
  }
  return {
    ...named,
    ...(stack && { stack, project }),
    sha256: createHash("sha256").update(text).digest("hex"),
    resources: all.map((resource) => resourceOf(resource, providers, operations)),
    sources: new Map(all.flatMap((resource) => sourceOf(resource))),
  };
}

function parsed(text: string, name: string): z.output<typeof stateShape> {
  const allowed = ALLOWED;
  const remedy = "pulumi stack export --show-secrets --file state.json";
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // What the parser says quotes the text, which may hold secrets.
    throw new Unjudgeable(name, { found: "text that is no JSON", allowed, remedy });
  }
  const { success, data } = stateShape.safeParse(json);
  if (!success) throw new Unjudgeable(name, { found: "JSON that is no stack", allowed, remedy });
  if (data.version > NEWEST || data.version < 1) {
    const found = `a state of version ${data.version}`;
    throw new Unjudgeable(name, { found, allowed: `versions 1 to ${NEWEST}`, remedy: "Use a Freehold that knows it." });
  }
  return data;
}

function resourceOf(written: Written, providers: ReadonlyMap<string, Written>, operations: Operation[]): Resource {
  const { urn, type, parent, dependencies } = written;
  const inputs = revealed(written.inputs ?? {});
  const outputs = revealed(written.outputs ?? {});
  const provider = providerOf(written, providers);
  const holes: Resource["holes"] = [
    ...inputs.encrypted.map((path) => ({ path, ...ENCRYPTED })),
    // An input that is encrypted is there once more among the outputs.
    ...outputs.encrypted.filter((path) => !inputs.encrypted.includes(path)).map((path) => ({ path, ...ENCRYPTED })),
    // A reference to a stack is a hole by its type.
    ...(written.external && type !== "pulumi:pulumi:StackReference" ? [{ path: "", ...ONLY_READ }] : []),
    ...(provider === "missing" ? [{ path: "", ...NO_PROVIDER }] : []),
    ...operations.filter(({ resource }) => resource.urn === urn).map(({ type }) => ({ path: "", ...unfinished(type) })),
  ];
  const secrets = [...new Set([...inputs.secret, ...outputs.secret])];
  return {
    urn,
    type,
    name: urn.split("::").at(-1) ?? urn,
    // Only what a provider made has an id; the engine always says what is custom, so what does not say it is no component.
    custom: written.id ? true : (written.custom ?? type !== STACK),
    // What was only read was never asked for: what the provider answered is all there is to judge.
    props: written.external ? outputs.value : inputs.value,
    outputs: outputs.value,
    ...(parent && { parent }),
    ...(provider && provider !== "missing" && { provider }),
    ...(dependencies?.length && { dependencies }),
    ...(holes.length > 0 && { holes }),
    ...(secrets.length > 0 && { secrets }),
  };
}

/** The provider that a reference `urn::id` leads to; undefined for what has none. */
function providerOf(
  { provider, type }: Written,
  providers: ReadonlyMap<string, Written>,
): Resource["provider"] | "missing" {
  if (!provider || type.startsWith("pulumi:providers:")) return undefined;
  const found = providers.get(provider.slice(0, provider.lastIndexOf("::")));
  if (!found) return "missing";
  const { value } = revealed(found.inputs ?? {});
  return { type: found.type, name: found.urn.split("::").at(-1) ?? "", props: value };
}

function unfinished(operation: string) {
  return {
    why: `${operation} it was interrupted, so nobody knows whether it exists`,
    remedy: "pulumi refresh, then judge again.",
  };
}

/** `secret` are texts, `encrypted` are paths. */
type Revealed = { value: Record<string, unknown>; secret: string[]; encrypted: string[] };

/** Values with secrets opened; where those were, and where they stay closed: those are not known, ever. */
function revealed(values: Record<string, unknown>): Revealed {
  const secret: string[] = [];
  const encrypted: string[] = [];
  const open = (value: unknown, path: string): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((inner, index) => open(inner, at(path, index)));
    const { [SIGNATURE]: signature, ...rest } = value as Record<string, unknown>;
    if (signature === SECRET) {
      if (typeof rest.plaintext !== "string") {
        encrypted.push(path);
        return UNKNOWN;
      }
      const opened = open(plaintext(rest.plaintext), path);
      secret.push(...textsIn(opened));
      return opened;
    }
    // The outputs of a secret that nobody may know yet, assets, references: judged by what they hold.
    const entries = Object.entries(signature === undefined ? (value as Record<string, unknown>) : rest);
    return Object.fromEntries(
      // The AWS bridge notes here which of the inputs were defaults.
      entries.filter(([key]) => key !== "__defaults").map(([key, inner]) => [key, open(inner, at(path, key))]),
    );
  };
  return { value: open(values, "") as Record<string, unknown>, secret, encrypted };
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function plaintext(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `project:///index.ts#12,5`. */
function sourceOf({ urn, sourcePosition }: Written): [string, Source][] {
  const [, file, line] = /^project:\/\/\/([^#]+)#(\d+)/.exec(sourcePosition ?? "") ?? [];
  return file ? [[urn, { file, line: () => Number(line) }]] : [];
}

function partsOf(urn: string): string[] {
  return urn.replace(/^urn:pulumi:/, "").split("::", 2);
}
