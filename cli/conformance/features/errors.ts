// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: ErrorResponse, and the statuses
// of its guide to error codes. An error's message, type, param and code are what the official SDKs' exceptions carry.
import { absent, type Check, type Feature } from "../check.ts";
import type { Client } from "../client.ts";
import type { Asked } from "../endpoint.ts";
import { refused } from "../judge.ts";

/** A model that nobody serves. */
export const unknownModel = "freehold-conformance-no-such-model";

const wrongKey = "freehold-conformance-no-such-key";

/** Errors: the right status, and a body that SDKs can read. */
export const errors: Feature = {
  name: "errors",
  checks: [
    {
      id: "errors.broken-json",
      asks: "A body that is no JSON is answered with 400.",
      need: "required",
      run: async (client) => {
        const raw = `{"model": "${client.chatModel}", "messages": [`;
        return refused(await client.ask({ path: "chat/completions", raw }), 400, [422]);
      },
    },
    {
      id: "errors.wrong-type",
      asks: "A value of the wrong type is answered with 400.",
      need: "required",
      run: async (client) => refused(await client.chat({ messages: "hello" }), 400, [422]),
    },
    {
      id: "errors.missing",
      asks: "A request without messages is answered with 400.",
      need: "required",
      run: async (client) => refused(await client.chat({ messages: undefined }), 400, [422]),
    },
    {
      id: "errors.unknown-model",
      asks: "A model that is not there is answered with 404.",
      need: "required",
      // Gateways that know what a key may use say so before they look whether there is such a model.
      run: async (client) => refused(await client.chat({ model: unknownModel }), 404, [400, 403]),
    },
    withKey("errors.no-key", "A request without a key is answered with 401.", "chat", null),
    withKey("errors.wrong-key", "A request with a wrong key is answered with 401.", "chat", wrongKey),
    withKey("errors.no-key-models", "GET /models without a key is answered with 401.", "models", null),
    withKey("errors.wrong-key-models", "GET /models with a wrong key is answered with 401.", "models", wrongKey),
    {
      id: "errors.unknown-path",
      asks: "A path that is not there is answered with 404.",
      need: "required",
      run: async (client) => refused(await client.get("freehold-conformance-no-such-path"), [404, 405]),
    },
    {
      id: "errors.wrong-method",
      asks: "A method that a path does not take is answered with 405 or 404.",
      need: "required",
      run: async (client) => refused(await client.get("chat/completions"), [405, 404]),
    },
  ],
};

function withKey(id: string, asks: string, what: "chat" | "models", key: string | null): Check {
  const run = async (client: Client) => {
    if (client.endpoint.key === undefined) return absent("no key was given, and the endpoint asks for none");
    const { chatModel: model, models } = client;
    const body = { model, messages: [{ role: "user", content: "Hello." }], [models.limit]: 1 };
    const asked: Asked = what === "models" ? { path: "models", key } : { path: "chat/completions", body, key };
    return refused(await client.ask(asked), 401, [403]);
  };
  return { id, asks, need: "where offered", run };
}
