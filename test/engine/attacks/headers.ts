import type { Wire } from "../wire.ts";
import { type Attack, attacksOn, type Scene } from "./attack.ts";

const more =
  (...headers: (readonly [string, string | ((scene: Scene) => string)])[]) =>
  (wire: Wire, scene: Scene): Partial<Wire> => ({
    headers: [
      ...wire.headers,
      ...headers.map(([name, value]): [string, string] => [name, typeof value === "string" ? value : value(scene)]),
    ],
  });

const tenant = ({ other }: Scene) => other.tenant;
const model = ({ other }: Scene) => other.model;
const host = ({ other }: Scene) => other.host;

/** Headers by which the gateway, its parts or servers behind it could be told something. */
export const headerAttacks: Attack[] = [
  ...attacksOn("header", [
    ["another tenant's name", 200, more(["x-freehold-tenant", tenant])],
    ["another tenant's name in capitals", 200, more(["X-FREEHOLD-TENANT", tenant])],
    ["another tenant's name twice", 200, more(["x-freehold-tenant", tenant], ["X-Freehold-Tenant", tenant])],
    [
      "another tenant's name before one's own",
      200,
      more(["x-freehold-tenant", ({ own, other }) => `${other.tenant}, ${own.tenant}`]),
    ],
    [
      "another tenant's client id",
      200,
      more(["x-freehold-tenant", ({ other }) => `${other.tenant}.default.9999999999`]),
    ],
    ["an empty tenant", 200, more(["x-freehold-tenant", ""])],
    ["another tenant's name with an underscore", 400, more(["x_freehold_tenant", tenant])],
    ["another tenant's name with space before the colon", 400, more(["x-freehold-tenant ", tenant])],
    ["another tenant's name, folded", 200, more(["x-a", ({ other }) => `b\r\n x-freehold-tenant: ${other.tenant}`])],
    [
      "another tenant's name behind a bare line feed",
      [400, 200],
      more(["x-a", ({ other }) => `b\nx-freehold-tenant: ${other.tenant}`]),
    ],
    [
      "another tenant's name behind a bare carriage return",
      200,
      more(["x-a", ({ other }) => `b\rx-freehold-tenant: ${other.tenant}`]),
    ],
    [
      "another tenant's name behind a zero byte",
      400,
      more(["x-a", ({ other }) => `b\0x-freehold-tenant: ${other.tenant}`]),
    ],
    ["the tenant's header named in Connection", 200, more(["Connection", "close, x-freehold-tenant, x-ai-eg-model"])],
    ["the key's header named in Connection", [200, 401], more(["Connection", "close, authorization"])],
    ["another key's name", 200, more(["x-freehold-key", "boss"])],
    ["another model", 200, more(["x-ai-eg-model", model])],
    ["another model twice, in two spellings", 200, more(["x-ai-eg-model", model], ["X-AI-EG-Model", model])],
    ["another path, as AI Gateway keeps it", 200, more(["x-ai-eg-original-path", "/v1/embeddings"])],
    ["another path, as Envoy keeps it", 200, more(["x-envoy-original-path", "/v1/models"])],
    ["another path, as other proxies keep it", 200, more(["x-original-url", "/stats"], ["x-rewrite-url", "/stats"])],
    [
      "a backend of one's choice",
      200,
      more(["x-ai-eg-backend", "other"], ["x-ai-eg-route-name", "models-1"], ["x-ai-eg-internal-req-id", "1"]),
    ],
    [
      "an address to be sent to",
      200,
      more(["x-gateway-destination-endpoint", "127.0.0.1:19000"], ["x-envoy-original-dst-host", "127.0.0.1:19000"]),
    ],
    [
      "another host, as proxies keep it",
      200,
      more(["x-forwarded-host", host], ["forwarded", ({ other }) => `host=${other.host}`], ["x-host", host]),
    ],
    [
      "an address of the inside",
      200,
      more(["x-forwarded-for", "127.0.0.1"], ["x-real-ip", "127.0.0.1"], ["x-envoy-internal", "true"]),
    ],
    ["an insecure scheme", 200, more(["x-forwarded-proto", "http"])],
    [
      "no patience for the model",
      200,
      more(["x-envoy-upstream-rq-timeout-ms", "1"], ["x-envoy-expected-rq-timeout-ms", "1"]),
    ],
    ["a timeout as of gRPC", 200, more(["grpc-timeout", "1n"], ["x-envoy-upstream-rq-per-try-timeout-ms", "1"])],
    [
      "many tries",
      200,
      more(
        ["x-envoy-retry-on", "5xx,retriable-4xx"],
        ["x-envoy-max-retries", "50"],
        ["x-envoy-hedge-on-per-try-timeout", "true"],
      ),
    ],
    [
      "what counters say",
      200,
      more(["x-ratelimit-limit", "1"], ["x-ratelimit-remaining", "0"], ["x-envoy-ratelimited", "false"]),
    ],
    ["a request id of one's own", 200, more(["x-request-id", "00000000-0000-4000-8000-000000000000"])],
    [
      "another method",
      200,
      more(["x-http-method-override", "DELETE"], ["x-method-override", "GET"], ["x-http-method", "PUT"]),
    ],
    ["a range", 200, more(["Range", "bytes=0-9"])],
    ["what it expects", 200, more(["Expect", "100-continue"])],
    ["what nobody can fulfil", [200, 417], more(["Expect", "202-accepted"])],
    ["trailers that it takes", 200, more(["TE", "trailers"], ["Trailer", "x-freehold-tenant"])],
    ["a packed answer", 200, more(["Accept-Encoding", "gzip, br, zstd"])],
    [
      "an upgrade to websocket",
      403,
      more(
        ["Connection", "Upgrade"],
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="],
        ["Sec-WebSocket-Version", "13"],
      ),
    ],
    [
      "an upgrade to HTTP/2",
      [200, 403],
      more(["Connection", "Upgrade, HTTP2-Settings"], ["Upgrade", "h2c"], ["HTTP2-Settings", "AAMAAABkAAQAAP__"]),
    ],
    ["an upgrade to another protocol", [200, 403], more(["Connection", "Upgrade"], ["Upgrade", "TLS/1.0, HTTP/1.1"])],
    [
      "more of them than it takes",
      431,
      more(...Array.from({ length: 200 }, (_, index) => [`x-${index}`, "1"] as const)),
    ],
    ["one longer than it takes", 431, more(["x-long", "a".repeat(70_000)])],
  ]),
];
