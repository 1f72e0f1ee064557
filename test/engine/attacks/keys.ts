import { bytesOf, type Wire } from "../wire.ts";
import { type Attack, attacksOn, honest, type Scene, withHeader } from "./attack.ts";

const authorized =
  (...values: ((scene: Scene) => string)[]) =>
  (wire: Wire, scene: Scene) =>
    withHeader(wire, "Authorization", ...values.map((value) => value(scene)));
const own = ({ own }: Scene) => `Bearer ${own.key}`;
const other = ({ other }: Scene) => `Bearer ${other.key}`;
/** The key in another place than its own. */
const elsewhere = (name: string, value: (key: string) => string) => (wire: Wire, scene: Scene) => ({
  headers: [...withHeader(wire, "Authorization").headers!, [name, value(scene.own.key)] as [string, string]],
});

const keys: Attack[] = attacksOn("key", [
  ["none", 401, authorized()],
  ["an empty one", 401, authorized(() => "")],
  ["the scheme alone", 401, authorized(() => "Bearer ")],
  ["no scheme", 200, authorized(({ own }) => own.key)],
  [
    "another scheme",
    401,
    authorized(({ own }) => `Basic ${Buffer.from(`${own.tenant}:${own.key}`).toString("base64")}`),
  ],
  ["a scheme in small letters", 401, authorized(({ own }) => `bearer ${own.key}`)],
  ["the scheme twice", 401, authorized(({ own }) => `Bearer Bearer ${own.key}`)],
  ["spaces before it", [200, 401], authorized(({ own }) => `Bearer   ${own.key}`)],
  ["a space behind it", 200, authorized(({ own }) => `Bearer ${own.key} `)],
  ["in quotes", 401, authorized(({ own }) => `Bearer "${own.key}"`)],
  ["a letter more", 401, authorized(({ own }) => `${`Bearer ${own.key}`}A`)],
  ["a letter less", 401, authorized(({ own }) => `Bearer ${own.key.slice(0, -1)}`)],
  ["in other letters", 401, authorized(({ own }) => `Bearer ${own.key.toUpperCase()}`)],
  ["a zero byte", 400, authorized(({ own }) => `Bearer ${own.key}\0`)],
  ["a tenant's name", 401, authorized(({ other }) => `Bearer ${other.tenant}`)],
  ["a very long one", 401, authorized(() => `Bearer ${"f".repeat(30_000)}`)],
  ["another tenant's", 403, authorized(other)],
  ["two, with a comma", 401, authorized(({ own, other }) => `Bearer ${own.key}, Bearer ${other.key}`)],
  ["a wrong one behind the right one", [200, 400, 401], authorized(own, () => "Bearer fh-wrong")],
  ["the right one behind a wrong one", [400, 401], authorized(() => "Bearer fh-wrong", own)],
  ["another tenant's behind the right one", [200, 400, 401], authorized(own, other)],
  ["the right one behind another tenant's", [400, 401, 403], authorized(other, own)],
  ["in x-api-key", 401, elsewhere("x-api-key", (key) => key)],
  ["in api-key", 401, elsewhere("api-key", (key) => key)],
  ["in a cookie", 401, elsewhere("Cookie", (key) => `authorization=Bearer ${key}; api_key=${key}`)],
  ["for a proxy", 401, elsewhere("Proxy-Authorization", (key) => `Bearer ${key}`)],
  [
    "in the query",
    401,
    (wire, scene) => ({ ...withHeader(wire, "Authorization"), path: `${wire.path}?api_key=${scene.own.key}` }),
  ],
  [
    "in the body",
    401,
    (wire, scene) => ({
      ...withHeader(wire, "Authorization"),
      body: `${String(wire.body).slice(0, -1)},"api_key":"${scene.own.key}"}`,
    }),
  ],
]);

/** A chat as another tenant would ask it, with the attacker's key. */
const asOther = ({ own, other }: Scene) => bytesOf(honest({ ...other, key: own.key }, 0)).toString("latin1");
const written = (name: string, value: (length: number) => string) => (wire: Wire) => ({
  framing: "as written" as const,
  headers: [...wire.headers, [name, value(Buffer.byteLength(wire.body))] as [string, string]],
});

const framings: Attack[] = attacksOn("framing", [
  ["pieces of no told length", 200, () => ({ framing: "chunked" })],
  [
    "another tenant's name behind the pieces",
    [200, 400],
    (_, { other }) => ({ framing: "chunked", trailers: `x-freehold-tenant: ${other.tenant}\r\n` }),
  ],
  [
    "a length, and pieces",
    400,
    (wire) => ({ framing: "chunked", headers: [...wire.headers, ["Content-Length", "5"]] }),
  ],
  [
    "pieces, and a length of them all",
    400,
    (wire) => ({ ...wire, headers: [...wire.headers, ["Transfer-Encoding", "chunked"]] }),
  ],
  ["pieces in a spelling of one's own", [400, 501], written("Transfer-Encoding", () => "xchunked")],
  ["pieces of nothing", [400, 501], written("Transfer-Encoding", () => "chunked, identity")],
  ["pieces behind a tab", [400, 501], written("Transfer-Encoding", () => "\x0bchunked")],
  ["two lengths", 400, (wire) => ({ headers: [...wire.headers, ["Content-Length", "5"]] })],
  ["two lengths in one", 400, written("Content-Length", (length) => `${length}, ${length + 1}`)],
  ["a negative length", 400, written("Content-Length", () => "-1")],
  ["a length with a sign", 400, written("Content-Length", (length) => `+${length}`)],
  ["a length beyond all lengths", [400, 413], written("Content-Length", () => "99999999999999999999")],
  ["a second request for another tenant behind it", [200, 403], (_, scene) => ({ after: asOther(scene) })],
  [
    "a second request hidden in the body",
    [200, 400],
    (wire, scene) => ({ ...written("Content-Length", (length) => String(length))(wire), after: asOther(scene) }),
  ],
  ["a second request behind the last piece", [200, 403], (_, scene) => ({ framing: "chunked", after: asOther(scene) })],
]);

/** Attacks by who is said to ask, and by where a request is said to end. */
export const keyAttacks: Attack[] = [...keys, ...framings];
