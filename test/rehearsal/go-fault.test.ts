import { expect, test } from "vitest";
import { goFault } from "../../rehearsal/toolchain/go-fault.ts";
import { jobIn } from "./workbench.ts";

const fault = (said: string) => goFault("Building failed.", "here", said, jobIn("/nowhere"));

test("a module that is not the one in go.sum is told as that, with both sums", () => {
  const { found, remedy } = fault(
    "verifying m@v1: checksum mismatch\n\tdownloaded: h1:a=\n\tgo.sum:     h1:b=\n\nSECURITY ERROR\nFor more information, see 'go help module-auth'.\n",
  );
  expect(found).toBe("verifying m@v1: checksum mismatch | downloaded: h1:a= | go.sum:     h1:b=");
  expect(remedy).toContain("serves something else");
});

test("a network that is not there, a full disk and a compiler's complaint have a remedy each", () => {
  expect(fault("go: m@v1: dial tcp: lookup proxy: no such host\n").remedy).toContain("set GOPROXY");
  expect(fault("fmt\nlink: write: no space left on device\n").remedy).toContain("12 GiB");
  expect(fault("fmt\nos\nmain.go:3: undefined: x\n")).toMatchObject({
    found: "main.go:3: undefined: x",
    remedy: expect.stringContaining("npx freehold doctor"),
  });
  expect(fault("fmt\nos\n").found).toBe("it ended without a word");
});
