// Schemes that name something without leading to a host of the network.
const NAMES = new Set(["file", "unix", "npipe", "data", "urn", "spiffe", "tag", "about"]);

// Schemes that lead to one well-known host whatever stands behind them.
const HUBS: Record<string, string> = {
  hf: "huggingface.co",
  huggingface: "huggingface.co",
  gs: "storage.googleapis.com",
  gcs: "storage.googleapis.com",
  az: "blob.core.windows.net",
  azblob: "blob.core.windows.net",
  b2: "backblazeb2.com",
  github: "github.com",
  gh: "github.com",
  ngc: "api.ngc.nvidia.com",
  ollama: "registry.ollama.ai",
  modelscope: "modelscope.cn",
  wandb: "api.wandb.ai",
  snowflake: "snowflakecomputing.com",
  databricks: "cloud.databricks.com",
  bigquery: "bigquery.googleapis.com",
};

// Schemes of services that stand for their host where none is written: `slack://token@channel`.
const SERVICES: Record<string, string> = {
  azure: "blob.core.windows.net",
  discord: "discord.com",
  dropbox: "api.dropboxapi.com",
  googlechat: "chat.googleapis.com",
  ifttt: "maker.ifttt.com",
  mailchimp: "api.mailchimp.com",
  mailgun: "api.mailgun.net",
  mandrill: "mandrillapp.com",
  msteams: "webhook.office.com",
  opsgenie: "api.opsgenie.com",
  pagerduty: "events.pagerduty.com",
  postmark: "api.postmarkapp.com",
  pushbullet: "api.pushbullet.com",
  pushover: "api.pushover.net",
  sendgrid: "api.sendgrid.com",
  slack: "slack.com",
  teams: "webhook.office.com",
  telegram: "api.telegram.org",
  tgram: "api.telegram.org",
  twilio: "api.twilio.com",
};

// Hosts of URLs that are used as names and that nobody fetches (XML namespaces, schema and type identifiers), with the start
// of the path where the host serves other things too.
const IDENTIFIERS: Record<string, RegExp> = {
  "www.w3.org": /^/,
  "json-schema.org": /^/,
  "json.schemastore.org": /^/,
  "schema.management.azure.com": /^/,
  "schemas.android.com": /^/,
  "schemas.dmtf.org": /^/,
  "schemas.microsoft.com": /^/,
  "schemas.openxmlformats.org": /^/,
  "schemas.xmlsoap.org": /^/,
  "type.googleapis.com": /^/,
  "xmlns.jcp.org": /^/,
  "opentelemetry.io": /^\/schemas\//,
  "java.sun.com": /^\/xml\//,
  "jakarta.ee": /^\/xml\//,
  "maven.apache.org": /^\/(?:POM|xsd)\//,
  "www.springframework.org": /^\/schema\//,
  "activemq.apache.org": /^\/schema\//,
};

/** Whether what stands behind this scheme leads to no host of the network. */
export function namesOnly(scheme: string): boolean {
  return NAMES.has(scheme);
}

/** The host that a scheme stands for (`hf`, `sendgrid+api`); `open` where a host may be written in its place. */
export function hostOfScheme(scheme: string): { name: string; host: string; open: boolean } | undefined {
  for (const name of scheme.split("+")) {
    const host = HUBS[name] ?? SERVICES[name];
    if (host) return { name, host, open: HUBS[name] === undefined };
  }
  return undefined;
}

/** Whether a URL of this host and path is only a name. */
export function isIdentifier(host: string, path: string): boolean {
  return IDENTIFIERS[host]?.test(path) ?? false;
}
