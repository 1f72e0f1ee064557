import { basename, relative } from "node:path";
import process from "node:process";
import { styleText } from "node:util";
import { either, nearest } from "../components/country/wording.ts";
import { type Country, loadCountry } from "../components/country.ts";
import type { KeyGeneration } from "../components/gateway/key-life.ts";
import { tenantHost } from "../components/gateway.ts";
import { columns } from "./columns.ts";
import { Failure } from "./failure.ts";
import { type Changed, changeKey, type KeyFields } from "./keys/change-key.ts";
import { generationsOf, keyRecords, keyTable, moment, providerRows, stateText } from "./keys/key-rows.ts";
import { stackKeys } from "./keys/stack-keys.ts";
import { chooseStack, countryFile } from "./stacks.ts";

type Options = { json?: boolean };

/** `freehold keys list`: every key, how long it is good and whose account it is put to, never its value; and whose tokens are taken. */
export function keysCommand(named: string | undefined, options: Options): void {
  const { file, country } = opened(named ?? chooseStack(undefined));
  const at = now();
  const generations = generationsOf(country, at);
  const providers = providerRows(country);
  if (options.json) printJson({ file, keys: keyRecords(generations), providers });
  else {
    const tokens = providers.length > 0 ? ["", "Tokens are taken beside them, of", "", ...columns(providers)] : [];
    print(`API keys, as ${file} declares them`, "", ...keyTable(generations, at), ...tokens);
  }
}

/** `freehold keys issue`: a further key. */
export function issueCommand(
  named: string,
  tenant: string,
  key: string,
  { expires, costCentre, ...options }: Options & { expires?: string; costCentre?: string },
): void {
  const place = opened(named);
  const known = keyOf(place, tenant, key);
  if (known) {
    const found = `The key ${key} of ${tenant} is there already: ${stateText(known, now())}.`;
    const remedy = `another name, or  npx freehold keys rotate ${place.stack} ${tenant} ${key}  for a new value`;
    throw refusal(found, "each name once, those that were revoked as well", remedy);
  }
  change(place, tenant, key, { ...(expires && { expires }), ...(costCentre && { costCentre }) }, options);
}

/** `freehold keys rotate`: a new value for a key; the one before stays good for a while, unless the key was revoked. */
export function rotateCommand(
  named: string,
  tenant: string,
  key: string,
  { overlap, ...options }: Options & { overlap: string },
): void {
  const place = opened(named);
  const known = existing(place, tenant, key);
  const at = now();
  if (known.state === "expired") {
    const remedy = `npx freehold keys expire ${place.stack} ${tenant} ${key} --at <a later day>, then rotate it`;
    throw refusal(`The key ${key} of ${tenant} ${stateText(known, at)}.`, "a key that has not expired", remedy);
  }
  const isRevoked = known.state === "revoked";
  const seconds = isRevoked ? 0 : spanSeconds(overlap);
  const declared = place.country.tenants[tenant]!.keys[key]!.overlapUntil;
  // What overlapped until now, or was revoked, must not be good again beside the new value.
  const until = seconds > 0 || declared !== undefined ? { overlapUntil: moment(at + seconds) } : {};
  const fields = { generation: known.generation + 1, ...until, ...(isRevoked && { revoked: false }) };
  change(place, tenant, key, fields, options);
}

/** `freehold keys expire`: the day or the moment at which a key ends. */
export function expireCommand(
  named: string,
  tenant: string,
  key: string,
  { at, ...options }: Options & { at: string },
): void {
  const place = opened(named);
  if (existing(place, tenant, key).state === "revoked") {
    const remedy = `npx freehold keys rotate ${place.stack} ${tenant} ${key}  for a new value`;
    throw refusal(`The key ${key} of ${tenant} is revoked.`, "a key that is not revoked", remedy);
  }
  change(place, tenant, key, { expires: at }, options);
}

/** `freehold keys revoke`: the end of a key, of every generation and at once. */
export function revokeCommand(named: string, tenant: string, key: string, options: Options): void {
  const place = opened(named);
  existing(place, tenant, key);
  change(place, tenant, key, { revoked: true }, options);
}

