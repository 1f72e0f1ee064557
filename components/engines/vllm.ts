import type { Engine } from "../engine.ts";

/** vLLM, with usage statistics, hub access and redirects off. Flags and switches as documented for vLLM 0.25. */
export const vllm: Engine = {
  port: 8000,
  healthPath: "/health",
  command: ["vllm", "serve"],
  args: ({ servedName, weights, gpus, contextTokens }) => [
    weights,
    `--served-model-name=${servedName}`,
    `--tensor-parallel-size=${gpus}`,
    `--max-model-len=${contextTokens}`,
    "--gpu-memory-utilization=0.92",
    // Without it a streamed completion carries no usage and would be free of charge.
    "--enable-force-include-usage",
    "--enable-prompt-tokens-details",
    "--disable-fastapi-docs",
    "--disable-access-log-for-endpoints=/health,/metrics,/ping",
    "--shutdown-timeout=600",
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
};
