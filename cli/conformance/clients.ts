/** A family of clients, and the checks without which some use of it breaks. */
export type ClientFamily = { client: string; read: string; dependsOn: readonly string[] };

/** How the families below were found, for everyone who reads what follows from it. */
export const derivation = "derived from how these clients use the API, not from running them";

const chat = ["chat.answer", "chat.usage", "chat.conversation", "chat.parameters", "chat.limit", "chat.stop"];
const stream = [
  "streaming.content-type",
  "streaming.framing",
  "streaming.chunks",
  "streaming.text",
  "streaming.finish",
  "streaming.done",
  "streaming.refusal",
  "streaming.abort",
];
const tools = ["tools.call", "tools.required", "tools.result", "tools.stream"];
const errors = [
  "errors.broken-json",
  "errors.wrong-type",
  "errors.missing",
  "errors.unknown-model",
  "errors.no-key",
  "errors.wrong-key",
  "errors.unknown-path",
  "errors.wrong-method",
  "limits.large-body",
];

/** What each family asks of an endpoint, with the versions that were read on 2026-11-21. */
export const clientFamilies: readonly ClientFamily[] = [
  {
    client: "openai for Node and Python",
    read: "openai 7.57.0 (npm), 3.54.0 (PyPI)",
    dependsOn: [
      ...["models.list", "models.retrieve", ...chat, ...stream, "streaming.role", "streaming.usage", ...tools],
      // Where nobody says otherwise, embeddings are asked for as base64.
      ...["json.object", "json.schema", "json.stream", "embeddings.answer", "embeddings.batch", "embeddings.base64"],
      ...["embeddings.usage", "completions.answer", "completions.usage", "completions.stream", "responses.answer"],
      ...["responses.usage", "responses.stream", ...errors, "errors.no-key-models", "errors.wrong-key-models"],
    ],
  },
  {
    client: "LangChain (Python, JS)",
    read: "langchain-openai 1.7.4 (PyPI), @langchain/openai 1.6.0 (npm)",
    dependsOn: [
      ...[...chat, "chat.max-completion-tokens", ...stream, "streaming.role", "streaming.usage", ...tools],
      // Structured output is json_schema by default; Python sends embeddings as token numbers unless told otherwise.
      ...["json.object", "json.schema", "json.stream", "embeddings.answer", "embeddings.batch", "embeddings.base64"],
      ...["embeddings.tokens", "completions.answer", ...errors],
    ],
  },
  {
    client: "Vercel AI SDK",
    read: "@ai-sdk/openai-compatible 3.0.92, @ai-sdk/openai 4.0.118 (npm)",
    dependsOn: [
      // The OpenAI provider asks /responses by default, the compatible one chat completions and embeddings as numbers.
      ...[...chat, ...stream, "streaming.usage", ...tools, "json.object", "json.schema", "json.stream"],
      ...[
        "embeddings.answer",
        "embeddings.batch",
        "responses.answer",
        "responses.usage",
        "responses.stream",
        ...errors,
      ],
    ],
  },
  {
    client: "LlamaIndex",
    read: "llama-index-llms-openai 0.8.3, llama-index-llms-openai-like 0.8.1, llama-index-embeddings-openai 0.7.0 (PyPI)",
    dependsOn: [
      ...[...chat, ...stream, "streaming.role", ...tools, "json.schema", "embeddings.answer", "embeddings.batch"],
      ...["embeddings.base64", "completions.answer", "completions.stream", ...errors],
    ],
  },
];
