import type { Resource } from "../fact.ts";

/** Whether a component of Freehold's made a resource: the types of its parents stand in its name. */
export function isFreeholds({ urn }: Pick<Resource, "urn">): boolean {
  return urn.split("::")[2]?.includes("freehold:index:") === true;
}
