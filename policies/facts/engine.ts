import { engineCatalogue, engineVariable } from "../../catalogue/engine-settings.ts";
import { groupOf, placeOf } from "../../catalogue/index.ts";
import type { Seat } from "../../components/country/seats.ts";
import type { EngineProps, Kept, Setting } from "../engine-settings.ts";
import type { Described, Fact, Purpose, Resource } from "../fact.ts";
import { reachOf } from "../sweep/address.ts";

/** Describes what the Pulumi engine itself uses: where state and keys are kept, where plugins come from, whom it tells. */
export function describeEngine(resource: Resource): Described {
  const { backend, secretsProvider, environments, plugins, calls, variables } = resource.props as EngineProps;
  const facts = [
    ...(backend ? kept(backend, "backend", "data") : []),
    ...(secretsProvider ? kept(secretsProvider, "secretsProvider", "key") : []),
    ...(environments ? [hidden(environments)] : []),
    ...plugins.map((source, index) => plugin(source, `plugins[${index}]`)),
    ...Object.entries(calls).map(([name, call]) => called(name, call)),
    ...Object.entries(variables).flatMap(([name, variable]) => named(name, variable)),
  ];
  return { facts, by: "table" };
}

function kept({ origin, seats, value }: Kept, path: string, purpose: Purpose): Fact[] {
  if (seats.length === 0) return [{ kind: "host", path, value: here, purpose, because: `from ${origin}` }];
  return seats.map((seat) => seated(seat, { path, purpose, because: `${value} from ${origin}` }));
}

function seated(seat: Seat, said: { path: string; purpose: Purpose; because: string }): Fact {
  switch (seat.kind) {
    case "host":
      return host(seat.name, said);
    case "region":
      return place(seat.name, said);
    case "undecided":
      return { kind: "undecidable", path: said.path, purpose: said.purpose, why: seat.found, remedy: seat.remedy };
  }
}

/** Their values reach the program without anybody seeing them here. */
function hidden({ value, origin }: Setting): Fact {
  const why = `settings come from Pulumi ESC (${value}, ${origin}), which cannot be read from here`;
  const remedy =
    "Write the values into the stack file, secrets with pulumi config set --secret, and remove environment.";
  return { kind: "undecidable", path: "environments", why, remedy };
}

/** What is fetched and run is judged as every artifact is: by the registry that it comes from. */
function plugin({ value, origin }: Setting, path: string): Fact {
  const { host: name, rest } = parts(value.replaceAll(/[/-]*\{\w+\}/g, ""));
  const because = `where plugins are fetched from, by ${origin}`;
  if (reachOf(name.replace(/:\d+$/, "")) === "inside") return host(name, { path, purpose: "data", because });
  return { kind: "image", path, value: `${name}${rest || "/"}`, because };
}

function called(name: string, { value, origin }: Setting): Fact {
  const { for: purpose, because, fix } = engineCatalogue().switches.find(({ variable }) => variable === name)!;
  return host(value, { path: `calls.${name}`, purpose, because: `${because} (${origin})`, remedy: fix });
}

function named(name: string, { value }: Setting): Fact[] {
  const known = engineVariable(name);
  if (!known) return [];
  const said = { path: `variables.${name}`, purpose: known.for, because: known.because };
  return [known.reads === "place" ? place(value, said) : host(value, said)];
}

type Said = { path: string; purpose: Purpose; because: string; remedy?: string };

const here = "localhost";

function host(text: string, said: Said): Fact {
  const name = parts(text).host.replace(/:\d+$/, "");
  if (name !== "") return { kind: "host", value: name, ...said };
  return { kind: "undecidable", path: said.path, purpose: said.purpose, why: "it names no host", remedy: "Name one." };
}

/** A region that nobody knows is not taken for one of the country's. */
function place(value: string, said: Said): Fact {
  if (placeOf(value) || groupOf(value)) return { kind: "place", value, ...said };
  const why = `${value || "no region"}, which the catalogue places nowhere, ${said.because}`;
  return { kind: "undecidable", path: said.path, purpose: said.purpose, why, remedy: "Name a region in the country." };
}

/** Host with port, and what follows it; a file is on this machine. */
function parts(text: string): { host: string; rest: string } {
  if (/^(?:file:|\/|\.)/.test(text)) return { host: here, rest: "" };
  const [, address = "", rest = ""] = /^(?:[\w+.-]+:\/\/)?(?:[^/?#@]*@)?([^/?#]*)([^?#]*)/.exec(text) ?? [];
  return { host: address.toLowerCase().replace(/^\[(.*)\](:\d+)?$/, "$1"), rest: rest.replace(/\/+$/, "") };
}
