import { isMap, LineCounter, parseAllDocuments, type YAMLMap } from "yaml";
import { CountryFaults } from "./fault.ts";
import { syntaxFaults } from "./stack-file-syntax.ts";
import { readText } from "./stack-file-text.ts";
import { type Page, toPlain } from "./stack-file-values.ts";
import { show } from "./wording.ts";

type Said = { allowed: string; remedy: string };

/** A YAML file that is one section, strictly read. Throws one `CountryFaults` where it is not: `said` is what it should be. */
export function openPage(path: string, said: Said, empty = said): { page: Page; root: YAMLMap } {
  const lines = new LineCounter();
  const documents = parseAllDocuments(readText(path, empty), {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.2",
  });
  const page: Page = {
    position: (offset) => {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    },
    faults: [],
    fault: (at, said) => page.faults.push({ file: path, ...said, ...(at === undefined ? {} : page.position(at)) }),
    nodesLeft: 10_000,
  };
  syntaxFaults(documents, page);
  if (page.unreadable) throw new CountryFaults(page.faults);
  const root = documents[0]?.contents;
  if (isMap(root)) return { page, root };
  const found = root ? show(toPlain(root, "", page)) : "nothing but comments";
  page.fault(root?.range?.[0], { path: "", found, ...said });
  throw new CountryFaults(page.faults);
}
