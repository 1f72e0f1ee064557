/** What the checks hold endpoints to: OpenAI's own description of its API. */
export const reference = {
  name: "the OpenAI API as its OpenAPI document describes it",
  version: "2.3.0",
  date: "2026-08-21",
  source: "https://github.com/openai/openai-openapi",
} as const;
