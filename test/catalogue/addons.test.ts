import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Addon, addon, addons, addonVersions } from "../../catalogue/index.ts";
import { toolchainCatalogue } from "../../catalogue/toolchain.ts";

const all = addons().map((id) => addon(id));
const folders = toolchainCatalogue().packages.crds!.charts!.addons;
const pins = readFileSync(new URL("../../rehearsal/toolchain/modules/crds/go.mod", import.meta.url), "utf8");

describe("the catalogue's add-ons", () => {
  it("can each be had in the way that is their default, and be installed only by what there is to install", () => {
    for (const { id, modes, default: chosen, charts } of all) {
      expect(modes, id).toContain(chosen);
      if (!["valkey", "node", "efa-device-plugin"].includes(id))
        expect(charts.length > 0, id).toBe(modes.includes("install"));
    }
    expect(all.filter((one) => one.default === "existing").map(({ id }) => id)).toEqual([
      "gpu-operator",
      "network-operator",
      "cilium",
    ]);
  });

  it("have their definitions in the rehearsal, of every kind that Freehold makes, or say why not", () => {
    for (const { id, kinds, definitions } of all) {
      if (!Array.isArray(definitions)) {
        expect(kinds, id).toEqual([]);
        continue;
      }
      const defined = definitions.flatMap((folder) => folders[folder]?.kinds ?? []);
      expect(
        kinds.filter((kind) => !defined.includes(kind)),
        id,
      ).toEqual([]);
    }
    const used = all.flatMap(({ definitions }) => (Array.isArray(definitions) ? definitions : []));
    expect(used.sort()).toEqual(Object.keys(folders).sort());
  });

  it("are proven at the version whose definitions the rehearsal has", () => {
    for (const { id, proven, definitions } of all) {
      if (!Array.isArray(definitions)) continue;
      const { module } = folders[definitions[0]!]!;
      expect(pins, id).toContain(`\t${module} ${proven}\n`);
    }
  });

  it("have charts of one name each, and one release each", () => {
    const charts = all.flatMap((one) => one.charts);
    expect(new Set(charts.map(({ path }) => path.split("/").at(-1))).size).toBe(charts.length);
    expect(new Set(charts.map(({ release }) => release)).size).toBe(charts.length);
  });

  it("name the publisher's registry of each image, and no registry in the image itself", () => {
    for (const { id, images, from } of all) {
      const owners = Object.values(images).map((image) => image.split("/")[0]!);
      expect([...new Set(owners)].sort(), id).toEqual(Object.keys(from).sort());
      expect(owners.join(), id).not.toMatch(/[.:]/);
    }
  });

  it("have every switch that would call home where it says that it is, or say where none was found", () => {
    for (const { id, phoneHome, charts } of all) {
      expect(phoneHome.source.length, id).toBeGreaterThan(20);
      for (const { in: kind, of, path, to } of phoneHome.switches) {
        if (kind === "values")
          expect(valueAt(charts.find(({ release }) => release === of)?.values, path), path).toBe(to);
      }
    }
    expect(all.flatMap(({ phoneHome }) => phoneHome.switches)).toHaveLength(5);
  });

  it("name no registry of their own in their values", () => {
    for (const { id, charts } of all) {
      expect(JSON.stringify(charts.map(({ values }) => values)), id).not.toMatch(/\.io\/|docker|quay|ghcr|nvcr/);
    }
  });
});

describe("an add-on at another version", () => {
  it("has the charts and images of that version, and all else as it is", () => {
    expect(addonVersions("lws")).toEqual(["v0.9.0", "v0.10.0"]);
    const newer = addon("lws", "v0.10.0");
    expect(newer).toMatchObject({ proven: "v0.9.0", version: "v0.10.0", images: { manager: "lws/lws:v0.10.0" } });
    expect(newer.charts.map(({ version }) => version)).toEqual(["0.10.0"]);
    expect(addon("lws", "v0.9.0")).toEqual(addon("lws"));
  });

  it("changes only charts and images that it has", () => {
    for (const { id, also, charts, images } of all) {
      const releases = charts.map(({ release }) => release);
      for (const other of also) {
        expect(releases, id).toEqual(expect.arrayContaining(Object.keys(other.charts)));
        expect(Object.keys(images), id).toEqual(expect.arrayContaining(Object.keys(other.images)));
      }
    }
  });

  it("that is unknown is our own mistake to ask for", () => {
    expect(() => addon("lws", "v9.9.9")).toThrow('no version "v9.9.9" of the add-on lws');
    expect(() => addon("kubernetes")).toThrow("no add-on");
  });
});

function valueAt(values: Addon["charts"][number]["values"] | undefined, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values);
}
