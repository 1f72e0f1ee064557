import { type Fact, isWhere, type ReferenceFact } from "./fact.ts";
import type { Judged } from "./rule.ts";

/** Who is known under which identity. */
export type Known = ReadonlyMap<string, readonly Judged[]>;

/** All resources by the identities that their facts give. */
export function knownAmong(all: readonly Judged[]): Map<string, Judged[]> {
  const known = new Map<string, Judged[]>();
  for (const judged of all) learn(known, judged);
  return known;
}

/** Adds one resource under all its identities. */
export function learn(known: Map<string, Judged[]>, judged: Judged): void {
  for (const fact of judged.facts) {
    if (fact.kind !== "self") continue;
    const others = known.get(fact.id);
    if (others) others.push(judged);
    else known.set(fact.id, [judged]);
  }
}

/**
 * The facts with their references followed: where what is referred to stands becomes a place. `whole`: all resources are known,
 * so what is not among them is not part of the program; otherwise such references stay what they are.
 */
export function joined(facts: readonly Fact[], known: Known, whole: boolean): Fact[] {
  return facts.flatMap((fact): Fact[] => {
    if (fact.kind === "reference") return follow(fact, known, whole);
    if (fact.kind !== "image" || !fact.registry?.some(isReference)) return [fact];
    const registry = fact.registry.flatMap((each) => (isReference(each) ? follow(each, known, whole) : [each]));
    return registry.every(isWhere) ? [{ ...fact, registry }] : registry.filter((each) => !isWhere(each));
  });
}

function isReference(fact: Fact): fact is ReferenceFact {
  return fact.kind === "reference";
}

function follow(fact: ReferenceFact, known: Known, whole: boolean): Fact[] {
  const several = meant(fact, known);
  const found = several.flatMap((judged) =>
    placesOf(judged, known, new Set([fact])).map((place) => ({ judged, place })),
  );
  // One that is meant to stand where nothing stands is as good as not there.
  if (several.length === 0 || (fact.own && found.length === 0)) return whole ? without(fact) : [fact];
  return [...new Map(found.map((each) => [each.place, each])).values()].map(({ judged, place }): Fact => {
    if (place === "unknown") return { kind: "unknown", path: fact.path, hides: ["place"], ...purpose(fact) };
    const where = `where ${judged.resource.name} stands`;
    const because = [fact.because, where].filter(Boolean).join(", ");
    const { path, remedy, secret, own } = fact;
    return {
      kind: "place",
      path,
      value: place,
      ...purpose(fact),
      because,
      ...(remedy && { remedy }),
      ...(secret && { secret }),
      ...(own && { own }),
    };
  });
}

/** All who are known under the first identity that anybody is known under; nobody refers to itself. */
function meant(fact: ReferenceFact, known: Known): readonly Judged[] {
  for (const id of fact.to) {
    const all = known.get(id)?.filter(({ facts }) => !facts.includes(fact)) ?? [];
    const placed = all.filter(({ facts }) => facts.some(isOwn));
    if (placed.length > 0) return placed;
    if (all.length > 0) return all;
  }
  return [];
}

function isOwn(fact: Fact): boolean {
  return (fact.kind === "place" || fact.kind === "reference") && fact.own === true;
}

function placesOf({ facts }: Judged, known: Known, seen: Set<Fact>): (string | "unknown")[] {
  return facts.flatMap((fact) => {
    if (fact.kind === "place" && fact.own) return [fact.value];
    if (fact.kind === "unknown" && /^(?:region|location|zone)$/.test(fact.path)) return ["unknown"];
    if (fact.kind !== "reference" || !fact.own || seen.has(fact)) return [];
    seen.add(fact);
    return meant(fact, known).flatMap((next) => placesOf(next, known, seen));
  });
}

function without(fact: ReferenceFact): Fact[] {
  const { path, value, otherwise, because, remedy, secret } = fact;
  if (otherwise === "host" || otherwise === "place") {
    return [{ kind: otherwise, path, value, ...purpose(fact), ...(because && { because }), ...(secret && { secret }) }];
  }
  if (otherwise !== "undecidable") return [];
  const named = secret ? "what it names" : value;
  const why = [`${named} is not part of this program, so where it stands cannot be told`, because]
    .filter(Boolean)
    .join(", ");
  return [
    {
      kind: "undecidable",
      path,
      why,
      remedy: remedy ?? "Declare it in the same program, or have it waived.",
      ...purpose(fact),
    },
  ];
}

function purpose({ purpose }: ReferenceFact): Pick<ReferenceFact, "purpose"> {
  return purpose ? { purpose } : {};
}
