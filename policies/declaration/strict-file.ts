import { z } from "zod";
import { explain } from "../../components/country/explain.ts";
import { CountryFaults, type Fault, type Finding, type Path, placed } from "../../components/country/fault.ts";
import { openPage } from "../../components/country/stack-file-page.ts";
import { nodeAt, toPlain } from "../../components/country/stack-file-values.ts";
import { discreet } from "./userinfo.ts";

/** A small YAML or JSON file of our own, as its shape has it. */
export type StrictFile<Values> = {
  values: Values;
  /** Where something is written, `file:line`. */
  where(path: Path): string;
  /** What is wrong at a path, as a report of the file. */
  fault(finding: Finding): Fault;
};

type Said = { allowed: string; remedy: string };

/**
 * Reads a file strictly. Throws one `CountryFaults` with everything that is wrong; `said` is what the file should be, and
 * `first` may object to values before their faults are shown.
 */
export function readStrictFile<Shape extends z.ZodType>(
  path: string,
  shape: Shape,
  said: Said,
  first: (values: unknown) => Finding[] = () => [],
): StrictFile<z.output<Shape>> {
  const { page, root } = openPage(path, said);
  page.ownFormat = true;
  const plain = toPlain(root, "", page);
  const fault = ({ at, ...finding }: Finding): Fault => {
    const spelt = placed({ at: ["file", ...at], ...finding }, path, (_, of) => nodeAt(root, at, page, of));
    return { ...spelt, path: spelt.path.replace(/^freehold:file\.?/, "") };
  };
  // Reports write freehold: before a file's own sections; here there is none, so all stands one level down.
  const file = z.strictObject({ file: shape });
  const parsed = shape.safeParse(plain);
  const objections = first(plain);
  const issues = (parsed.error?.issues ?? []).map((issue) => ({ ...issue, path: ["file", ...issue.path] }));
  const explained = objections.length > 0 ? [] : explain(file, { file: plain }, issues);
  const faults = [
    ...page.faults.map((each) => ({ ...each, path: each.path.replace(/^\./, "") })),
    ...objections.map(fault),
    ...explained.map((finding) => fault({ ...finding, at: finding.at.slice(1) })),
  ];
  if (!parsed.success || faults.length > 0) throw new CountryFaults(faults.map(discreet));
  return { values: parsed.data, where: (at) => [path, nodeAt(root, at, page)?.line].join(":"), fault };
}
