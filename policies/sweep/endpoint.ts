import { addressesIn, bareHost, reachOf } from "./address.ts";
import { meaningOf, wordsOf } from "./key.ts";

/** Whether a field names where its neighbours lead, and holds a host. */
export function namesEndpoint(key: string, value: unknown): boolean {
  if (typeof value !== "string" || meaningOf(key) !== "host" || !/endpoint|url|uri|host|server|address/i.test(key))
    return false;
  if (addressesIn(value).some(({ kind }) => kind === "host") || bareHost(value) !== undefined) return true;
  const short = value.slice(0, 300);
  return /^[a-z][\w.-]*(?::\d+)?$/i.test(short) && reachOf(short.replace(/:\d+$/, "")) === "inside";
}

const STORES = new Set("s3 aws bucket minio storage store object objects garage ceph rgw".split(" "));
const PRODUCTS = /^(?:s3|minio|garage|ceph|rgw)$/;
// They speak another protocol, whatever bucket or region stands beside them.
const OTHERS = /^(?:otel|otlp|webhooks?|hook|proxy|proxies|callback|sns|sqs|sts|kms|dynamodb|bedrock)$/;
const BESIDE_A_STORE = /bucket|access_?-?key|secret_?-?key|s3|minio|destination_?path|object_?-?store/i;

/** Whether an endpoint of this name is one of an object store, by itself or because a store is spoken of beside it. */
export function leadsToStore(key: string, beside = false): boolean {
  const words = wordsOf(key);
  if (words.some((word) => OTHERS.test(word))) return false;
  if (words.some((word) => PRODUCTS.test(word))) return true;
  if (words.includes("api")) return false;
  if (words.some((word) => STORES.has(word))) return true;
  return beside && words.includes("endpoint");
}

/** Whether names or words speak of an object store. */
export function speaksOfStore(words: readonly string[]): boolean {
  return words.some((word) => BESIDE_A_STORE.test(word));
}

/**
 * Whether the region in one field is a word of the protocol that is spoken with the object store's endpoint in another. In a
 * mapping of one thing it is (`region` beside `s3Url`); among variables of many things only where their names say so.
 */
export function goTogether(region: string, endpoint: string): boolean {
  return leadsToStore(endpoint) && wordBeside([endpoint])(region);
}

/** The same, for many regions beside endpoints of object stores. */
export function wordBeside(endpoints: readonly string[]): (region: string) => boolean {
  const first = new Set(endpoints.map((endpoint) => wordsOf(endpoint)[0]));
  return (region) => {
    const words = wordsOf(region);
    return first.size > 0 && (words.length === 1 || first.has(words[0]) || words.some((word) => STORES.has(word)));
  };
}

// `endpoint = http://minio:9000`, `--endpoint-url http://minio:9000`, `s3-url: minio:9000`.
const WRITTEN =
  /(?:^|[\s"'{,-])((?:[a-z0-9]{1,20}[_.-]){0,4}(?:endpoint|s3[_-]?url|s3[_-]?host)(?:[-_]?ur[li])?)["']?[ \t]{0,8}[\s=:]/gim;

/** Whether a text says itself where its buckets are. */
export function saysStore(text: string): boolean {
  if (!/endpoint|s3[_-]?(?:url|host)/i.test(text)) return false;
  const beside = speaksOfStore([text]);
  return [...text.matchAll(WRITTEN)].some(([, name = ""]) => leadsToStore(name, beside));
}
