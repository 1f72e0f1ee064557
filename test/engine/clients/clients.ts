import { expect } from "vitest";
import type { Client } from "./matrix.ts";

const openaiErrors: Record<number, string> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  429: "RateLimitError",
  503: "InternalServerError",
};
const ofOpenai = (status: number) => openaiErrors[status]!;

const simulated = { because: "the simulated model server has no probabilities; the engine has", as: { status: 400 } };
const noCall = "has no call for it";
const otherwise = "sends text";

/** Every client that is tried, with its versions in package.json and the requirements, and what is true of it. */
export const clients: Record<string, Client> = {
  "openai (Node)": {
    program: "openai.mjs",
    errors: ofOpenai,
    without: { "embeddings, tokens": otherwise },
    fails: { logprobs: simulated },
  },
  "openai (Python)": {
    program: "openai_python.py",
    requirements: "requirements.txt",
    errors: ofOpenai,
    without: { "embeddings, tokens": otherwise },
    fails: { logprobs: simulated },
  },
  "LangChain (JavaScript)": {
    program: "langchain.mjs",
    errors: ofOpenai,
    without: { models: noCall, "embeddings, tokens": otherwise },
    fails: { logprobs: simulated },
  },
  "LangChain (Python)": {
    program: "langchain_python.py",
    requirements: "requirements.txt",
    errors: ofOpenai,
    without: { models: noCall },
    fails: {
      logprobs: simulated,
      "embeddings, tokens": {
        because:
          "its default makes OpenAI's token numbers of a text, by a file that it fetches from OpenAI's storage, where the door does not lead; with check_embedding_ctx_length=False it sends the text, and that works",
        as: { types: expect.arrayContaining(["ConnectionError"]) },
      },
    },
  },
  "AI SDK": {
    program: "ai-sdk.mjs",
    errors: () => "AI_APICallError",
    without: {
      models: noCall,
      "embeddings, base64": noCall,
      "embeddings, tokens": otherwise,
      "several choices": noCall,
      logprobs: noCall,
    },
    fails: {},
  },
  "LlamaIndex (Python)": {
    program: "llamaindex_python.py",
    requirements: "requirements-llamaindex.txt",
    errors: ofOpenai,
    without: {
      models: noCall,
      embeddings: "has them in another package",
      "embeddings, base64": "has them in another package",
      "embeddings, tokens": "has them in another package",
      "several choices": noCall,
      "not offered": noCall,
    },
    fails: { logprobs: simulated },
  },
};
