import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { isCountryCode } from "../catalogue/index.ts";
import { readApprovers } from "../policies/waiver/approver.ts";
import { readWaiverFile, type WaiverFile, writeSignature } from "../policies/waiver/file.ts";
import { sign } from "../policies/waiver/signature.ts";
import { approve, unfit, utcToday, type Waiver } from "../policies/waiver.ts";
import { Failure } from "./failure.ts";

type KeyOptions = { name: string; out: string; approvers?: string; json?: boolean };

/** `freehold waiver key`: a key pair for somebody who approves. The private key is only in its file, and never printed. */
export async function waiverKeyCommand({ name, out, approvers: given, json }: KeyOptions): Promise<void> {
  const approvers = given ?? join(dirname(out), "approvers.jwks");
  const others = existsSync(approvers) ? await readApprovers(approvers) : [];
  if (others.some((each) => each.name === name)) {
    throw refusal(
      `${approvers} has a key of ${name} already.`,
      "one key for each name",
      "give the new key another --name",
    );
  }
  if (existsSync(out)) throw refusal(`${out} is there already.`, "a new file", "name another with --out");
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const publicKey = { ...(await exportJWK(pair.publicKey)), kid: name, alg: "EdDSA", use: "sig" };
  writeFileSync(out, lines({ ...(await exportJWK(pair.privateKey)), kid: name, alg: "EdDSA", use: "sig" }), {
    mode: 0o600,
    flag: "wx",
  });
  const kept = others.length > 0 ? (JSON.parse(readFileSync(approvers, "utf8")) as { keys: JWK[] }).keys : [];
  writeFileSync(approvers, lines({ keys: [...kept, publicKey] }));
  const thumbprint = await calculateJwkThumbprint(publicKey);
  if (json) return write(lines({ name, thumbprint, privateKey: out, approvers, publicKey }));
  write(
    rows(`A key for ${name} was made.`, [
      ["private", `${out}, which only you can read: keep it where no operator has access`],
      ["public", `${approvers}, which may be read by all and changed by the security team alone`],
      ["thumbprint", `${thumbprint}, by which evidence names the key`],
    ]),
    ...next(
      `FREEHOLD_APPROVERS=${approvers} where programs are judged`,
      `npx freehold waiver sign --key ${out} --file <file>`,
    ),
  );
}

type SignOptions = { key: string; file: string; index?: string; rule?: string; resource?: string; json?: boolean };

/** `freehold waiver sign`: shows what is approved, and writes the signature beside it. */
export async function waiverSignCommand({ key: keyFile, file: path, json, ...which }: SignOptions): Promise<void> {
  const key = privateKeyIn(keyFile);
  const file = readWaiverFile(path);
  const country = countryOf(file);
  const index = chosen(file, which);
  const waiver = file.waivers[index]!;
  const where = `waivers[${index}] of ${path}`;
  const fault = unfit(waiver, utcToday());
  if (fault) {
    throw refusal(
      `${where} cannot be signed: ${fault}.`,
      "a known rule, a resource, and a last day within a year",
      "mend it first",
    );
  }
  if (key.kid !== waiver.approvedBy) {
    const found = `${where} is for ${waiver.approvedBy} to approve; ${keyFile} is the key of ${key.kid}.`;
    throw refusal(found, "the key of who approves", `write  approvedBy: ${key.kid}  or sign with the other key`);
  }
  const signature = await sign(waiver, country, key);
  if (!writeSignature(file, index, signature)) {
    throw refusal(
      `${where} is not written out where it stands.`,
      "a waiver without anchors (&) and aliases (*)",
      "write it out",
    );
  }
  const thumbprint = await calculateJwkThumbprint(key);
  const { signature: _, ...said } = waiver;
  if (json) return write(lines({ file: path, index, country, waiver: { ...said, signature }, thumbprint }));
  write(
    rows(`Signed: ${where}.`, [["country", country], ...shown(waiver), ["key", thumbprint]]),
    ...next(`npx freehold waiver check --file ${path} --approvers <the security team's JWKS>`),
  );
}

type CheckOptions = { file: string; approvers?: string; json?: boolean };

