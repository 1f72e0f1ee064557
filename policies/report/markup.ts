import { legible } from "./legible.ts";

/** A piece of HTML whose texts are escaped. Nothing else makes one, so no name of a resource becomes a tag. */
export class Markup {
  readonly text: string;

  constructor(strings: readonly string[], values: readonly Part[]) {
    this.text = strings.map((string, index) => string + (index < values.length ? render(values[index]) : "")).join("");
  }
}

/** What may stand in HTML: a piece of it, a text, nothing, or several of these. */
export type Part = Markup | string | number | undefined | false | readonly Part[];

/** A piece of HTML; what is put into it is escaped, also inside quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(strings, values);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return legible(String(part)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
