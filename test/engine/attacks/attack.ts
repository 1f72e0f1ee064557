import type { Door } from "../../../rehearsal/door.ts";
import type { Wire } from "../wire.ts";

/** A tenant as an attacker knows it. */
export type Party = { tenant: string; host: string; key: string; model: string };
/** Who attacks, and whom: `other.model` is not the attacker's. */
export type Scene = { own: Party; other: Party };

/** The parts of a request that an attack changes; two of different parts can be made at once. */
export type Aspect = "header" | "host" | "path" | "body" | "type" | "key" | "framing" | "method";

/** Something that nobody should get through with: how it changes an honest request, and which answers are right. */
export type Attack = {
  name: string;
  of: Aspect;
  /** 0 is a connection that ended without an answer. After a 2xx it was the attacker's own request, and nothing else. */
  statuses: number[];
  change: (wire: Wire, scene: Scene) => Wire;
};

type Row = [name: string, statuses: number | number[], change: (wire: Wire, scene: Scene) => Partial<Wire>];

/** Attacks on one part of a request, a row each. */
export function attacksOn(of: Aspect, rows: Row[]): Attack[] {
  return rows.map(([name, statuses, change]) => ({
    name: `${of}: ${name}`,
    of,
    statuses: [statuses].flat(),
    change: (wire, scene) => ({ ...wire, ...change(wire, scene) }),
  }));
}

/** A request without its headers of this name, and with another in their place if there is one. */
export function withHeader(wire: Wire, name: string, ...values: string[]): Partial<Wire> {
  const others = wire.headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
  return { headers: [...others, ...values.map((value): [string, string] => [name, value])] };
}

/** An honest chat of a tenant's, with a prompt of its own. */
export function honest({ host, key, model }: Party, number: number): Wire {
  const messages = [{ role: "user", content: `What is the answer to question ${number}?` }];
  return {
    sni: host,
    version: "1.1",
    method: "POST",
    path: "/v1/chat/completions",
    host,
    headers: [
      ["Authorization", `Bearer ${key}`],
      ["Content-Type", "application/json"],
    ],
    body: JSON.stringify({ model, messages, max_tokens: 5 }),
    framing: "length",
    trailers: "",
    after: "",
  };
}

/** Two tenants of a door as attacker and attacked; the model is one that the attacker does not have. */
export function sceneOf(door: Door, own: string, other: string): Scene {
  const party = (tenant: string, without: string[]): Party => {
    const { baseUrl, key, models } = door.tenants[tenant]!;
    const model = models.find((name) => !without.includes(name));
    if (!model) throw new Error(`${tenant} has no model of its own`);
    return { tenant, host: new URL(baseUrl).hostname, key, model };
  };
  return { own: party(own, []), other: party(other, door.tenants[own]!.models) };
}
