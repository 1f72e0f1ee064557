import { type Attack, attacksOn } from "./attack.ts";

/** Hosts and connections under which somebody else could be meant. */
const hosts: Attack[] = attacksOn("host", [
  ["another tenant's", 403, (_, { other }) => ({ host: other.host })],
  ["another tenant's, with its certificate", 403, (_, { other }) => ({ host: other.host, sni: other.host })],
  ["one's own, on a connection for another's", [200, 421], (_, { other }) => ({ sni: other.host })],
  ["one's own with a dot behind it", [403, 404], ({ host }) => ({ host: `${host}.` })],
  ["another tenant's with a dot behind it", [403, 404], (_, { other }) => ({ host: `${other.host}.` })],
  ["one's own in capitals", 403, ({ host }) => ({ host: host!.toUpperCase() })],
  ["another tenant's in capitals", 403, (_, { other }) => ({ host: other.host.toUpperCase() })],
  ["one's own with the port", 200, ({ host }) => ({ host: `${host}:443` })],
  ["one's own with another port", 403, ({ host }) => ({ host: `${host}:8443` })],
  ["one's own with a port that is none", [400, 403, 404], ({ host }) => ({ host: `${host}:443x` })],
  [
    "another tenant's with one's own as user",
    [400, 403, 404],
    (_, { own, other }) => ({ host: `${own.host}@${other.host}` }),
  ],
  [
    "one's own with another tenant's as user",
    [400, 403, 404],
    (_, { own, other }) => ({ host: `${other.host}@${own.host}` }),
  ],
  ["two in one", [400, 403, 404], (_, { own, other }) => ({ host: `${own.host}, ${other.host}` })],
  [
    "two, another tenant's second",
    [400, 403],
    (wire, { other }) => ({ headers: [...wire.headers, ["Host", other.host]] }),
  ],
  ["none", 400, () => ({ host: null })],
  ["an empty one", [400, 404], () => ({ host: "" })],
  ["the gateway's", [403, 404], ({ host }) => ({ host: host!.slice(host!.indexOf(".") + 1) })],
  ["an address", 404, () => ({ host: "127.0.0.1" })],
  ["a model server's", 404, () => ({ host: "salamandra.freehold-models.svc.cluster.local:8000" })],
  ["one's own below another tenant's", 403, (_, { own, other }) => ({ host: `${own.tenant}.${other.host}` })],
  ["another tenant's below one's own", 403, (_, { own, other }) => ({ host: `${other.tenant}.${own.host}` })],
  ["one that begins like one's own", 403, ({ host }) => ({ host: host!.replace(".", "er.") })],
  ["a zero byte within", 400, (_, { own, other }) => ({ host: `${own.host}\0.${other.host}` })],
  ["another tenant's in the request line", 403, ({ path }, { other }) => ({ path: `https://${other.host}${path}` })],
  [
    "one's own in the request line, another's beside it",
    200,
    ({ path }, { own, other }) => ({ path: `https://${own.host}${path}`, host: other.host }),
  ],
  ["another tenant's in HTTP/2's authority", [403, 0], (_, { other }) => ({ version: "2", host: other.host })],
  [
    "another tenant's in HTTP/2's host header",
    [200, 400],
    (wire, { other }) => ({ version: "2", headers: [...wire.headers, ["host", other.host]] }),
  ],
  [
    "one's own, by HTTP/2 on a connection for another's",
    [200, 421],
    (_, { other }) => ({ version: "2", sni: other.host }),
  ],
  ["one's own, by HTTP/2", 200, () => ({ version: "2" })],
  ["HTTP/1.0", 426, () => ({ version: "1.0" })],
]);

const to = (path: string) => () => ({ path });
const get = (path: string) => () => ({ path, method: "GET", body: "", framing: "as written" as const });

