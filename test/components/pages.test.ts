import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { plan } from "../../policies/program.ts";

const components = fileURLToPath(new URL("../../components/", import.meta.url));
const scratch = mkdtempSync(join(import.meta.dirname, ".pages-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What has a page: every component, that is every file that defines a ComponentResource. */
const pages = readdirSync(components)
  .filter((file) => file.endsWith(".ts") && readFileSync(join(components, file), "utf8").includes('super("freehold:'))
  .map((file) => basename(file, ".ts"));

/** Kinds that stand behind `Makes`: those that are always made, and those that are made where something is declared. */
function makes(page: string) {
  const bullets = section(page, "Makes").match(/^- .+(\n {2}.+)*/gm) ?? [];
  const kinds = bullets.flatMap((bullet) => {
    const named = bullet.slice(0, bullet.indexOf(":")).match(/`([A-Z]\w+)`/g) ?? [];
    return named.map((kind) => ({ kind: kind.replaceAll("`", ""), always: !/\bwhere\b/i.test(bullet) }));
  });
  return { all: kinds.map(({ kind }) => kind), always: kinds.filter(({ always }) => always).map(({ kind }) => kind) };
}

function section(page: string, title: string): string {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  expect(text, `a section ${title}`).toBeDefined();
  return text!;
}

async function planned(name: string, page: string) {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(section(page, "Example")) ?? [];
  expect(code, "an example").toBeDefined();
  const file = join(scratch, `${name}.ts`);
  writeFileSync(file, code!.replaceAll(/from "\.\//g, `from "${components}`));
  const { default: build } = (await import(pathToFileURL(file).href)) as { default: () => unknown };
  return plan(build);
}

it("has components to describe", () => {
  expect(pages).toEqual(expect.arrayContaining(["pool", "platform", "model", "gateway"]));
});

describe.each(pages)("the page of %s", (name) => {
  const page = () => readFileSync(join(components, `${name}.md`), "utf8");

  it("has an example that runs and makes the kinds that the page lists", async () => {
    const made = (await planned(name, page()))
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type }) => type.split(":").at(-1)!);
    const { all, always } = makes(page());
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((kind) => !all.includes(kind))).toEqual([]);
    expect(always.filter((kind) => !made.includes(kind))).toEqual([]);
  });

  it("says its limits", () => {
    expect(section(page(), "Limits").length).toBeGreaterThan(40);
  });
});
