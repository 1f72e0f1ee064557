import { expect, test } from "vitest";
import { sumFor } from "../../rehearsal/toolchain/sums.ts";

const [a, b] = ["a".repeat(64), "b".repeat(64)];

test("a list of sums is read in the forms that publishers use", () => {
  for (const list of [
    `${a}  file\n${b}  other\n`,
    `${b} *other\r\n${a} *file\r\n`,
    `# note\n${a}  ./file`,
    `${a.toUpperCase()}  file`,
  ]) {
    expect(sumFor(list, "file"), list).toBe(a);
  }
});

test("a bare sum is that of the one file it lies beside", () => {
  expect(sumFor(`${a}\n`, "file")).toBe(a);
});

test("a list that does not name the file says nothing about it", () => {
  for (const list of [
    "",
    `${a}  file.sig`,
    `${a}  dir/file`,
    `${a}\n${b}\n`,
    `${"a".repeat(40)}  file`,
    "<html>not found</html>",
  ]) {
    expect(sumFor(list, "file"), list).toBeUndefined();
  }
});
