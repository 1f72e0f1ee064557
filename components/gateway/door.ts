import { readFileSync } from "node:fs";
import type { Country } from "../country.ts";
import { toGateway } from "./names.ts";
import { providersOf } from "./tokens.ts";

const program = ["tokens.lua", "door.lua"].map((name) => readFileSync(new URL(name, import.meta.url), "utf8")).join("");

/**
 * What each proxy does itself: it tells a key's tenant, name and end apart, and who comes by a token; keeps tenants' caches
 * apart, counts what streams deliver, and tells of every failure as OpenAI's clients read it.
 */
export function door({ tenants }: Pick<Country, "tenants">) {
  const providers = providersOf(tenants).map(([tenant, { recorded, claims }]) => {
    const asked = Object.entries(claims).map(([claim, value]) => `[${lua(claim)}] = ${lua(value)}`);
    return `  [${lua(tenant)}] = { recorded = ${lua(recorded)}, claims = { ${asked.join(", ")} } },\n`;
  });
  const inline = program.replace("local providers = {}", () => `local providers = {\n${providers.join("")}}`);
  return { targetRefs: [toGateway], lua: [{ type: "Inline", inline }] };
}

/** A text as Lua writes it; what is no letter, digit or hyphen by its bytes, so that nothing in it ends the text. */
function lua(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w-]/.test(character) ? character : `\\${String(byte).padStart(3, "0")}`;
  });
  return `"${bytes.join("")}"`;
}
