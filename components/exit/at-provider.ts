import { leaving } from "../../catalogue/exit.ts";
import { namedEndpoint, placeOf, placeOfHost } from "../../catalogue/index.ts";
import type { Path } from "../country/fault.ts";
import { backendSeats, type Seat, secretsSeats } from "../country/seats.ts";
import type { Country } from "../country.ts";
import { storageHosts } from "../storage/hosts.ts";
import type { CloudCountry, HallCountry, Side } from "./move.ts";
import type { Refusal } from "./refusals.ts";

type Named = { at: Path; seat: Seat };

/** What of the hall's file still stands at the provider that is left: a country that needs it has not left. */
export function atProvider({ cloud, hall }: { cloud: Side<CloudCountry>; hall: Side<HallCountry> }): Refusal[] {
  const { provider } = leaving(cloud.country.target.kind);
  return named(hall.country)
    .filter(({ seat }) => standsAt(seat, provider))
    .map(({ at, seat }) => ({
      in: "hall",
      at,
      found: `${seat.kind === "undecided" ? seat.found : seat.name}, which is at ${provider}`,
      allowed: "a place that is still there when the cloud is gone",
      remedy: "name one in the hall, or on the operator's domain",
    }));
}

/** Whether a host, a registry or an image is at a provider. */
export function isAt(name: string, provider: string): boolean {
  const host = name.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");
  return placeOfHost(host)?.provider === provider || namedEndpoint(host)?.provider === provider;
}

function standsAt(seat: Seat, provider: string): boolean {
  if (seat.kind === "region") return placeOf(seat.name)?.provider === provider;
  return seat.kind === "host" && isAt(seat.name, provider);
}

/** Everything that a country file names and that has to answer. */
function named({ state, registry, storage, models, tenants }: Country): Named[] {
  const host = (at: Path, name: string | undefined): Named[] =>
    name === undefined ? [] : [{ at, seat: { kind: "host", name } }];
  const hosts = storage && storageHosts(storage);
  return [
    ...backendSeats(state.backend).map((seat) => ({ at: ["state", "backend"], seat })),
    ...secretsSeats(state.secretsProvider, state.vaultAddress).map((seat) => ({
      at: ["state", "secretsProvider"],
      seat,
    })),
    ...host(["registry"], registry),
    ...host(["storage", "objects", "endpoint"], hosts?.objects?.host),
    ...host(["storage", "records", "host"], hosts?.records?.host),
    ...host(["storage", "keys", "address"], hosts?.keys?.host),
    ...Object.entries(models).flatMap(([name, { image, weights }]) => [
      ...host(["models", name, "image"], image),
      ...host(["models", name, "weights", "reference"], weights.from === "image" ? weights.reference : undefined),
    ]),
    ...Object.entries(tenants).flatMap(([name, { oidc }]) => [
      ...host(["tenants", name, "oidc", "issuer"], oidc?.issuer),
      ...host(["tenants", name, "oidc", "jwks", "uri"], oidc?.jwks.from === "provider" ? oidc.jwks.uri : undefined),
    ]),
  ];
}
