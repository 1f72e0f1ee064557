// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: GET /models, GET /models/{model}.
import { type Feature, pass } from "../check.ts";
import { answered, refused } from "../judge.ts";
import { model, modelList } from "../shape.ts";
import { unknownModel } from "./errors.ts";

/** Which models there are. */
export const models: Feature = {
  name: "models",
  checks: [
    {
      id: "models.list",
      asks: "GET /models lists the models that may be asked, each with id, object, created and owned_by.",
      need: "required",
      run: async (client) =>
        answered(await client.get("models"), modelList, ({ data }) => pass(`${data.length} listed`)),
    },
    {
      id: "models.retrieve",
      asks: "GET /models/{model} describes one model, by the id it is listed under.",
      need: "where offered",
      run: async (client) => {
        const id = client.models.listed[0] ?? client.chatModel;
        // As the SDKs send it: a slash in an id is encoded.
        const answer = await client.get(`models/${encodeURIComponent(id)}`);
        return answered(answer, model, (found) =>
          found.id === id ? pass("as listed") : pass("under another id", ["$.id is not the id that was asked for"]),
        );
      },
    },
    {
      id: "models.unknown",
      asks: "GET /models/{model} answers 404 for a model that is not there.",
      need: "optional",
      run: async (client) => refused(await client.get(`models/${unknownModel}`), 404, [403]),
    },
  ],
};
