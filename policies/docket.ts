import type { Jurisdiction } from "../components/country/jurisdiction.ts";
import type { Resource } from "./fact.ts";
import { joined, learn } from "./join.ts";
import {
  type Finding,
  type Judgement,
  judgeFacts,
  judgeSeen,
  type Seen,
  see,
  type Terms,
  withAnswer,
} from "./judge.ts";
import type { Judged } from "./rule.ts";

/**
 * What one run of the engine shows, resource by resource. It remembers: a reference to what came before is decided before its
 * resource is created, and in the end the whole is judged by what was asked for, not by what the providers made of it.
 */
export class Docket {
  readonly #jurisdiction: Jurisdiction;
  readonly #terms: Terms;
  readonly #seen = new Map<string, Seen>();
  readonly #known = new Map<string, Judged[]>();

  constructor(jurisdiction: Jurisdiction, terms: Terms = {}) {
    this.#jurisdiction = jurisdiction;
    this.#terms = terms;
  }

  /** The findings of one resource, with the references that can be followed by now. */
  enter(resource: Resource): Finding[] {
    const seen = see(resource);
    this.#seen.set(resource.urn, seen);
    learn(this.#known, seen);
    const facts = joined(seen.facts, this.#known, false);
    return judgeFacts({ resource, facts }, this.#jurisdiction, this.#terms);
  }

  /** The judgement of everything. `answered` is what the engine has at the end. */
  close(answered: readonly Resource[]): Judgement {
    const parents = new Set(answered.map(({ parent }) => parent));
    // A run may enter only some resources: the rest is judged by what the engine has of them.
    const all = answered.map((resource) => {
      const entered = this.#seen.get(resource.urn);
      return entered ? withAnswer(entered, resource.props) : see(resource, parents);
    });
    return judgeSeen(all, this.#jurisdiction, this.#terms);
  }
}
