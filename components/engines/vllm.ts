import { engine as engineFacts } from "../../catalogue/index.ts";
import type { Engine, Run } from "../engine.ts";

// Nodes of one replica find each other at the leader on this port, and then agree on others of their own.
const meetingPort = 29501;
const drainSeconds = 600;

/** vLLM, with usage statistics, hub access and redirects off. Flags and switches as its version 0.25.1 reads them. */
export const vllm: Engine = {
  port: 8000,
  healthPath: "/health",
  drainSeconds,
  command: ["vllm", "serve"],
  args: (run) => [
    run.weights,
    `--served-model-name=${run.servedName}`,
    ...(run.embeds ? ["--runner=pooling"] : []),
    // Other schemes are read from the checkpoint, and one that is named and differs from it is refused.
    ...(run.precision === "bf16" ? ["--dtype=bfloat16"] : []),
    `--max-model-len=${run.contextTokens}`,
    `--tensor-parallel-size=${run.gpus}`,
    ...(run.role === "alone" ? [] : group(run)),
    `--gpu-memory-utilization=${engineFacts("vllm").sizing.utilisation.value}`,
    ...(run.kvCache === "fp8" ? ["--kv-cache-dtype=fp8"] : []),
    // Said either way: it is on where nobody says anything.
    run.prefixCache ? "--enable-prefix-caching" : "--no-enable-prefix-caching",
    ...(run.sliced ? batch() : []),
    ...parsers(run),
    // Without it a streamed completion carries no usage and would be free of charge.
    "--enable-force-include-usage",
    "--enable-prompt-tokens-details",
    "--disable-fastapi-docs",
    "--disable-access-log-for-endpoints=/health,/metrics,/ping",
    `--shutdown-timeout=${drainSeconds}`,
  ],
  env: {
    DO_NOT_TRACK: "1",
    VLLM_NO_USAGE_STATS: "1",
    HF_HUB_OFFLINE: "1",
    HF_DATASETS_OFFLINE: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    TRANSFORMERS_OFFLINE: "1",
    RAY_USAGE_STATS_ENABLED: "0",
    // A prompt may carry a media URL; following its redirects would reach hosts nobody allowed.
    VLLM_MEDIA_URL_ALLOW_REDIRECTS: "0",
  },
  envOf: ({ startSeconds, role, weights }) => ({
    // Some models' encodings are files that would be fetched from abroad; they are looked for beside the weights.
    TIKTOKEN_ENCODINGS_BASE: weights,
    // It gives its own engine ten minutes, which a large model does not load in.
    VLLM_ENGINE_READY_TIMEOUT_S: String(startSeconds),
    // The pods' own network, and no other that a node may have attached to them.
    ...(role === "alone" ? {} : { GLOO_SOCKET_IFNAME: "eth0", NCCL_SOCKET_IFNAME: "eth0" }),
  }),
  metrics: {
    running: "vllm:num_requests_running",
    waiting: "vllm:num_requests_waiting",
    cache: "vllm:kv_cache_usage_perc",
    tokensIn: "vllm:prompt_tokens_total",
    tokensOut: "vllm:generation_tokens_total",
    finished: "vllm:request_success_total",
    preempted: "vllm:num_preemptions_total",
    firstTokenSeconds: "vllm:time_to_first_token_seconds",
    betweenTokensSeconds: "vllm:inter_token_latency_seconds",
    queuedSeconds: "vllm:request_queue_time_seconds",
  },
};

/** Several nodes as one engine, by plain processes: no Ray, whose dashboard and job port would be more doors to close. */
function group({ nodes, startSeconds, role }: Run): string[] {
  return [
    `--pipeline-parallel-size=${nodes}`,
    "--distributed-executor-backend=mp",
    `--nnodes=${nodes}`,
    // LeaderWorkerSet tells each pod its number and its leader; Kubernetes puts them in.
    "--node-rank=$(LWS_WORKER_INDEX)",
    "--master-addr=$(LWS_LEADER_ADDRESS)",
    `--master-port=${meetingPort}`,
    `--distributed-timeout-seconds=${startSeconds}`,
    ...(role === "worker" ? ["--headless"] : []),
  ];
}

function batch(): string[] {
  const { tokens, sequences } = engineFacts("vllm").sizing.batch.value;
  return [`--max-num-batched-tokens=${tokens}`, `--max-num-seqs=${sequences}`];
}

/** It refuses tools without the parser of the model's calls, and leaves reasoning in the answer without that one. */
function parsers({ parsers, image }: Run): string[] {
  const { tools, reasoning, template } = parsers ?? {};
  const { images, templates } = engineFacts("vllm");
  // An image of the operator's may keep them elsewhere, and a template that is not there keeps the engine from starting.
  const hasTemplates = Object.values(images).some((name) => image.includes(`/${name}`));
  return [
    ...(tools && (!template || hasTemplates) ? ["--enable-auto-tool-choice", `--tool-call-parser=${tools}`] : []),
    ...(template && hasTemplates ? [`--chat-template=${templates.value}/${template}`] : []),
    ...(reasoning ? [`--reasoning-parser=${reasoning}`] : []),
  ];
}
