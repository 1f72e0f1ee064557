import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Which rooms each room may take from; `test` may take from all. */
const mayTakeFrom: Record<string, string[]> = {
  catalogue: [],
  components: ["catalogue"],
  policies: ["catalogue", "components/country"],
  stacks: ["components", "policies"],
  bootstrap: ["components", "policies"],
  rehearsal: ["catalogue", "components"],
  cli: ["catalogue", "components", "policies", "rehearsal"],
  bench: ["catalogue", "components", "policies", "rehearsal", "cli", "test/engine"],
};

it.each(Object.keys(mayTakeFrom))("%s takes only from the rooms below it", (room) => {
  const allowed = [room, ...mayTakeFrom[room]!];
  const strays = imports(room).filter(
    ({ to }) =>
      !allowed.some((place) => to === `${place}.ts` || to.startsWith(`${place}/`) || to.startsWith(`${place}.`)),
  );
  expect(strays).toEqual([]);
});

it("reads the imports it judges", () => {
  expect(imports("stacks").map(({ to }) => to)).toContain("policies/program.ts");
});

it.each(["aws", "azure-native", "kubernetes"])("nobody loads the whole provider package %s", (provider) => {
  const whole = Object.keys(mayTakeFrom).flatMap((room) =>
    sources(room).filter((file) => new RegExp(`from "@pulumi/${provider}(/index\\.js)?"`).test(read(file))),
  );
  expect(whole).toEqual([]);
});

function imports(room: string): { from: string; to: string }[] {
  return sources(room).flatMap((from) =>
    [...read(from).matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) => ({
      from,
      to: normalize(join(dirname(from), path!)),
    })),
  );
}

function sources(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => join(room, file));
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
