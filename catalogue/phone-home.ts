import { z } from "zod";
import { once } from "./once.ts";
import { purposes } from "./resource.ts";

/** A regular expression, unanchored, without regard to case. */
const pattern = z.string().transform((text) => new RegExp(text, "i"));

/** What a variable has to be: switched on, switched off, set to anything, or a pattern. */
const setting = z.string().transform((text) => new RegExp(WORDS[text] ?? text, "i"));
const WORDS: Record<string, string> = { on: "^(?:1|true|yes|on)$", off: "^(?:0|false|no|off)$", set: "." };

const leads = { for: z.enum(purposes).default("data"), because: z.string(), source: z.string().optional() };
const program = z.strictObject({
  /** How it is recognised, by any of these: its image without registry and tag, what is run, a variable that is set. */
  is: z
    .array(z.strictObject({ image: pattern.optional(), runs: pattern.optional(), variable: z.string().optional() }))
    .min(1),
  /** What keeps it: one of these variables, or what its command, its variables or the files that it mounts say. */
  unless: z.strictObject({ env: z.record(z.string(), setting).default({}), says: pattern.optional() }).prefault({}),
  host: z.string(),
  ...leads,
});

/** `host` unless one of these variables names another. */
const key = z.strictObject({ host: z.string(), unless: z.array(z.string()).default([]), for: leads.for });

const structure = z.strictObject({
  /** Keys in which it is found, `exporters.datadog`; `*` is any. Upper case, `_` and `-` do not matter. */
  at: z.array(z.string()).min(1),
  /** Any of these is written in it. */
  has: z.array(z.string()).optional(),
  /** All of these are as described. */
  where: z.record(z.string(), pattern).default({}),
  /** None of these is written in it. */
  unless: z.array(z.string()).default([]),
  /** `{property}` stands for a property of it. */
  host: z.string().optional(),
  place: z.string().optional(),
  /** Nobody can tell from here where it leads. */
  hidden: z.literal(true).optional(),
  /** It opens the way to every destination. */
  world: z.literal(true).optional(),
  ...leads,
});

const line = z.strictObject({ says: pattern, unless: pattern.optional(), host: z.string(), ...leads });

const shape = z.strictObject({
  read: z.iso.date(),
  verified: z.union([z.boolean(), z.literal("partial")]),
  sources: z.array(z.string()).min(1),
  programs: z.record(z.string(), program),
  keys: z.record(z.string(), key),
  structures: z.array(structure),
  lines: z.array(line),
});

/** A program that reaches a host unless it is told not to. */
export type Program = z.output<typeof program>;
/** A structure of a configuration that leads to a host that it does not name. */
export type Structure = z.output<typeof structure>;
/** What lies behind things that name no host: programs, keys of services, structures and lines of configurations. */
export type PhoneHome = z.output<typeof shape>;

/** What reaches the outside without saying so. */
export function phoneHome(): PhoneHome {
  return once("phone-home.yaml", shape);
}
