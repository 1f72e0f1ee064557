import { isIPv4 } from "node:net";
import { z } from "zod";
import { grouped } from "./wording.ts";

// In these schemas every message is what follows "allowed" in a report, so that no text of the validator's own ever
// reaches an operator.

/** What a report needs to know of a field beside its description. */
type Hint = {
  /** Names to choose from, where the schema does not list them. */
  options?: () => readonly string[];
  /** Where the options are listed, when they are many. */
  listed?: string;
  /** What the found value was meant to be, where its spelling does not tell. */
  meant?: (found: string) => string | undefined;
  /** What a plain value cannot be, and what to do then. */
  sealed?: { allowed: string; remedy: string };
  /** What to do about a key that does not belong into a section, by that key, where taking it out is not enough. */
  strangers?: Record<string, (value: unknown) => string>;
  /** What to do about a name that may become known. */
  addition?: (found: string) => string | undefined;
};

/** Hints by field; a field that was described afterwards keeps its own. */
export const hints = z.registry<Hint>();

const nameAllowed = "a name of at most 40 lower-case letters, digits and hyphens";
/** Key of a map: part of the names of Kubernetes objects and of host names. */
export const name = z.string(nameAllowed).regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, nameAllowed);

const dns = "([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
const ipv4 = "(\\d{1,3}\\.){3}\\d{1,3}";
const portAndPrefix = "(:\\d{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*";
const whole = (...options: string[]) => new RegExp(`^(${options.join("|")})$`);

/** One line of text that is more than blanks, and of a certain shape where one is given. */
export function line(allowed: string, { most = 253, shape = /^/ } = {}) {
  return z
    .string(allowed)
    .min(1, allowed)
    .max(most, `${allowed}, of at most ${most} characters`)
    .regex(/^[^\s\p{Cc}]([^\p{Cc}]*[^\s\p{Cc}])?$/u, `${allowed}, on one line and without blanks at its ends`)
    .regex(shape, allowed);
}

/** A whole number of something, with its bounds. */
export function count(from: number, to: number, of: string) {
  const allowed = `a whole number of ${of} from ${from} to ${grouped(to)}`;
  return z.int(allowed).min(from, allowed).max(to, allowed);
}

/** A DNS name with at least two labels, in lower case. */
export function domain() {
  return shaped("a DNS name in lower case, such as alpen-ai.example", whole(dns), "alpen-ai.example");
}

/** A host in the country: a DNS name, an IPv4 address, or `*.` and a DNS name. */
export function hostPattern() {
  const allowed = "a host name in lower case, or *. and a domain, such as *.alpen-ai.example";
  return shaped(allowed, whole(`(\\*\\.)?${dns}`, ipv4), "*.alpen-ai.example");
}

/** An IPv4 network as CIDR writes it, its first address and the bits of its prefix. */
export function cidr(example: string, { from, to }: { from: number; to: number }) {
  const allowed = `an IPv4 network of ${from} to ${to} bits by its first address, such as ${example}`;
  return z
    .string(allowed)
    .refine((text) => isCidr(text, from, to), allowed)
    .meta({ examples: [example] });
}

function isCidr(text: string, from: number, to: number): boolean {
  const [, address = "", bits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  if (!isIPv4(address) || Number(bits) < from || Number(bits) > to) return false;
  const value = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return value % 2 ** (32 - Number(bits)) === 0;
}

/** An image registry: host, port and prefix as they stand before an image's name. */
export function registry() {
  const allowed = "a registry as images name it, host[:port][/prefix], such as registry.alpen-ai.example";
  return shaped(allowed, whole(`(${dns}|${ipv4})${portAndPrefix}`), "registry.alpen-ai.example");
}

/** One or more image registries: as above, and the host may be `*.` and a domain. */
export function registryPattern() {
  const allowed = "registries as images name them, [*.]host[:port][/prefix], such as registry.alpen-ai.example/mirror";
  const shape = whole(`((\\*\\.)?${dns}|${ipv4})${portAndPrefix}`);
  return shaped(allowed, shape, "registry.alpen-ai.example/mirror");
}

function shaped(allowed: string, shape: RegExp, example: string) {
  return z
    .string(allowed)
    .max(253, allowed)
    .regex(shape, allowed)
    .meta({ examples: [example] });
}

/** An OCI reference: a registry, a repository, and a tag or digest. */
export function image(example: string) {
  const allowed = `an image with its registry and its tag or digest, such as ${example}`;
  return z
    .string(allowed)
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/, allowed)
    .meta({ examples: [example] });
}

/** One of the names that a part of the catalogue, or another section, knows. */
export function known(what: string, hint: Hint & { options: () => readonly string[] }) {
  return z
    .string(what)
    .refine((value) => hint.options().includes(value), what)
    .register(hints, hint);
}
