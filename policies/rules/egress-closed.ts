import { hostInCountry, type Jurisdiction } from "../../components/country/jurisdiction.ts";
import { type EgressFact, type Fact, type FilterFact, type Resource, UNKNOWN } from "../fact.ts";
import { type JoinedRuling, type Judged, pending, type Rule, type Ruling } from "../rule.ts";

/** Pods reach only what a policy opens, and no policy opens the outside world. */
export const egressClosed: Rule = {
  name: "egress-closed",
  title: "Egress closed",
  text: "Every namespace that runs pods denies egress by default, and nothing leads to the world but past a firewall that names hosts.",
  severity: "critical",
  remedy: "Open egress towards pods, namespaces or private ranges only.",
  judge: (facts, jurisdiction) => [
    ...facts.flatMap((fact) => (fact.kind === "egress" && !fact.beside ? [egress(fact, jurisdiction)] : [])),
    ...pending(facts, ["egress"]),
  ],
  judgeAll: (all, jurisdiction) => [...namespaces(all), ...waysOut(all, jurisdiction)],
};

function egress(fact: EgressFact, jurisdiction: Jurisdiction): Ruling {
  const { to, value } = fact;
  if (to === "node-network") {
    const remedy = "Remove hostNetwork: network policies do not hold on the node's network.";
    return { fact, verdict: "broken", found: value, allowed: "the pod network", remedy };
  }
  const [address = "", bits] = value.split("/");
  const single = bits === undefined || bits === "32" || bits === "128";
  if (to === "range" && single && hostInCountry(address, jurisdiction)) return { fact, verdict: "held" };
  const found = to === "everything" ? `${value} (everything)` : `${value}, addresses of the public internet`;
  return { fact, verdict: "broken", found, allowed: "pods, namespaces, private ranges" };
}

/** A network's way out is judged with what stands beside it: only the whole plan shows whether that is a firewall. */
function waysOut(all: readonly Judged[], jurisdiction: Jurisdiction): JoinedRuling[] {
  const standing = new Set(
    all.flatMap(({ resource: { parent }, facts }) =>
      facts.flatMap((fact) => (fact.kind === "filter" ? [`${parent} ${fact.filter}`] : [])),
    ),
  );
  const passes = (parent: string | undefined, filters: readonly FilterFact["filter"][]) =>
    filters.some((filter) => standing.has(`${parent} ${filter}`));
  return all.flatMap(({ resource, facts }) =>
    facts.flatMap((fact): JoinedRuling[] => {
      if (fact.kind !== "egress" || !fact.beside) return [];
      if (passes(resource.parent, fact.beside)) return [{ resource, fact, verdict: "held" }];
      return [{ resource, ...egress(fact, jurisdiction) }];
    }),
  );
}

/** A namespace is closed by one resource and filled by others, so only the whole plan shows one that is open. */
function namespaces(all: readonly Judged[]): JoinedRuling[] {
  const clusters = Map.groupBy(all, ({ resource }) => clusterOf(resource));
  return [...clusters.values()].flatMap(namespacesOf);
}

/** A policy holds in its own cluster; a namespace of that name in another one is another namespace. */
function namespacesOf(all: readonly Judged[]): JoinedRuling[] {
  const facts = all.flatMap(({ facts }) => facts);
  const closed = new Set(facts.flatMap((fact) => (fact.kind === "isolation" ? [fact.namespace] : [])));
  const hidden = facts.some((fact) => hides(fact, "isolation"));
  const reported = new Set<string>();
  return all.flatMap(({ resource, facts }) =>
    facts.flatMap((fact): JoinedRuling[] => {
      if (hides(fact, "workload")) return [{ resource, fact, verdict: "pending" }];
      if (fact.kind !== "workload") return [];
      const { namespace } = fact;
      if (closed.has(namespace) || closed.has("*")) return [{ resource, fact, verdict: "held" }];
      if (hidden) return [{ resource, fact, verdict: "pending" }];
      // One finding for a namespace says it all.
      if (reported.has(namespace)) return [];
      reported.add(namespace);
      const remedy = `Add a NetworkPolicy to namespace ${namespace}: podSelector {}, policyTypes [Egress], no egress.`;
      const found = `pods run in namespace ${namespace}, whose egress is open`;
      return [{ resource, fact, verdict: "broken", found, allowed: "namespaces that deny egress by default", remedy }];
    }),
  );
}

/** What tells a provider's cluster from others: several providers may lead to one. */
function clusterOf({ provider }: Resource): string {
  const { kubeconfig, context, cluster } = provider?.props ?? {};
  const settings = [kubeconfig, context, cluster];
  return settings.includes(UNKNOWN) ? (provider?.name ?? "") : JSON.stringify(settings);
}

function hides(fact: Fact, kind: Fact["kind"]): boolean {
  return fact.kind === "unknown" && fact.hides.includes(kind);
}
