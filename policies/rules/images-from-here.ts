import { type Jurisdiction, registryInCountry } from "../../components/country/jurisdiction.ts";
import type { ImageFact } from "../fact.ts";
import { pending, type Rule, type Ruling } from "../rule.ts";
import { whereabouts } from "../whereabouts.ts";

/** Every image, chart and artifact comes from a registry in the country. */
export const imagesFromHere: Rule = {
  name: "images-from-here",
  title: "Images from here",
  text: "Every image, chart and artifact is pulled from a registry that is declared, or known, to stand in the country.",
  severity: "high",
  remedy:
    "Mirror it and name the mirror, or declare the registry under freehold:guards.registries (or FREEHOLD_REGISTRIES).",
  judge: (facts, jurisdiction) => [
    ...facts.flatMap((fact) => (fact.kind === "image" ? image(fact, jurisdiction) : [])),
    ...pending(facts, ["image"]),
  ],
};

function image(fact: ImageFact, jurisdiction: Jurisdiction): Ruling[] {
  const rulings = (fact.registry ?? []).flatMap((where) => whereabouts(where, jurisdiction));
  // What a name itself places abroad no declaration brings home.
  const abroad = rulings.some(({ fact: { kind }, verdict }) => kind === "place" && verdict === "broken");
  if (!abroad && registryInCountry(fact.value, jurisdiction)) return [{ fact, verdict: "held" }];
  const { country, registries } = jurisdiction;
  const allowed = `registries in ${country}: ${registries.join(", ") || "none is declared"}`;
  const said = fact.secret ? undefined : fact.value;
  if (fact.registry) {
    // Nothing is said of one that another resource is, until that one is known.
    const against = rulings.find(({ verdict }) => verdict !== "held");
    if (!against) return rulings.slice(0, 1).map(() => ({ fact, verdict: "held" }));
    return [{ fact, verdict: against.verdict, found: [said, against.found].filter(Boolean).join(", "), allowed }];
  }
  // A name without a registry is read as one of Docker Hub, which surprises people.
  const [first = "", ...rest] = fact.value.split("/");
  const bare = rest.length === 0 || (!/[.:]/.test(first) && first !== "localhost");
  const found = [said, bare && "from docker.io", fact.because].filter(Boolean).join(", ");
  return [{ fact, verdict: "broken", found, allowed }];
}
