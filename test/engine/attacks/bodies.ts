import { gzipSync } from "node:zlib";
import type { Wire } from "../wire.ts";
import { type Attack, attacksOn, type Scene, withHeader } from "./attack.ts";

/** Text behind the last field of the body. */
const more = (written: string | ((scene: Scene) => string)) => (wire: Wire, scene: Scene) => ({
  body: `${String(wire.body).slice(0, -1)},${typeof written === "string" ? written : written(scene)}}`,
});
/** The model's field, as it is written instead. */
const model = (written: string | ((scene: Scene) => string)) => (wire: Wire, scene: Scene) => ({
  body: String(wire.body).replace(/"model":"[^"]*"/, () => (typeof written === "string" ? written : written(scene))),
});
const whole = (change: (text: string, scene: Scene) => string | Buffer) => (wire: Wire, scene: Scene) => ({
  body: change(String(wire.body), scene),
});
/** What a client writes that wants no tokens to be counted. */
const uncounted = '"stream":true,"stream":null,"stream_options":{"include_usage":true},"stream_options":null';
const imitation = '"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}';

const models: Attack[] = attacksOn("body", [
  ["another tenant's model", 403, model(({ other }) => `"model":"${other.model}"`)],
  ["one's own model in capitals", 403, model(({ own }) => `"model":"${own.model.toUpperCase()}"`)],
  ["one's own model with spaces", 403, model(({ own }) => `"model":" ${own.model} "`)],
  ["one's own model in wide letters", 403, model(({ own }) => `"model":"${own.model.replace("a", "\uff41")}"`)],
  [
    "one's own model with a letter that looks alike",
    403,
    model(({ own }) => `"model":"${own.model.replace("a", "\u0430")}"`),
  ],
  [
    "one's own model in escapes",
    200,
    model(({ own }) => `"model":"\\u00${own.model.charCodeAt(0).toString(16)}${own.model.slice(1)}"`),
  ],
  [
    "another model first, one's own last",
    200,
    model(({ own, other }) => `"model":"${other.model}","model":"${own.model}"`),
  ],
  [
    "one's own model first, another last",
    403,
    model(({ own, other }) => `"model":"${own.model}","model":"${other.model}"`),
  ],
  ["one's own model first, another last in escapes", 403, more(({ other }) => `"\\u006dodel":"${other.model}"`)],
  ["one's own model first, null last", 200, more('"model":null')],
  [
    "one's own model first, another in other letters",
    200,
    more(({ other }) => `"Model":"${other.model}","MODEL":"${other.model}"`),
  ],
  ["another model within", 200, more(({ other }) => `"metadata":{"model":"${other.model}"}`)],
  ["one's own model within only", 403, model(({ own }) => `"metadata":{"model":"${own.model}"}`)],
  ["one's own model with a path behind it", 403, model(({ own, other }) => `"model":"${own.model}/../${other.model}"`)],
  ["every model", 403, model('"model":"*"')],
  ["any model, as an expression", 403, model('"model":".*"')],
  ["models, with a comma", 403, model(({ own, other }) => `"model":"${own.model},${other.model}"`)],
  ["an empty model", 403, model('"model":""')],
  ["a model of null", 403, model('"model":null')],
  ["a model that is a number", 400, model('"model":7')],
  ["a model that is a list", 400, model(({ own }) => `"model":["${own.model}"]`)],
  ["a model that is an object", 400, model(({ own }) => `"model":{"name":"${own.model}"}`)],
  [
    "a model with a line of headers",
    500,
    model(({ own, other }) => `"model":"${own.model}\\r\\nx-freehold-tenant: ${other.tenant}"`),
  ],
  ["a model with a zero byte", 500, model(({ own }) => `"model":"${own.model}\\u0000"`)],
  ["a model of half a character", [400, 403, 500], model(({ own }) => `"model":"${own.model}\\ud800"`)],
  ["a model as long as a book", 500, model(`"model":"${"s".repeat(200_000)}"`)],
]);

