import { isDeepStrictEqual } from "node:util";
import { grouped, written } from "../country/wording.ts";
import type { Country } from "../country.ts";
import { sumOf } from "./kept.ts";
import type { Move } from "./move.ts";

/** What is not the same after a move and may not have to be, and what whoever calls notices of it. */
export type Difference = { path: string; cloud: string; hall: string; clients: string };

const unnoticed = "nothing";

/** What differs between the two sides of a move, and is allowed to. */
export function differences({ cloud, hall }: Move): Difference[] {
  const [from, to] = [cloud.country, hall.country];
  const said = (path: string, a: unknown, b: unknown, clients = unnoticed): Difference[] =>
    isDeepStrictEqual(a, b) ? [] : [{ path, cloud: text(a), hall: text(b), clients }];
  return [
    ...Object.keys(from.models).flatMap((name) => model(name, from, to, said)),
    ...Object.keys(from.tenants).flatMap((name) => tenant(name, from, to, said)),
    ...said("registry", from.registry, to.registry),
    ...said("gateway.service", from.gateway.service, to.gateway.service, addressed(to)),
    ...certificate(from, to),
    ...said("gateway.replicas", from.gateway.replicas, to.gateway.replicas),
    ...said("storage.objects", from.storage?.objects.kind, to.storage?.objects.kind),
    ...said("storage.keys", from.storage?.keys.kind, to.storage?.keys.kind),
    ...said(
      "storage.records.volumeGiB",
      volumeGiB(from),
      volumeGiB(to),
      "nothing, if it holds the records: measure them",
    ),
    ...said("monitoring", from.monitoring && "yes", to.monitoring && "yes", "nothing; metrics of the past stay behind"),
  ];
}

type Said = (path: string, a: unknown, b: unknown, clients?: string) => Difference[];

function model(name: string, from: Country, to: Country, said: Said): Difference[] {
  const [a, b] = [from.models[name]!, to.models[name]!];
  const at = `models.${name}`;
  const chips = (country: Country, pool: string) => {
    const { accelerator, sharing } = country.pools[pool]!;
    return sharing.kind === "mig" ? `${accelerator}, ${sharing.profile}` : accelerator;
  };
  const shorter = b.contextTokens < a.contextTokens;
  const beyond = `prompts and answers beyond ${grouped(b.contextTokens)} tokens together are refused with 400`;
  return [
    ...said(
      `${at}.replicas`,
      a.replicas,
      b.replicas,
      b.replicas < a.replicas ? "less room: more wait at busy hours" : unnoticed,
    ),
    ...said(`${at}.autoscale`, a.autoscale?.most, b.autoscale?.most),
    ...said(`${at}.concurrency`, a.concurrency, b.concurrency),
    ...said(`${at}.accelerator`, chips(from, a.pool), chips(to, b.pool), "another pace"),
    ...said(`${at}.gpus`, a.gpus * a.nodes, b.gpus * b.nodes),
    ...said(`${at}.contextTokens`, a.contextTokens, b.contextTokens, shorter ? beyond : unnoticed),
    ...said(`${at}.kvCache`, a.kvCache, b.kvCache, "answers may differ in their wording"),
    ...said(`${at}.prefixCache`, a.prefixCache, b.prefixCache, "another pace"),
    ...said(`${at}.fallback`, a.fallback, b.fallback, "which model answers while none of this one does"),
    ...said(`${at}.weights.from`, a.weights.from, b.weights.from, compared(a, b)),
  ];
}

function compared(...models: Country["models"][string][]): string {
  const [a, b] = models.map(sumOf);
  return a && b && a.of === b.of
    ? unnoticed
    : "nothing, if they are the same: their sums are of different things and were not compared";
}

function tenant(name: string, from: Country, to: Country, said: Said): Difference[] {
  const [a, b] = [from.tenants[name]!, to.tenants[name]!];
  const at = `tenants.${name}`;
  const centres = Object.keys(a.keys).flatMap((key) =>
    said(
      `${at}.keys.${key}.costCentre`,
      a.keys[key]?.costCentre,
      b.keys[key]?.costCentre,
      "other accounts in usage reports",
    ),
  );
  return [
    ...said(`${at}.displayName`, a.displayName, b.displayName),
    ...said(`${at}.ownReplicas`, a.ownReplicas, b.ownReplicas, "another pace"),
    ...centres,
    ...said(`${at}.workspace`, a.workspace, b.workspace, "room for the tenant's own pods"),
  ];
}

function volumeGiB({ storage }: Country): number | undefined {
  return storage?.records.kind === "cloudnative-pg" ? storage.records.volumeGiB : undefined;
}

function addressed({ gateway }: Country): string {
  return gateway.service === "NodePort"
    ? "a port in the address, unless a load balancer in front of the proxies answers on 443"
    : unnoticed;
}

/** A private root is made in each cluster anew, so the same words on both sides are still another certificate. */
function certificate({ gateway: a }: Country, { gateway: b }: Country): Difference[] {
  const kept = a.certificate.from === "secret" && b.certificate.from === "secret";
  if (kept) return [];
  const clients =
    b.certificate.from === "issuer"
      ? "who trusts only the old root refuses the hall: hand out the new one before"
      : "another root, unless it is one that everybody knows";
  const of = ({ from }: Country["gateway"]["certificate"]) =>
    from === "issuer" ? "the cluster's own root" : "one that the operator brings";
  return [{ path: "gateway.certificate", cloud: of(a.certificate), hall: of(b.certificate), clients }];
}

function text(value: unknown): string {
  return value === undefined ? "none" : written(value);
}
