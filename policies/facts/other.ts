import { groupOf, placeOf } from "../../catalogue/index.ts";
import type { PackageFacts } from "../../catalogue/package.ts";
import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { describeCloud } from "./cloud.ts";
import { nowhere } from "./plain.ts";
import { select } from "./select.ts";
import { hostsIn } from "./table.ts";

/** Describes a resource of a package that has no adapter of its own, by what the catalogue knows of the package. */
export function describeOther(resource: Resource, pack: string, known: PackageFacts): Described {
  switch (known.is) {
    case "silent":
      return { facts: [], by: "table" };
    case "hole":
      return { facts: [{ kind: "undecidable", path: "", why: known.because, remedy: known.fix }], by: "undecidable" };
    case "described":
      return describeCloud(resource, nowhere(pack));
    case "service": {
      const { facts, by } = describeCloud(resource, { ...nowhere(pack), read: machineImage });
      return { facts: [...reached(resource, pack, known), ...facts], by };
    }
    case "cloud":
      return describeCloud(resource, {
        ...nowhere(pack),
        placed: known.placed,
        stands: (each) => stands(each, pack, known),
        read: machineImage,
      });
  }
}

/** `ubuntu-24.04` of a machine is a disk, which no registry holds. */
function machineImage(value: unknown, _: string, key: string): Fact[] | undefined {
  return /^image(?:Name|Id|Family)?$/.test(key) && typeof value === "string" && !/[/:]/.test(value) ? [] : undefined;
}

/** The service at which a resource stands, by its provider. */
function reached(
  { provider }: Resource,
  pack: string,
  { at = [], default: fallback, for: purpose }: PackageFacts & { is: "service" },
): Fact[] {
  const written = at
    .flatMap((path) => select(provider?.props ?? {}, path))
    .find(({ value }) => value === UNKNOWN || (typeof value === "string" && value !== ""));
  if (written?.value === UNKNOWN) return [{ kind: "unknown", path: "", hides: ["host"], purpose }];
  const because = `where the provider ${provider?.name ?? pack} reaches it`;
  if (typeof written?.value === "string")
    return hostsIn(written.value).map((value) => ({ kind: "host", path: "", value, because, purpose }));
  if (fallback) return [{ kind: "host", path: "", value: fallback, because, purpose }];
  const why = `the environment decides where ${pack} is reached`;
  return [{ kind: "undecidable", path: "", why, remedy: `Set ${at[0]} on a provider of its own.`, purpose }];
}

/** Where a resource of a cloud stands; a name that nobody placed is not taken for one at home. */
function stands({ props, provider }: Resource, pack: string, { placed, at }: PackageFacts & { is: "cloud" }): Fact[] {
  const own = placed
    .map((path) => ({ path, value: props[path] }))
    .filter(({ value }) => value === UNKNOWN || (typeof value === "string" && value !== ""));
  const theirs = at
    .map((path) => ({ path: "", value: provider?.props[path] }))
    .filter(({ value }) => typeof value === "string" && value !== "");
  return (own.length > 0 ? own : theirs).flatMap(({ path, value }): Fact[] => {
    if (typeof value !== "string") return [{ kind: "unknown", path, hides: ["place"] }];
    const name = value.trim();
    if (placeOf(name) ?? groupOf(name)) return [{ kind: "place", path, value: name, own: true }];
    const why = `${name} is no place of ${pack} that the catalogue knows`;
    return [{ kind: "undecidable", path, why, remedy: "Choose a place that the catalogue knows, or have it waived." }];
  });
}