/** `freehold waiver check`: which waivers of a file hold today. Ends with 1 where one does not. */
export async function waiverCheckCommand({ file: path, approvers, json }: CheckOptions): Promise<void> {
  const file = readWaiverFile(path);
  const country = countryOf(file);
  const env = approvers === undefined ? process.env : { ...process.env, FREEHOLD_APPROVERS: approvers };
  const approvals = await approve(file.waivers, country, env);
  const faults = approvals.filter(({ fault }) => fault !== undefined).length;
  if (faults > 0) process.exitCode = 1;
  if (json) return write(lines({ file: path, country, approvals }));
  const each = approvals.map(({ waiver, fault, keyThumbprint }, index) =>
    rows(`waivers[${index}]  ${fault ?? "holds"}`, [
      ...shown(waiver),
      ...(keyThumbprint ? [["key", keyThumbprint] as Row] : []),
    ]),
  );
  const count = `${approvals.length - faults} of ${approvals.length} waivers for ${country} hold on ${utcToday()} (UTC).`;
  const unsigned = approvals.findIndex(({ fault }) => fault === "unsigned");
  const signing = `npx freehold waiver sign --key <private key> --file ${path} --index ${unsigned}`;
  write([...each, count].join("\n\n"), ...(unsigned < 0 ? [] : next(signing)));
}

function chosen(
  { path, waivers }: WaiverFile,
  { index, rule, resource }: Pick<SignOptions, "index" | "rule" | "resource">,
): number {
  const all = waivers.map((_, each) => each);
  const asked = index !== undefined || rule !== undefined || resource !== undefined;
  const fits = all.filter((each) => {
    const waiver = waivers[each]!;
    if (!asked) return waivers.length === 1 || waiver.signature === undefined;
    return (
      (index === undefined || String(each) === index) &&
      (rule === undefined || waiver.rule === rule) &&
      (resource === undefined || waiver.resource === resource)
    );
  });
  if (fits.length === 1) return fits[0]!;
  const list = all.map((each) => `    ${each}  ${waivers[each]!.rule} on ${waivers[each]!.resource}`);
  const found = waivers.length === 0 ? "has no waivers" : `has ${fits.length} of ${waivers.length} waivers like that`;
  throw refusal([`${path} ${found}.`, ...list].join("\n"), "one waiver at a time", "choose one with --index");
}

/** The country that a signature is bound to: the file's own, or for a file that says none, FREEHOLD_COUNTRY. */
function countryOf({ path, country = process.env.FREEHOLD_COUNTRY ?? "" }: WaiverFile): string {
  if (isCountryCode(country)) return country;
  throw refusal(
    `${path} names no country.`,
    "a country's code: a waiver is for one country",
    "set FREEHOLD_COUNTRY, such as FREEHOLD_COUNTRY=CH",
  );
}

function privateKeyIn(path: string): JWK & { kid: string } {
  const wanted = "a private key that  npx freehold waiver key  made";
  if (!existsSync(path))
    throw refusal(`${path} is not there.`, wanted, "npx freehold waiver key --name <who approves> --out approver.jwk");
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    throw refusal(
      `${path} can be read by others.`,
      "a private key that only you can read",
      `chmod 600 ${path}, and make a new key if others may have read it`,
    );
  }
  try {
    const key = JSON.parse(readFileSync(path, "utf8"));
    const sound =
      key.kty === "OKP" && key.crv === "Ed25519" && [key.x, key.d, key.kid].every((part) => typeof part === "string");
    if (sound) return key;
  } catch {
    // What the file holds may be secret, so nothing of it is said.
  }
  throw refusal(`${path} holds no private key of an approver.`, wanted, "name the file that it wrote with --out");
}

type Row = [row: string, text: string];

function shown({ rule, resource, because, approvedBy, expires }: Waiver): Row[] {
  return Object.entries({ rule, resource, because, approvedBy, expires });
}

function rows(heading: string, entries: Row[]): string {
  return [heading, ...entries.map(([row, text]) => `  ${row.padEnd(10)}  ${text}`)].join("\n");
}

function next(...steps: string[]): string[] {
  return ["", "Next", ...steps.map((step) => `  ${step}`)];
}

function lines(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function write(...text: string[]): void {
  process.stdout.write(`${text.join("\n")}\n`);
}

function refusal(what: string, allowed: string, remedy: string): Failure {
  return new Failure([what, `  allowed  ${allowed}`, `  remedy   ${remedy}`].join("\n"));
}
