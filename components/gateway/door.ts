import { readFileSync } from "node:fs";
import { toGateway } from "./names.ts";

const program = readFileSync(new URL("door.lua", import.meta.url), "utf8");

/**
 * What each proxy does itself: it tells a key's tenant, name and end apart, keeps tenants' caches apart, counts what streams
 * deliver, and tells of every failure as OpenAI's clients read it.
 */
export function door() {
  return { targetRefs: [toGateway], lua: [{ type: "Inline", inline: program }] };
}
