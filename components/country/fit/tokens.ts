import { createPublicKey, type KeyObject } from "node:crypto";
import type { Finding, Path } from "../fault.ts";
import type { Sound } from "../sound.ts";
import { show } from "../wording.ts";

type Provider = NonNullable<NonNullable<NonNullable<Sound["tenants"]>[string]>["oidc"]>;

const fewestBits = 2048;

/** Keys of identity providers that sign nothing safely, and providers whose tokens would open the hosts of two tenants. */
export function judgeTokens({ tenants = {} }: Sound): Finding[] {
  const providers = Object.entries(tenants).flatMap(([name, tenant]) =>
    tenant?.oidc ? [[name, tenant.oidc] as const] : [],
  );
  return [
    ...providers.flatMap(([name, { jwks }]) =>
      (jwks?.from === "file" ? (jwks.keys ?? []) : []).flatMap((key, index) =>
        judgeKey(["tenants", name, "oidc", "jwks", "keys", index], key),
      ),
    ),
    ...providers.flatMap(([name, provider], index) => {
      const [other] = providers.slice(0, index).find(([, earlier]) => areAlike(earlier, provider)) ?? [];
      return other === undefined ? [] : [shared(name, provider, other)];
    }),
  ];
}

function judgeKey(at: Path, jwk: object | undefined): Finding[] {
  if (!jwk || Object.values(jwk).some((part) => part === undefined)) return [];
  const allowed = `a public key as the provider's JWKS has it, RSA of at least ${fewestBits} bits`;
  const remedy = "take it over from the provider's JWKS again";
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk as never, format: "jwk" });
  } catch {
    return [{ at, found: "numbers that are no public key", allowed, remedy }];
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? fewestBits;
  if (bits >= fewestBits) return [];
  return [{ at, found: `an RSA key of ${bits} bits`, allowed, remedy: "let the provider sign with a longer key" }];
}

/** Whether one token could be good for both: nothing that they ask for tells it apart. */
function areAlike(one: Provider, other: Provider): boolean {
  if (one.issuer === undefined || one.issuer !== other.issuer || one.audience !== other.audience) return false;
  const asked = one.claims ?? {};
  return !Object.entries(other.claims ?? {}).some(([claim, value]) => (asked[claim] ?? value) !== value);
}

function shared(name: string, { issuer, audience }: Provider, other: string): Finding {
  return {
    at: ["tenants", name, "oidc"],
    of: "key",
    found: `the issuer ${show(issuer)} and the audience ${show(audience)} of ${other}: a token could open both hosts`,
    allowed: "an audience of its own for each tenant of an issuer, or a claim with another value for each",
    remedy: `give ${name} an audience of its own, such as  audience: freehold-${name}`,
  };
}
