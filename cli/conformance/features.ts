import type { Feature } from "./check.ts";
import { chat } from "./features/chat.ts";
import { completions } from "./features/completions.ts";
import { embeddings } from "./features/embeddings.ts";
import { errors } from "./features/errors.ts";
import { json } from "./features/json.ts";
import { limits } from "./features/limits.ts";
import { models } from "./features/models.ts";
import { notOffered } from "./features/notOffered.ts";
import { responses } from "./features/responses.ts";
import { streaming } from "./features/streaming.ts";
import { toolCalls } from "./features/tools.ts";

/** Every feature, in the order in which it is looked at; limits last, which look back on all. */
export const features: readonly Feature[] = [
  models,
  chat,
  streaming,
  toolCalls,
  json,
  embeddings,
  completions,
  responses,
  errors,
  notOffered,
  limits,
];
