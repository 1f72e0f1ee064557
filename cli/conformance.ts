import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { text } from "node:stream/consumers";
import { getCACertificates } from "node:tls";
import { either, nearest } from "../components/country/wording.ts";
import { legible } from "../policies/report/legible.ts";
import type { Feature } from "./conformance/check.ts";
import { Client } from "./conformance/client.ts";
import { discover } from "./conformance/discover.ts";
import { Endpoint, type Key } from "./conformance/endpoint.ts";
import { features } from "./conformance/features.ts";
import { matrix } from "./conformance/matrix.ts";
import { matrixText } from "./conformance/text.ts";
import { Unreached } from "./conformance/unreached.ts";
import { Unusable } from "./conformance/unusable.ts";
import { ProgressLines } from "./progress.ts";

type Options = Partial<Record<"model" | "embeddingModel" | "ca" | "timeout" | "only", string>> & {
  strict?: boolean;
  json?: boolean;
};

/**
 * `freehold conformance`: how far an endpoint does what OpenAI's clients need. Exit code 0 when nothing required is missing, 1
 * when something is, 2 when it could not be looked at.
 */
export async function conformanceCommand(words: readonly string[], options: Options): Promise<void> {
  try {
    await conformance(words, options);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    process.stderr.write(`${error.message.split("\n").map(legible).join("\n")}\n`);
    process.exitCode = 2;
  }
}

async function conformance([address = "", given, ...more]: readonly string[], options: Options): Promise<void> {
  // All that was said is looked at before the first request.
  if (more.length > 0)
    throw new Unusable("There are more words than a URL and a key.", {
      found: `${more.length} more, not shown because they may be keys`,
      remedy: "freehold conformance --help lists what there is",
    });
  const url = baseOf(address);
  const wanted = wantedFeatures(options.only);
  const settings = { timeoutSeconds: secondsOf(options.timeout), ca: authorities(options.ca) };
  const endpoint = new Endpoint({ url, key: await keyOf(given), ...settings });
  const lines = new ProgressLines(process.stderr);
  try {
    const client = new Client(endpoint, await discovered(endpoint, options));
    const result = await matrix(client, wanted, { strict: options.strict === true, lines });
    const shown = options.json ? JSON.stringify(result, null, 2) : `\n${matrixText(result, process.stdout)}`;
    process.stdout.write(`${shown}\n`);
    if (!result.passed) process.exitCode = 1;
  } finally {
    lines.stop();
    endpoint.close();
  }
}

async function discovered(endpoint: Endpoint, { model, embeddingModel }: Options) {
  try {
    return await discover(endpoint, { model, embeddingModel });
  } catch (error) {
    if (!(error instanceof Unreached)) throw error;
    const { found, remedy } = error;
    throw new Unusable(`${endpoint.base} cannot be reached.`, { found, remedy });
  }
}

/** The base URL as SDKs take it. What is none is not shown: it may be the key, in the wrong place. */
function baseOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw new Unusable("The first argument is no base URL.", {
      found: "something else, not shown because it may be a key",
      allowed: "http:// or https://, a host and a path",
      remedy: "freehold conformance https://<host>/v1",
    });
  if (url.username || url.password || url.search || url.hash)
    throw new Unusable("The base URL holds more than a host and a path.", {
      found: "credentials, a query or a fragment",
      allowed: `${url.origin}${url.pathname}`,
      remedy: "give a key as the second argument, or in FREEHOLD_KEY",
    });
  const longer = /^(.*?)\/(?:models|chat\/completions|completions|embeddings|responses)\/?$/.exec(url.pathname);
  if (longer)
    throw new Unusable("The URL is that of one operation.", {
      found: url.pathname,
      allowed: "the base URL, as SDKs take it",
      remedy: `freehold conformance ${url.origin}${longer[1]}`,
    });
  return url;
}

async function keyOf(given: string | undefined): Promise<Key | undefined> {
  const { FREEHOLD_KEY, OPENAI_API_KEY } = process.env;
  const from = given === "-" ? "standard input" : given ? "argument" : FREEHOLD_KEY ? "FREEHOLD_KEY" : "OPENAI_API_KEY";
  const value = (given === "-" ? await text(process.stdin) : given || FREEHOLD_KEY || OPENAI_API_KEY)?.trim();
  if (value === undefined || (value === "" && given !== "-")) return undefined;
  if (given !== "-" && value.startsWith("-"))
    throw new Unusable("A word that begins with a dash is no option of this command.", {
      found: "one that is not shown because it may be a key",
      remedy: "freehold conformance --help lists the options; give such a key by standard input, with - as argument",
    });
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new Unusable("The key can be no key.", {
      found: value === "" ? "nothing" : `characters that no HTTP header holds, by ${from}`,
      allowed: "one word of ASCII",
      remedy: "give the key alone",
    });
  return { value, from };
}

function secondsOf(timeout = "60"): number {
  const seconds = Number(timeout);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new Unusable("--timeout is no time to wait.", {
    found: timeout,
    allowed: "seconds, up to 3600",
    remedy: "--timeout 60",
  });
}

function wantedFeatures(only: string | undefined): readonly Feature[] {
  const wanted = features.filter(({ name }) => only === undefined || name === only);
  if (wanted.length > 0) return wanted;
  const names = features.map(({ name }) => name);
  throw new Unusable(`There is no feature ${JSON.stringify(only)}.`, {
    found: only!,
    allowed: either(names),
    remedy: `--only ${nearest(only!, names)[0] ?? names[0]}`,
  });
}

/** The roots that this machine trusts, and those of a file. */
function authorities(file: string | undefined): string[] | undefined {
  if (file === undefined) return undefined;
  const pattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
  try {
    const own = readFileSync(file, "utf8").match(pattern) ?? [];
    if (own.length === 0) throw new Error("no certificate in PEM");
    for (const each of own) new X509Certificate(each);
    return [...getCACertificates("default"), ...own];
  } catch (error) {
    throw new Unusable(`--ca ${file} cannot be read.`, {
      found: (error as Error).message,
      allowed: "a file with the private root's certificate, in PEM",
      remedy: "name the file that the operator of the endpoint gave you",
    });
  }
}