/** `freehold keys show`: the value of a key, to a terminal or as JSON, from the stack that made it. */
export async function showCommand(
  named: string,
  tenant: string,
  key: string,
  { production, json }: Options & { production?: boolean },
): Promise<void> {
  const place = opened(named);
  const known = existing(place, tenant, key);
  if (!json && !process.stdout.isTTY) {
    throw refusal("A key is shown to a terminal, where it stays in no file.", "a terminal, or --json", "add --json");
  }
  const { from, keys } = await stackKeys(place.stack, production);
  const value = keys[tenant]?.[key];
  if (value === undefined) {
    const found = `${from} has no key ${key} of ${tenant}; in ${place.file} it is ${stateText(known, now())}.`;
    throw refusal(found, "a key that is good and was made", `npx freehold keys ${place.stack}`);
  }
  const baseUrl = `https://${tenantHost(tenant, place.country.gateway.host)}/v1`;
  if (json) printJson({ tenant, key, value, baseUrl, from });
  else print(`The key ${key} of ${tenant}, from ${from}`, "", `  base URL  ${baseUrl}`, `  key       ${value}`);
}

type Place = { stack: string; file: string; country: Country };

function opened(named: string): Place {
  const path = countryFile(named);
  const file = path === named ? named : relative(process.cwd(), path);
  const stack = basename(file).replace(/^Pulumi\.(.+)\.ya?ml$/, "$1");
  return { stack, file, country: loadCountry(file) };
}

/** The generation that a key has now; undefined where the tenant has no such key. */
function keyOf({ country, file }: Place, tenant: string, key: string): KeyGeneration | undefined {
  const tenants = Object.keys(country.tenants);
  if (!tenants.includes(tenant)) {
    const found = `${file} has no tenant ${JSON.stringify(tenant)}.`;
    throw refusal(found, either(tenants), `write  ${nearest(tenant, tenants)[0] ?? "one of these"}`);
  }
  return generationsOf(country, now(), tenant).find((each) => each.key === key);
}

function existing(place: Place, tenant: string, key: string): KeyGeneration {
  const known = keyOf(place, tenant, key);
  if (known) return known;
  const names = Object.keys(place.country.tenants[tenant]!.keys);
  const remedy = `npx freehold keys issue ${place.stack} ${tenant} ${key}`;
  throw refusal(`${tenant} has no key ${JSON.stringify(key)}.`, either(names), remedy);
}

function change({ stack, file }: Place, tenant: string, key: string, fields: KeyFields, { json }: Options): void {
  const changed = changeKey(file, tenant, key, fields);
  const at = now();
  const generations = changed ? generationsOf(changed.country, at, tenant) : [];
  if (json) {
    const { line, before, after } = changed ?? {};
    printJson({ file, changed: changed !== undefined, line, before, after, keys: keyRecords(generations) });
  } else if (!changed) print(`${file} says so already; nothing was changed.`);
  else print(...changeLines(file, changed), "", ...keyTable(generations, at), "", ...next(stack, tenant, key, fields));
}

function changeLines(file: string, { line, before, after }: Changed): string[] {
  const signed = (sign: string, colour: "red" | "green") => (text: string) =>
    styleText(colour, `  ${sign} ${text}`, { stream: process.stdout });
  return [`${file}:${line}`, ...before.map(signed("-", "red")), ...after.map(signed("+", "green"))];
}

function next(stack: string, tenant: string, key: string, { revoked }: KeyFields): string[] {
  return [
    "Next",
    `  npx pulumi up -s ${stack} --policy-pack policies   makes it so; in a rehearsal: npx freehold rehearse ${stack}`,
    ...(revoked ? [] : [`  npx freehold keys show ${stack} ${tenant} ${key}   then shows its value`]),
  ];
}

/** `7d`, `12h`, `30m` in seconds. */
function spanSeconds(text: string): number {
  const [, count, unit] = /^(\d{1,5})([dhm])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * { d: 86_400, h: 3600, m: 60 }[unit as "d" | "h" | "m"];
  if (text === "0") return 0;
  const allowed = "days, hours or minutes, such as 7d, 12h or 30m, or 0 for none";
  throw refusal(`--overlap ${text} is no span of time.`, allowed, "write  --overlap 7d");
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

function refusal(what: string, allowed: string, remedy: string): Failure {
  return new Failure([what, `  allowed  ${allowed}`, `  remedy   ${remedy}`].join("\n"));
}
