import type { Purpose } from "../fact.ts";
import { remembered } from "../remembered.ts";
import { wordsOf } from "./key.ts";

// The first row that a path has a word of. Order is from the most telling to the least.
const WORDS: [Purpose, ReadonlySet<string>][] = [
  ["key", new Set(["kms", "key", "keys", "encryption", "hsm", "xks", "cmk", "vault"])],
  [
    "prompt",
    new Set([
      "model",
      "models",
      "inference",
      "embedding",
      "foundation",
      "bedrock",
      "openai",
      "weights",
      "llm",
      "litellm",
      "anthropic",
      "mistral",
      "gemini",
      "huggingface",
    ]),
  ],
  [
    "copy",
    new Set(
      "replica replicas replication replicate replicated backup backups snapshot copy copies secondary failover recovery geo archive restore export".split(
        " ",
      ),
    ),
  ],
  [
    "log",
    new Set(
      "log logs logging awslogs trace traces tracing metric metrics telemetry otel otlp sentry monitor monitoring diagnostic diagnostics insights audit trail notification notifications alarm alert alerts report reports billing cost splunk datadog newrelic webhook email otlp exporter exporters loki prometheus alertmanager receiver receivers slack pagerduty langfuse honeycomb fluent".split(
        " ",
      ),
    ),
  ],
  [
    "access",
    new Set(
      "principal principals role roles identity oidc saml issuer idp tenant trust assume authorizer jwks federation".split(
        " ",
      ),
    ),
  ],
  ["door", new Set("edge cdn domain alias dns".split(" "))],
];

/** What a field is for, by the words of its path; undefined where they do not tell, which means the data itself. */
export function purposeOfPath(path: string): Purpose | undefined {
  return purposeOf(path) ?? undefined;
}
const purposeOf = remembered((path): Purpose | null => {
  const words = wordsOf(path.replace(/\[\d+\]/g, " "));
  return WORDS.find(([, telling]) => words.some((word) => telling.has(word)))?.[0] ?? null;
});