/** Paths that could lead past the permission, or to what is nobody's business. */
const paths: Attack[] = attacksOn("path", [
  ["two slashes", 200, to("//v1//chat/completions")],
  ["up and down", 200, to("/v1/../v1/chat/./completions")],
  ["up and down in escapes", [200, 307], to("/v1/%2e%2e/v1/chat/completions")],
  ["up beyond the root", [200, 400], to("/../../v1/chat/completions")],
  ["through the list", 200, to("/v1/models/../chat/completions")],
  ["through the list in escapes", [200, 307, 405], to("/v1/models/..%2fchat/completions")],
  ["a letter in escapes", 200, to("/v1/%63hat/completions")],
  ["a slash in escapes", 307, to("/v1/chat%2fcompletions")],
  ["a slash in escapes of escapes", 404, to("/v1/chat%252fcompletions")],
  ["a backslash", [307, 400, 404, 200], to("/v1\\chat\\completions")],
  ["a backslash in escapes", [307, 404], to("/v1/chat%5ccompletions")],
  ["a zero byte in escapes", 400, to("/v1/chat/completions%00")],
  ["a slash behind it", 404, to("/v1/chat/completions/")],
  ["a parameter", 404, to("/v1/chat/completions;model=other")],
  ["a parameter before the slash", 404, to("/v1;x=/chat/completions")],
  ["a query", 200, () => ({ path: "/v1/chat/completions?model=other&api_key=x&path=/v1/models" })],
  ["a query that looks like the list", 200, to("/v1/chat/completions?/v1/models")],
  ["a fragment", 400, to("/v1/chat/completions#/v1/models")],
  ["in capitals", 404, to("/V1/CHAT/COMPLETIONS")],
  ["wide characters", [400, 404], to("/v1/chat/completi\xefons")],
  ["nothing", [400, 404], to("")],
  ["a star", [400, 404], () => ({ path: "*", method: "OPTIONS", body: "" })],
  ["the list with a chat's body", 405, to("/v1/models")],
  ["a list of one with a chat's body", 405, to("/v1/models/x")],
  ["the model server's own log", 404, get("/rehearsal/requests")],
  ["the list, and up to it", [404, 307], get("/v1/models/..%2f..%2frehearsal%2frequests")],
  ["the list, and up", 404, get("/v1/models/../../rehearsal/requests")],
  ...[
    "/metrics",
    "/stats",
    "/stats/prometheus",
    "/config_dump",
    "/clusters",
    "/certs",
    "/server_info",
    "/ready",
    "/healthz",
  ].map((path) => [path, 404, get(path)] as [string, number, ReturnType<typeof get>]),
  ...[
    "/quitquitquit",
    "/drain_listeners",
    "/reopen_logs",
    "/tokenize",
    "/v1/load_lora_adapter",
    "/sleep",
    "/mcp",
    "/v1/responses",
  ].map((path) => [path, 404, to(path)] as [string, number, ReturnType<typeof to>]),
  ...["/health", "/version", "/docs", "/openapi.json", "/rehearsal", "/.env", "/v1/files"].map(
    (path) => [path, 404, get(path)] as [string, number, ReturnType<typeof get>],
  ),
]);

/** Methods that are not the path's. */
const methods: Attack[] = attacksOn("method", [
  ...["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"].map(
    (method) => [method, 405, () => ({ method })] as [string, number, () => { method: string }],
  ),
  ["TRACE", [400, 404, 405], () => ({ method: "TRACE" })],
  ["in small letters", [400, 405], () => ({ method: "post" })],
  ["one that nobody knows", [400, 405], () => ({ method: "STEAL" })],
  [
    "a tunnel",
    [400, 404],
    (_, { other }) => ({ method: "CONNECT", path: `${other.host}:443`, body: "", framing: "as written" }),
  ],
  ["a tunnel by HTTP/2", [0, 404], () => ({ method: "CONNECT", version: "2", body: "" })],
]);

/** Attacks on where a request goes. */
export const placeAttacks: Attack[] = [...hosts, ...paths, ...methods];
