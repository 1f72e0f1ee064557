import { at, type Fact, UNKNOWN } from "../../fact.ts";
import { listOf, record } from "./object.ts";

/** What a program reaches by not being told otherwise: how it is recognised, what keeps it, where it leads. */
type Default = {
  /** Of the image, of what is run in it, or a variable that is set. */
  image?: RegExp;
  runs?: RegExp;
  variable?: string;
  unless: Record<string, RegExp>;
  unlessRuns?: RegExp;
  host: string;
  because: string;
};

const on = /^(?:1|true|yes|on)$/i;
const set = /./;

// From the documentation of each program.
const DEFAULTS: Default[] = [
  {
    image: /(?:^|[/_-])vllm/,
    unless: { VLLM_NO_USAGE_STATS: on, DO_NOT_TRACK: on },
    host: "stats.vllm.ai",
    because: "vLLM reports usage unless VLLM_NO_USAGE_STATS=1",
  },
  {
    image: /(?:^|[/_-])(?:vllm|sglang|text-generation-inference|text-embeddings-inference|tgi)/,
    unless: { HF_HUB_OFFLINE: on, HF_ENDPOINT: set },
    host: "huggingface.co",
    because: "weights and tokenizers are looked up at the hub unless HF_HUB_OFFLINE=1",
  },
  {
    image: /(?:^|\/)litellm/,
    unless: { LITELLM_LOCAL_MODEL_COST_MAP: on },
    host: "raw.githubusercontent.com",
    because: "LiteLLM fetches its price list unless LITELLM_LOCAL_MODEL_COST_MAP=True",
  },
  {
    image: /(?:^|\/)(?:ray|ray-ml|ray-llm)(?:[:@]|$)/,
    unless: { RAY_USAGE_STATS_ENABLED: /^0$/ },
    host: "usage-stats.ray.io",
    because: "Ray reports usage unless RAY_USAGE_STATS_ENABLED=0",
  },
  {
    image: /(?:^|\/)seaweedfs/,
    unless: {},
    unlessRuns: /-telemetry=false/,
    host: "telemetry.seaweedfs.com",
    because: "SeaweedFS reports usage unless -telemetry=false",
  },
  {
    runs: /\b(?:huggingface-cli|hf)\s+download\b/,
    unless: { HF_ENDPOINT: set },
    host: "huggingface.co",
    because: "downloads from the hub unless HF_ENDPOINT names another",
  },
  {
    runs: /\bpip3?\s+(?:install|download)\b/,
    unless: { PIP_INDEX_URL: set, PIP_NO_INDEX: on },
    unlessRuns: /--index-url|--no-index|\s-i\s/,
    host: "pypi.org",
    because: "pip installs from there unless PIP_INDEX_URL names another index",
  },
  {
    runs: /\bnpm\s+(?:install|i|ci)\b/,
    unless: { NPM_CONFIG_REGISTRY: set, npm_config_registry: set },
    unlessRuns: /--registry/,
    host: "npmjs.org",
    because: "npm installs from there unless NPM_CONFIG_REGISTRY names another registry",
  },
  key("OPENAI_API_KEY", ["OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_BASE_URL"], "api.openai.com"),
  key("ANTHROPIC_API_KEY", ["ANTHROPIC_BASE_URL"], "api.anthropic.com"),
  key("MISTRAL_API_KEY", ["MISTRAL_BASE_URL"], "api.mistral.ai"),
  key("DD_API_KEY", ["DD_SITE", "DD_DD_URL", "DD_URL"], "datadoghq.com"),
  key("NEW_RELIC_LICENSE_KEY", ["NEW_RELIC_HOST"], "collector.newrelic.com"),
  key("HONEYCOMB_API_KEY", ["HONEYCOMB_API_ENDPOINT"], "api.honeycomb.io"),
  key("LANGFUSE_SECRET_KEY", ["LANGFUSE_HOST", "LANGFUSE_BASE_URL"], "cloud.langfuse.com"),
  key("LANGSMITH_API_KEY", ["LANGSMITH_ENDPOINT"], "api.smith.langchain.com"),
  key("WANDB_API_KEY", ["WANDB_BASE_URL"], "api.wandb.ai"),
];

/** A key of a service is used at the service, unless the client is told another base. */
function key(variable: string, bases: string[], host: string): Default {
  const unless = Object.fromEntries(bases.map((base) => [base, set]));
  return { variable, unless, host, because: `${variable} is used there unless ${bases[0]} names another` };
}

/** The hosts that a container reaches because nothing in it says otherwise. */
export function reachedByDefault(container: Record<string, unknown>, path: string): Fact[] {
  const { image } = container;
  const runs = [...listOf(container.command), ...listOf(container.args)]
    .filter((part) => typeof part === "string")
    .join(" ");
  const env = new Map(listOf(container.env).map((item) => [record(item).name, valueIn(record(item))]));
  const applies = (row: Default) =>
    (typeof image === "string" && row.image?.test(image)) ||
    row.runs?.test(runs) ||
    (row.variable && env.has(row.variable));
  return DEFAULTS.filter(applies).flatMap(({ unless, unlessRuns, host, because }): Fact[] => {
    const values = Object.entries(unless).map(([variable, wanted]) => [env.get(variable), wanted] as const);
    if (unlessRuns?.test(runs) || values.some(([value, wanted]) => typeof value === "string" && wanted.test(value)))
      return [];
    if (values.some(([value]) => value === UNKNOWN))
      return [{ kind: "unknown", path: at(path, "env"), hides: ["host"] }];
    return [{ kind: "host", path: at(path, "env"), value: host, because }];
  });
}

/** A value from elsewhere counts as one that is set: it is judged where it is given. */
function valueIn({ value, valueFrom }: Record<string, unknown>): unknown {
  return value ?? (valueFrom === undefined ? undefined : "(from elsewhere)");
}
