import { describe, expect, it } from "vitest";
import { pulumiArguments } from "../../rehearsal/pulumi-arguments.ts";

const here = { stack: "ch", stackFile: "/copy/Pulumi.ch.yaml" };
const rewrite = (line: string) => pulumiArguments(line.split(" ").filter(Boolean), here);

describe("what is typed after pulumi in a rehearsal", () => {
  it.each([
    "preview -s ch",
    "up --stack=ch --yes",
    "destroy",
    "refresh --yes",
    "config get freehold:country",
    "--color never up",
  ])("%s reads the copy of the stack file", (line) => {
    expect(rewrite(line)).toEqual({
      args: [...line.split(" "), "--config-file=/copy/Pulumi.ch.yaml"],
      readsStackFile: true,
    });
  });

  it.each(["stack ls", "stack export -s ch", "whoami", "version", "--help", ""])("%s is passed on as it is", (line) => {
    expect(rewrite(line)).toEqual({ args: line.split(" ").filter(Boolean), readsStackFile: false });
  });

  it.each(["stack init ch", "stack rename ch2", "stack change-secrets-provider passphrase", "stack migrate"])(
    "%s is refused, because it would write the country file",
    (line) => {
      expect(rewrite(line)).toMatchObject({ refusal: expect.stringContaining("remedy") });
    },
  );

  it("keeps the country file when the stack is removed", () => {
    expect(rewrite("stack rm ch --yes")).toMatchObject({ args: ["stack", "rm", "ch", "--yes", "--preserve-config"] });
  });

  it("refuses another stack than the one that is rehearsed", () => {
    expect(rewrite("up -s de")).toMatchObject({ refusal: expect.stringContaining("not de") });
  });

  it("leaves a config file alone that was named by hand", () => {
    expect(rewrite("preview --config-file mine.yaml")).toMatchObject({ readsStackFile: false });
  });
});
