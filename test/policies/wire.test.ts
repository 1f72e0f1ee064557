import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { readAlong, type Sent } from "../../policies/wire.ts";
import { analyzeRequest, analyzeStackRequest, type Served, serve } from "./served.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };
const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "curl https://logs.example" };

const handed = vi.fn<(props: object) => void>();
let sent: (urn: string) => Sent | undefined;
let engine: Served;

beforeAll(async () => {
  sent = readAlong();
  const policy = { description: "", enforcementLevel: "mandatory" as const };
  engine = await serve([
    ...["first", "second"].map((name) => ({
      ...policy,
      name,
      validateResource: ({ props }: { props: object }) => handed(props),
    })),
    {
      ...policy,
      name: "whole",
      validateStack: ({ resources }) => resources.forEach(({ props }) => void handed(props)),
    },
  ]);
});
afterAll(() => engine.close());
beforeEach(() => handed.mockReset());

it("has a resource's properties as they were sent, secrets and assets marked, and its provider's", async () => {
  const props = { region: "eu-central-1", password: secret, code: asset, list: [1, null, true] };
  await engine.call("analyze", analyzeRequest({ urn: "urn:a", props, provider: { region: "us-east-1" } }));
  expect(sent("urn:a")).toEqual({ props, provider: { region: "us-east-1" } });
});

it("has those of a whole stack", async () => {
  const all = [
    { urn: "urn:a", props: { password: secret } },
    { urn: "urn:b", props: {}, provider: { region: "eu-central-1" } },
  ];
  await engine.call("analyzeStack", analyzeStackRequest(all));
  expect(all.map(({ urn }) => sent(urn))).toEqual([
    { props: { password: secret } },
    { props: {}, provider: { region: "eu-central-1" } },
  ]);
});

it("hands the policies nothing to open once more", async () => {
  await engine.call("analyze", analyzeRequest({ urn: "urn:a", props: { password: secret } }));
  await engine.call("analyzeStack", analyzeStackRequest([{ urn: "urn:a", props: { password: secret } }]));
  expect(handed.mock.calls.map(([props]) => ({ ...props }))).toEqual([{}, {}, {}]);
});

it("knows nothing of a resource that was not sent, and forgets one that was asked for", async () => {
  expect(sent("urn:nobody")).toBeUndefined();
  await engine.call("analyze", analyzeRequest({ urn: "urn:c", props: { name: "c" } }));
  expect(sent("urn:c")).toBeDefined();
  expect(sent("urn:c")).toBeUndefined();
});
