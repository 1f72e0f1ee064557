/** Whose findings a waiver is for: `<type>::<name>`, or a URN. In the names, `*` stands for any characters. */
export type ResourcePattern = (resource: { type: string; urn: string; name: string }) => boolean;

const scheme = "urn:pulumi:";

/**
 * Reads a pattern; a text says why it is none. A type is always written in full, so that no waiver is for every resource, and
 * `*` stays within its part: it never reaches over a `::`, except in the name, which comes last and may hold any characters.
 */
export function resourcePattern(text: string): ResourcePattern | string {
  if (text.includes("**")) return "two * side by side";
  const urn = text.startsWith("urn:");
  const parts = split(text, urn ? 4 : 2);
  if (parts === undefined || (urn && !text.startsWith(scheme))) return "neither <type>::<name> nor a whole URN";
  const type = parts.at(-2)!;
  if (!/^[^\s:*]+:[^\s*]+$/.test(type)) return "a type that is not written in full";
  const tests = parts.map(matcher);
  return (resource) => {
    const found = urn ? split(resource.urn, 4) : [resource.type, resource.name];
    return found !== undefined && tests.every((test, index) => test.test(found[index]!));
  };
}

/** The parts between `::`; the last, the name, is whatever remains. Undefined where there are too few, or an empty one. */
function split(text: string, count: number): string[] | undefined {
  const all = text.split("::");
  const parts = [...all.slice(0, count - 1), all.slice(count - 1).join("::")];
  return all.length >= count && parts.every((part) => part !== "") ? parts : undefined;
}

function matcher(part: string): RegExp {
  const literal = part.split("*").map((each) => each.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^]*")}$`, "u");
}
