import { type PhoneHome, type Program, phoneHome } from "../../../catalogue/phone-home.ts";
import { at, type Fact, type Purpose, UNKNOWN } from "../../fact.ts";
import { isFileHolder, type KubernetesObject, listOf, namesIn, record, textsOf } from "./object.ts";

/** The hosts that a container reaches because nothing that is declared says otherwise. */
export function reachedByDefault(
  object: KubernetesObject,
  pod: Record<string, unknown>,
  container: Record<string, unknown>,
  path: string,
): Fact[] {
  const { programs, keys } = phoneHome();
  const said = saidBy(container);
  const from = namesIn({ envFrom: container.envFrom, volumes: pod.volumes }).map(
    (name) => `${object.namespace}/${name}`,
  );
  const where = at(path, "env");
  return [
    ...Object.entries(programs).flatMap(([name, program]) => {
      if (!program.is.some((sign) => recognised(sign, said)) || program.unless.says?.test(said.all)) return [];
      const switches = Object.entries(program.unless.env);
      if (switches.some(([variable, wanted]) => wanted.test(said.env.get(variable) ?? UNSET))) return [];
      const { host, because } = program;
      return reached(
        switches.map(([variable]) => variable),
        from.map((file) => `off:${name.toLowerCase()}/${file}`),
        host,
        because,
        program.for,
      );
    }),
    ...Object.entries(keys).flatMap(([variable, { host, unless, for: purpose }]) => {
      if (!said.names.has(variable) || unless.some((base) => (said.env.get(base) ?? "") !== "")) return [];
      const because = `${variable} is used there${unless.length > 0 ? ` unless ${unless[0]} names another` : ""}`;
      return reached(
        unless,
        unless.flatMap((base) => from.map((file) => `set:${base.toLowerCase()}/${file}`)),
        host,
        because,
        purpose,
      );
    }),
  ];

  function reached(switches: string[], to: string[], host: string, because: string, purpose: Purpose): Fact[] {
    if (switches.some((variable) => said.unknown.has(variable)))
      return [{ kind: "unknown", path: where, hides: ["host"], purpose }];
    const fact = { path: where, value: host, because, purpose };
    // What switches it off may stand in a file that the pod takes its variables or its configuration from.
    return [to.length === 0 ? { kind: "host", ...fact } : { kind: "reference", ...fact, to, otherwise: "host" }];
  }
}

/** Which programs a ConfigMap or Secret keeps silent, for the pods that take their settings from it. */
export function switches(object: KubernetesObject): Fact[] {
  if (!isFileHolder(object) || object.name === undefined) return [];
  const texts = textsOf(object);
  const all = Object.entries(texts)
    .map(([key, text]) => `${key}=${text}`)
    .join("\n");
  const { programs, keys } = phoneHome();
  const silent = Object.entries(programs).flatMap(([name, { unless }]) => {
    const off = Object.entries(unless.env).some(([variable, wanted]) => wanted.test(texts[variable] ?? UNSET));
    return off || unless.says?.test(all) ? [`off:${name.toLowerCase()}`] : [];
  });
  const bases = basesOf(keys).filter((base) => (texts[base] ?? "") !== "");
  const ids = [...silent, ...bases.map((base) => `set:${base.toLowerCase()}`)];
  return ids.map((id) => ({ kind: "self", path: "metadata.name", id: `${id}/${object.namespace}/${object.name}` }));
}

type Said = {
  image: string;
  runs: string;
  env: ReadonlyMap<string, string>;
  names: ReadonlySet<string>;
  unknown: ReadonlySet<string>;
  all: string;
};

// No value that a switch could be: an empty one may be what is asked for.
const UNSET = "\n";

function saidBy({ image, command, args, env: written }: Record<string, unknown>): Said {
  const runs = [...listOf(command), ...listOf(args)].filter((part) => typeof part === "string").join(" ");
  const items = listOf(written).map(record);
  const env = new Map<string, string>();
  const unknown = new Set<string>();
  for (const { name, value, valueFrom } of items) {
    if (typeof name !== "string") continue;
    // A value from elsewhere counts as one that is set: it is judged where it is given.
    if (typeof value === "string" || valueFrom !== undefined)
      env.set(name, typeof value === "string" ? value : "(from elsewhere)");
    else if (value === UNKNOWN) unknown.add(name);
  }
  const names = new Set([...env.keys(), ...unknown]);
  const all = [runs, ...[...env].map(([name, value]) => `${name}=${value}`)].join("\n");
  return { image: typeof image === "string" ? repositoryOf(image) : "", runs, env, names, unknown, all };
}

function recognised({ image, runs, variable }: Program["is"][number], said: Said): boolean {
  return (
    (image?.test(said.image) ?? true) &&
    (runs?.test(said.runs) ?? true) &&
    (variable === undefined || said.names.has(variable))
  );
}

/** `grafana/grafana` of `registry.example/grafana/grafana:12@sha256:...`. */
function repositoryOf(image: string): string {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return name.replace(/^[^/]*[.:][^/]*\//, "");
}

function basesOf(keys: PhoneHome["keys"]): string[] {
  return [...new Set(Object.values(keys).flatMap(({ unless }) => unless))];
}