const counts: Attack[] = attacksOn("body", [
  ["a stream, and none", 200, more(uncounted)],
  [
    "a stream, and none in escapes",
    200,
    more('"stream":true,"\\u0073tream":null,"stream_options":{"include_usage":true},"stream_options":null'),
  ],
  ["a stream in escapes", 200, more('"\\u0073tream":true')],
  ["a stream without usage", 200, more('"stream":true,"stream_options":{"include_usage":false}')],
  [
    "a stream with usage, then without",
    200,
    more('"stream":true,"stream_options":{"include_usage":true},"stream_options":{"include_usage":false}'),
  ],
  [
    "a stream without usage in between",
    200,
    more('"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":false}'),
  ],
  ["a stream in other letters", 200, more('"Stream":true,"STREAM":true')],
  ["a stream by a number", 400, more('"stream":1')],
  ["a stream by a word", 400, more('"stream":"true"')],
  [
    "a prompt that says what usage looks like",
    200,
    whole((text) => text.replace("What is", JSON.stringify(imitation).slice(1, -1))),
  ],
  [
    "a stream of what usage looks like",
    200,
    whole(
      (text) =>
        `${text.replace("What is", JSON.stringify(`\n\ndata: {${imitation}}\n\n`).slice(1, -1)).slice(0, -1)},"stream":true}`,
    ),
  ],
  ["a user called usage", 200, more(`"user":${JSON.stringify(`"},${imitation},{"`)},"usage":{"total_tokens":0}`)],
  ["usage of its own", 200, more(imitation)],
  ["several answers", 200, more('"n":3')],
  ["several answers in a stream", 200, more('"n":3,"stream":true')],
]);

const salts: Attack[] = attacksOn("body", [
  ["another tenant's cache", 200, more(({ other }) => `"cache_salt":"${other.tenant}"`)],
  ["another tenant's cache in escapes", 200, more(({ other }) => `"cache\\u005fsalt":"${other.tenant}"`)],
  [
    "another tenant's cache twice",
    200,
    more(({ other }) => `"cache_salt":"${other.tenant}","cache_salt":"${other.tenant}"`),
  ],
  ["no cache", 200, more('"cache_salt":null')],
  ["a cache that is an object", 200, more('"cache_salt":{}')],
  [
    "another tenant's cache behind spaces",
    200,
    whole((text, { other }) => `${text.slice(0, -1)},"cache_salt":"${other.tenant}"}${" \t\r\n".repeat(999)}`),
  ],
  [
    "another tenant's cache in a string that ends it",
    200,
    more(({ other }) => `"user":"\\"}","cache_salt":"${other.tenant}"`),
  ],
  [
    "another tenant's cache in a second object",
    400,
    whole((text, { other }) => `${text}{"cache_salt":"${other.tenant}"}`),
  ],
  ["a comma at the end", 400, whole((text) => `${text.slice(0, -1)},}`)],
  ["a comment at the end", 400, whole((text) => `${text.slice(0, -1)}//}`)],
]);

const shapes: Attack[] = attacksOn("body", [
  ["nothing", [400, 403], () => ({ body: "" })],
  ["spaces", 400, () => ({ body: "   " })],
  ["no object", 400, whole((text) => `[${text}]`)],
  ["a string", 400, whole((text) => JSON.stringify(text))],
  ["a byte order mark", 400, whole((text) => `\ufeff${text}`)],
  ["two bytes a character", 400, whole((text) => Buffer.from(`\ufeff${text}`, "utf16le"))],
  [
    "four bytes a character",
    400,
    whole((text) => Buffer.from([...text].flatMap((one) => [0, 0, 0, one.charCodeAt(0)]))),
  ],
  ["bytes that are no text", [200, 400], whole((text) => Buffer.from(text.replace("What", "\xff\xfe\x80"), "latin1"))],
  ["half of it", 400, whole((text) => text.slice(0, -20))],
  [
    "a hundred thousand brackets",
    400,
    whole((text) => `${text.slice(0, -1)},"user":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
  ],
  ["a hundred thousand brackets that do not close", 400, () => ({ body: '{"model":'.repeat(100_000) })],
  ["a number beyond all numbers", [200, 400], more('"seed":1e999999')],
  ["what is no number", 400, more('"temperature":NaN')],
  ["a thousand fields of a name", 200, more(Array.from({ length: 1000 }, () => '"user":"x"').join())],
  ["a prototype", 200, more('"__proto__":{"model":"other"},"constructor":{"prototype":{}}')],
]);

const typed = (type: string) => (wire: Wire) => withHeader(wire, "Content-Type", type);
const types: Attack[] = attacksOn("type", [
  ["text", 400, typed("text/plain")],
  ["a form", 400, typed("application/x-www-form-urlencoded")],
  ["parts of a form", 400, typed("multipart/form-data; boundary=x")],
  ["JSON in capitals", 200, typed("APPLICATION/JSON")],
  ["JSON in another alphabet", 200, typed("application/json; charset=utf-16")],
  ["two", [200, 400], (wire) => withHeader(wire, "Content-Type", "text/plain", "application/json")],
  ["none", 400, (wire) => withHeader(wire, "Content-Type")],
  ["a packed body", 400, (wire) => ({ ...withHeader(wire, "Content-Encoding", "gzip"), body: gzipSync(wire.body) })],
  ["a body that is said to be packed", [200, 400], (wire) => withHeader(wire, "Content-Encoding", "gzip, br")],
]);

/** Attacks by what a request says. */
export const bodyAttacks: Attack[] = [...models, ...counts, ...salts, ...shapes, ...types];
