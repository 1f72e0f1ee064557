import { describe, expect, it } from "vitest";
import { withEntry } from "../../../components/country/with-entry.ts";

const at = ["tenants", "bank", "keys", "ci"];
const key = { expires: "2027-03-31", costCentre: "4711" };
const inBraces = 'ci: { expires: "2027-03-31", costCentre: "4711" }';

describe("an entry in a text of YAML", () => {
  it.each([
    [
      "a section in lines, with comments around it",
      "tenants:\n  bank: # the bank\n    profile: finance   # by contract\n    # more to come\n\n  # next\n  x: {}\n",
      `    profile: finance   # by contract\n    keys:\n      ${inBraces}\n    # more to come\n`,
    ],
    [
      "a section in braces",
      "tenants: { bank: { profile: finance }, x: {} }\n",
      `{ profile: finance, keys: { ${inBraces} } }`,
    ],
    [
      "a section in braces within one",
      "tenants: { bank: { a: { b: 1 } } } # all\n",
      `{ a: { b: 1 }, keys: { ${inBraces} } } } # all`,
    ],
    ["an empty section", "tenants: { bank: {}, x: {} }\n", `{ bank: { keys: { ${inBraces} } }, x: {} }`],
    ["a name with nothing behind it", "tenants:\n  bank:\n  x: {}\n", `  bank: { keys: { ${inBraces} } }\n  x: {}\n`],
    ["a name with a comment alone", "tenants:\n  bank: # soon\n", `  bank: { keys: { ${inBraces} } } # soon\n`],
    ["other keys", "tenants:\n  bank:\n    keys:\n      a: {}\n  x: {}\n", `      a: {}\n      ${inBraces}\n  x: {}\n`],
    ["a file without a last line break", "tenants:\n  bank:\n    a: 1", `    a: 1\n    keys:\n      ${inBraces}\n`],
    [
      "a block of text before it",
      "tenants:\n  bank:\n    a: >-\n      b\n      c\n",
      `      c\n    keys:\n      ${inBraces}\n`,
    ],
    ["line breaks of Windows", "tenants:\r\n  bank:\r\n    a: 1\r\n", `    a: 1\r\n    keys:\r\n      ${inBraces}\r\n`],
  ])("is added to %s", (_, text, expected) => {
    const changed = withEntry(text, at, key)!;
    expect(changed).toContain(expected);
    const added = changed.split(/\r?\n/).filter((line) => !text.split(/\r?\n/).includes(line));
    expect(added.join("").length - expected.length).toBeLessThan(60);
  });

  it("is replaced where it stands, with what is behind it", () => {
    const text = "tenants:\n  bank: { keys: { ci: { generation: 1 } } } # ours\n";
    expect(withEntry(text, [...at, "generation"], 2)).toBe(text.replace("1", "2"));
    expect(withEntry("a:\n  - b: old # why\n    c: 1\n", ["a", 0, "b"], "new")).toBe(
      "a:\n  - b: new # why\n    c: 1\n",
    );
  });

  it.each([
    ["an alias", "tenants:\n  x: &x { a: 1 }\n  bank: *x\n"],
    ["an anchor that others repeat", "tenants:\n  bank: &x { a: 1 }\n  x: *x\n"],
    ["a section whose keys come from another", "tenants:\n  x: &x { keys: { a: {} } }\n  bank: { <<: *x, b: 1 }\n"],
    ["a text", "tenants:\n  bank: none\n"],
    ["a list", "tenants:\n  bank: [keys]\n"],
  ])("is not written into %s", (_, text) => {
    expect(withEntry(text, at, key)).toBeUndefined();
  });
});
