import { show } from "./wording.ts";

/** Where something is kept, as far as its URL says: on a host, in a region, or nobody can tell from it. */
export type Seat =
  | { kind: "host"; name: string }
  | { kind: "region"; name: string }
  | { kind: "undecided"; found: string; remedy: string };

/** Variables that fill in what a URL leaves open. Where none are given, a URL has to say everything itself. */
type Environment = Record<string, string | undefined>;

/** Where the state behind a Pulumi backend URL is kept. Nowhere else than on this machine if there are none. */
export function backendSeats(backend: string, env: Environment = {}): Seat[] {
  if (backend.startsWith("file://")) return [];
  const url = parseUrl(backend);
  const query = (key: string) => url?.searchParams.get(key) || undefined;
  switch (url?.protocol) {
    case "https:":
      return [host(url.host)];
    case "postgres:": {
      // libpq lets the query name another host than the URL does, and the environment where neither names one.
      const hosts = [
        ...[url.host, query("host")].filter((name) => name !== undefined && name !== ""),
        query("hostaddr") ?? env.PGHOSTADDR,
      ].filter((name) => name !== undefined);
      const named = hosts.length === 0 && env.PGHOST ? [env.PGHOST] : hosts;
      return named.length === 0 ? [leftOpen(backend, "postgres://<host>/<database>")] : named.map(host);
    }
    case "s3:":
      return awsSeats(backend, [query("region")], query("endpoint"), env, "S3");
    case "azblob:": {
      const connected = blobEndpoint(env.AZURE_STORAGE_CONNECTION_STRING || env.AZURE_STORAGEBLOB_CONNECTIONSTRING);
      const account = query("storage_account") ?? env.AZURE_STORAGE_ACCOUNT;
      if (!account && !connected) return [leftOpen(backend, `azblob://${url.host}?storage_account=<account>`)];
      const named = account && `${account}.${query("domain") ?? env.AZURE_STORAGE_DOMAIN ?? "blob.core.windows.net"}`;
      return [named, connected].filter((name) => name !== undefined).map((name) => host(name));
    }
    case "gs:":
      return [host(env.STORAGE_EMULATOR_HOST ?? `${url.host}.storage.${query("universe_domain") ?? "googleapis.com"}`)];
    default:
      return backend === "pulumi" ? [host("app.pulumi.com")] : [unreadable(backend, "file:///srv/freehold/state")];
  }
}

/** Where the key behind a Pulumi secrets provider is kept. Nowhere else than with the operator if there are none. */
export function secretsSeats(provider: string, vaultAddress: string | undefined, env: Environment = {}): Seat[] {
  if (provider === "passphrase") return [];
  const url = parseUrl(provider);
  const query = (key: string) => url?.searchParams.get(key) || undefined;
  switch (url?.protocol) {
    case "https:":
    case "azurekeyvault:":
      return [host(url.host)];
    case "awskms:": {
      const arn = /arn:[^:]+:kms:([^:]+):/.exec(provider.replace(/%3a/gi, ":"))?.[1];
      return awsSeats(provider, [arn, query("region")], query("endpoint"), env, "KMS");
    }
    case "gcpkms:":
      return [{ kind: "region", name: /\/locations\/([^/]+)/.exec(url.pathname)?.[1] ?? "" }];
    case "hashivault:":
      return vaultAddress ? [host(parseUrl(vaultAddress)?.host ?? vaultAddress)] : [vaultUnnamed(provider)];
    default:
      return [unreadable(provider, "passphrase")];
  }
}

/** Where a connection string of Azure Storage leads. */
function blobEndpoint(connection = ""): string | undefined {
  const part = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`, "i").exec(connection)?.[1];
  const [endpoint, account] = [part("BlobEndpoint"), part("AccountName")];
  if (endpoint) return parseUrl(endpoint)?.host ?? endpoint;
  return account && `${account}.blob.${part("EndpointSuffix") ?? "core.windows.net"}`;
}

function awsSeats(
  url: string,
  written: (string | undefined)[],
  endpoint: string | undefined,
  env: Environment,
  service: "S3" | "KMS",
): Seat[] {
  const ignored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === "true";
  const configured = ignored ? undefined : env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL;
  const address = endpoint ?? configured;
  // With an endpoint of its own, such as a MinIO's, the region is only a word.
  if (address) return [host(parseUrl(address)?.host ?? address)];
  const regions = written.filter((region) => region !== undefined);
  const named = regions.length > 0 ? regions : [env.AWS_REGION || env.AWS_DEFAULT_REGION].filter(Boolean);
  const joint = url.includes("?") ? "&" : "?";
  if (named.length === 0) return [leftOpen(url, `${url}${joint}region=<region>`)];
  return named.map((name) => ({ kind: "region", name: name! }));
}

function host(name: string): Seat {
  return { kind: "host", name };
}

function leftOpen(url: string, complete: string): Seat {
  const found = `${show(url)}, which leaves its place to the environment`;
  return { kind: "undecided", found, remedy: `say it in the URL:  ${complete}` };
}

function vaultUnnamed(provider: string): Seat {
  const found = `${show(provider)}, which does not say where the vault stands`;
  return {
    kind: "undecided",
    found,
    remedy: "add  vaultAddress: https://<vault in the country>:8200  beside it",
  };
}

function unreadable(text: string, example: string): Seat {
  const found = `${show(text)}, which cannot be placed`;
  return { kind: "undecided", found, remedy: `write one that can, such as  ${example}` };
}

function parseUrl(text: string): URL | undefined {
  return /^[a-z0-9]+:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
