import { either, nearest } from "../../components/country/wording.ts";
import type { Models } from "./client.ts";
import type { Answer, Endpoint } from "./endpoint.ts";
import { errorFaults, excerpt } from "./judge.ts";
import { embeddings } from "./shape.ts";
import { Unusable } from "./unusable.ts";
import { withoutKey } from "./without-key.ts";

/** The models that the user named. */
export type Named = { model?: string; embeddingModel?: string };

/** More are not asked what they can do: an endpoint with hundreds would be asked for minutes. */
const mostAsked = 12;

/** Looks whether the endpoint is one, lets the key in, and which of its models answer chat and embeddings. */
export async function discover(endpoint: Endpoint, named: Named): Promise<Models> {
  const list = await endpoint.ask({ path: "models" });
  refuseAtTheDoor(list, endpoint);
  const listed = idsOf(list);
  if (listed.length === 0 && named.model === undefined && named.embeddingModel === undefined)
    throw noModels(list, endpoint);
  const models: Models = { listed, limit: "max_tokens" };
  await findEmbedding(endpoint, models, named);
  await findChat(endpoint, models, named);
  if (models.chat === undefined && models.embedding === undefined)
    throw new Unusable(`None of the models of ${endpoint.base} answers.`, {
      found: listed.slice(0, 3).join(", "),
      remedy: "name one by --model",
    });
  return models;
}

function refuseAtTheDoor({ status, headers, text }: Answer, { base, url, key }: Endpoint) {
  const found = `HTTP ${status} for GET ${base}/models`;
  if (status === 401 || status === 403) {
    const what = key === undefined ? "asks for a key" : "refuses the key";
    const remedy =
      key === undefined
        ? "give one as argument, or in FREEHOLD_KEY or OPENAI_API_KEY"
        : `give the key that was issued for this endpoint and host; this one came by ${key.from}`;
    throw new Unusable(`${base} ${what}.`, { found, remedy });
  }
  if (status >= 300 && status < 400)
    throw new Unusable(`${base} leads elsewhere.`, { found, remedy: `name ${place(headers.location)} itself` });
  if (status === 400 && /https/i.test(text) && url.protocol === "http:")
    throw new Unusable(`${base} wants TLS.`, { found, remedy: `write  ${base.replace("http:", "https:")}` });
}

function place(location: string | undefined): string {
  return location === undefined ? "that place" : location.replace(/\/models\/?$/, "");
}

function noModels(list: Answer, { base, url, key }: Endpoint): Unusable {
  const isBare = list.status === 404 && !/\/v\d+$/.test(url.pathname);
  return new Unusable(`${base} names no models.`, {
    found: withoutKey(`HTTP ${list.status} ${excerpt(list.text)}`, key),
    remedy: isBare ? `write  ${base}/v1` : "name one by --model",
  });
}

async function findEmbedding(endpoint: Endpoint, models: Models, { embeddingModel }: Named) {
  const asked = embeddingModel ? [embeddingModel] : likeliest(models.listed, /embed|bge|gte|\be5\b/i);
  let refusal: Answer | undefined;
  for (const id of asked) {
    const answer = await endpoint.ask({ path: "embeddings", body: { model: id, input: "a" } });
    if (embeddings.pick({ data: true }).safeParse(answer.json).success || (embeddingModel && answer.status === 200)) {
      models.embedding = id;
      return;
    }
    if (embeddingModel) refuseUnknown(id, "--embedding-model", answer, endpoint, models.listed);
    if (refusal === undefined || errorFaults(answer).length > 0) refusal = answer;
  }
  // One that is named and listed is looked at, whatever it answers.
  if (embeddingModel !== undefined) models.embedding = embeddingModel;
  const clearly = refusal === undefined || (refusal.status < 500 && errorFaults(refusal).length === 0);
  const found = refusal && `HTTP ${refusal.status} ${excerpt(refusal.text)}`;
  models.noEmbedding = {
    clearly,
    found: `no model here answers embeddings${found ? ` (${found})` : ""}: name one by --embedding-model`,
  };
}

async function findChat(endpoint: Endpoint, models: Models, { model }: Named) {
  const others = models.listed.filter((id) => id !== models.embedding);
  for (const id of model ? [model] : likeliest(others, /chat|instruct|-it\b/i)) {
    for (const limit of ["max_tokens", "max_completion_tokens"] as const) {
      const messages = [{ role: "user", content: "Hello." }];
      const answer = await endpoint.ask({ path: "chat/completions", body: { model: id, messages, [limit]: 16 } });
      if (answer.status === 200) {
        models.chat = id;
        models.limit = limit;
        return;
      }
      if (limit === "max_tokens" && /max_completion_tokens/.test(answer.text)) continue;
      if (model) refuseUnknown(id, "--model", answer, endpoint, models.listed);
      break;
    }
  }
  if (model !== undefined) models.chat = model;
}

/** A name that the user mistyped is no fault of the endpoint. */
function refuseUnknown(
  id: string,
  option: string,
  { status, text }: Answer,
  { key }: Endpoint,
  listed: readonly string[],
) {
  if (listed.includes(id) || ![400, 403, 404].includes(status)) return;
  const near = nearest(id, listed);
  const allowed = near.length > 0 ? near : listed.slice(0, 5);
  throw new Unusable(`${option} ${id} is not served here.`, {
    found: withoutKey(`HTTP ${status} ${excerpt(text)}`, key),
    ...(allowed.length > 0 && { allowed: either(allowed) }),
    remedy: allowed[0] ? `${option} ${allowed[0]}` : `leave ${option} out`,
  });
}

function likeliest(ids: readonly string[], like: RegExp): string[] {
  return ids.toSorted((a, b) => Number(like.test(b)) - Number(like.test(a))).slice(0, mostAsked);
}

/** As lenient as can be: whether the list is as specified is a check of its own. */
function idsOf({ json }: Answer): string[] {
  const data = (json as { data?: unknown } | null | undefined)?.data;
  return (Array.isArray(data) ? data : []).map((each) => each?.id).filter((id) => typeof id === "string" && id !== "");
}
