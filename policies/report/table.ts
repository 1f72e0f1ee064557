import type { EvidenceVerdict } from "../evidence/shape.ts";
import type { Words } from "./english.ts";
import { html, type Markup, type Part } from "./markup.ts";

/** A table whose cells carry their column's name along, for screens too narrow for columns. */
export function table(columns: readonly string[], rows: readonly (readonly Part[])[], numbers: number[] = []): Markup {
  const said = columns.map((_, index) => rows.some((cells) => cells[index] !== undefined && cells[index] !== ""));
  if (said.includes(false)) {
    // A column in which nothing stands is none.
    const kept = <Cell>(cells: readonly Cell[]) => cells.filter((_, index) => said[index]);
    const moved = numbers.map((index) => index - said.slice(0, index).filter((each) => !each).length);
    return rows.length === 0 ? html`` : table(kept(columns), rows.map(kept), moved);
  }
  const kind = (index: number) => (numbers.includes(index) ? html` class="number"` : "");
  const head = columns.map((column, index) => html`<th scope="col"${kind(index)}>${column}</th>`);
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) => html`<td${kind(index)}${index > 0 && html` data-label="${columns[index]}"`}>${cell}</td>`)}</tr>\n`,
  );
  return html`<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`;
}

/** A verdict as a word with its colour; the word alone says it too. */
export function verdictWord(verdict: EvidenceVerdict, words: Words): Markup {
  return html`<span class="${verdict}"><span class="word">${words.verdict[verdict]}</span></span>`;
}

/** Rules by name, each leading to what was found by it. */
export function ruleLinks(rules: readonly string[]): Part {
  return rules.map((rule, index) => [index > 0 && ", ", html`<a href="#rule-${rule}">${rule}</a>`]);
}
