import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { judgeStandingKeys as judgeAws } from "../../../components/clouds/aws/standing-keys.ts";
import { judgeStandingKeys as judgeAzure } from "../../../components/clouds/azure/standing-keys.ts";

// Before an update, the clouds' own command lines say which keys stand: here they are programs that know the answer.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-keys-"));
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A command line that has these answers for whatever it is asked for with one of the words. */
function answers(program: string, byWord: Record<string, object>, otherwise: string) {
  const lines = Object.entries(byWord).map(([word, answer]) => `*" ${word} "*) echo '${JSON.stringify(answer)}';;`);
  const script = `#!/bin/sh\ncase " $* " in\n${lines.join("\n")}\n*) echo '${otherwise}' >&2; exit 254;;\nesac\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, program), script);
  chmodSync(join(folder, program), 0o755);
}

describe("on AWS", () => {
  const store = "cks-1234567890abcdef0";
  const place = { cluster: "freehold-in", region: "ap-south-1" };
  const xks = (externalKey: string) => ({ kind: "xks", customKeyStore: store, externalKey }) as const;
  const kms = { kind: "kms" } as const;
  const external = (id: string, more: object = {}) => ({
    KeyMetadata: { Description: "x", CustomKeyStoreId: store, XksKeyConfiguration: { Id: id }, ...more },
  });
  const ours = { KeyMetadata: { Description: "freehold-in: objects" } };
  const objects = "alias/freehold-in-objects";
  const none = "An error occurred (NotFoundException): Alias is not found.";

  it.each([
    ["nothing stands", {}, { ...kms }],
    ["the same stands", { [objects]: ours }, { ...kms }],
    ["one more is written than stands", { [objects]: ours }, { ...xks("a"), earlier: [kms] }],
    [
      "both stand",
      { [objects]: external("a", { Description: "freehold-in: objects (2)" }), [`${objects}-1`]: ours },
      { ...xks("a"), earlier: [kms] },
    ],
  ])("nothing is said where %s", async (_, standing, keys) => {
    answers("aws", standing, none);
    expect(await judgeAws({ ...place, keys })).toEqual([]);
  });

  it.each([
    [
      "a key was written over",
      { [objects]: external("a") },
      { ...xks("b") },
      `write  keys: { kind: xks, customKeyStore: ${store}, externalKey: b, earlier: [{ kind: xks, customKeyStore: ${store}, externalKey: a }] }`,
    ],
    [
      "the holder was written over",
      { [objects]: ours },
      { ...xks("b") },
      `write  keys: { kind: xks, customKeyStore: ${store}, externalKey: b, earlier: [{ kind: kms }] }`,
    ],
    [
      "a change was taken back",
      { [objects]: { KeyMetadata: { Description: "freehold-in: objects (2)" } } },
      { ...kms },
      "write  keys: { kind: kms, earlier: [{ kind: kms }] }",
    ],
    [
      "an earlier key became another",
      { [objects]: external("a", { Description: "freehold-in: objects (2)" }), [`${objects}-1`]: ours },
      { ...xks("a"), earlier: [xks("c")] },
      `write  keys: { kind: xks, customKeyStore: ${store}, externalKey: a, earlier: [{ kind: kms }] }`,
    ],
  ])("an update is refused where %s", async (_, standing, keys, remedy) => {
    answers("aws", standing, none);
    const [finding, ...more] = await judgeAws({ ...place, keys });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ at: ["target", "keys"], remedy });
  });

  it("an update is refused where AWS does not say", async () => {
    answers("aws", {}, "An error occurred (AccessDeniedException)");
    expect(await judgeAws({ ...place, keys: kms })).toMatchObject([
      { allowed: expect.stringContaining("kms:DescribeKey") },
    ]);
  });
});

describe("on Azure", () => {
  const place = { cluster: "freehold-br", subscription: "5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11" };
  const hsm = (name: string) =>
    ({ kind: "managed-hsm", key: `https://h.managedhsm.azure.net/keys/${name}/0a` }) as const;
  const vault = { kind: "vault" } as const;
  const under = (keyUrl: string) => ({ show: { activeKey: { keyUrl } } });
  const inVault = (name: string) => under(`https://freehold-br-71102318.vault.azure.net/keys/${name}`);
  const none = "(ResourceNotFound) The Resource was not found.";

  it.each([
    ["nothing stands", {}, { ...vault }],
    ["the same stands", inVault("disks"), { ...vault }],
    ["one more is written than stands", inVault("disks"), { ...hsm("a"), earlier: [vault] }],
    ["the second stands", inVault("disks-2"), { ...vault, earlier: [hsm("a")] }],
    ["a newer version is written", under("https://h.managedhsm.azure.net/keys/a"), { ...hsm("a") }],
  ])("nothing is said where %s", async (_, standing, keys) => {
    answers("az", standing, none);
    expect(await judgeAzure({ ...place, keys })).toEqual([]);
  });

  it.each([
    ["the holder was written over", inVault("disks"), { ...hsm("a") }, /earlier: \[\{ kind: vault \}\] \}$/],
    [
      "a change was taken back",
      inVault("disks-2"),
      { ...vault },
      /write {2}keys: \{ kind: vault, earlier: \[\{ kind: vault \}\] \}$/,
    ],
    [
      "a key was written over",
      under("https://h.managedhsm.azure.net/keys/a"),
      { ...hsm("b") },
      /keys\/b\/0a, earlier: \[\{ kind: managed-hsm, key: .*keys\/a\/<version> \}\]/,
    ],
  ])("an update is refused where %s", async (_, standing, keys, remedy) => {
    answers("az", standing, none);
    const [finding, ...more] = await judgeAzure({ ...place, keys });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ at: ["target", "keys"], remedy: expect.stringMatching(remedy) });
  });

  it("an update is refused where Azure does not say", async () => {
    answers("az", {}, "(AuthorizationFailed)");
    expect(await judgeAzure({ ...place, keys: vault })).toMatchObject([{ at: ["target", "keys"] }]);
  });
});
