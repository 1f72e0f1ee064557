import { expect, it } from "vitest";
import { addon } from "../../../catalogue/index.ts";
import { canRun } from "../../../rehearsal/door/pod.ts";
import { type DoorPart, doorParts, programsOf, runnable } from "../../../rehearsal/door/programs.ts";

const tools = Object.fromEntries(doorParts.map((part) => [part, { path: `/tools/${part}` }])) as never as Parameters<
  typeof programsOf
>[0];
const programs = programsOf(tools);
const registry = "registry.example/mirror";

it.each<[string, DoorPart]>([
  [addon("envoy-gateway").images.gateway!, "envoyGateway"],
  [addon("envoy-gateway").images.envoy!, "envoy"],
  [addon("envoy-gateway").images.rateLimit!, "rateLimit"],
  [addon("ai-gateway").images.controller!, "aiGatewayController"],
  [addon("ai-gateway").images.extProc!, "aiGatewayExtproc"],
  [addon("valkey").images.valkey!, "valkey"],
])("has a program for %s, from any registry and with a digest", (image, part) => {
  const [program] = runnable(programs, `${registry}/${image}@sha256:${"0".repeat(64)}`, ["/bin/anything"], [])!;
  expect(program).toBe(`/tools/${part}`);
});

it("runs the container's own command with another first word, or the image's entry point with its arguments", () => {
  expect(runnable(programs, "envoyproxy/gateway:v1", ["envoy-gateway", "server"], ["--x"])).toEqual([
    "/tools/envoyGateway",
    "server",
    "--x",
  ]);
  expect(runnable(programs, "envoyproxy/ai-gateway-extproc:v1", [], ["-adminPort", "1064"])).toEqual([
    "/tools/aiGatewayExtproc",
    "-adminPort",
    "1064",
  ]);
});

it("runs the recorder beside a proxy by this Node", () => {
  const image = `${registry}/${addon("node").images.node}`;
  expect(runnable(programs, image, ["node"], ["/programs/recorder.ts"])).toEqual([
    process.execPath,
    "/programs/recorder.ts",
  ]);
});

it("runs the simulated model server with the arguments of vllm serve", () => {
  const words = runnable(programs, `${registry}/vllm/vllm-openai:v1`, ["vllm", "serve"], ["/models/a", "--port=8000"])!;
  expect(words.slice(-2)).toEqual(["/models/a", "--port=8000"]);
  expect(words[1]).toMatch(/rehearsal\/model-server\.ts$/);
});

it("runs an instance of the database, whatever the operator's program would be called, with the stand-in's words", () => {
  const image = `${registry}/${addon("cloudnative-pg").images.postgres}`;
  const words = runnable(programs, image, ["/controller/manager", "instance", "run"], ["uid", "records"])!;
  expect([words[0], ...words.slice(3)]).toEqual(["/bin/sh", "/tools/bin", "uid", "records"]);
});

it.each(["nginx:1", "registry.example/envoyproxy/envoy-ratelimit:1", "registry.example/notenvoyproxy/envoy:1"])(
  "has none for %s",
  (image) => {
    expect(runnable(programs, image, ["x"], [])).toBeUndefined();
  },
);

it("runs a pod only if it can run all of it, and no pod that is to end by itself", () => {
  const envoy = { name: "envoy", image: "envoyproxy/envoy:v1", command: ["envoy"] };
  const other = { name: "other", image: "nginx:1" };
  expect(canRun({ spec: { containers: [envoy] } }, programs)).toBe(true);
  expect(canRun({ spec: { containers: [envoy, other] } }, programs)).toBe(false);
  expect(
    canRun({ spec: { containers: [envoy], initContainers: [{ ...other, restartPolicy: "Always" }] } }, programs),
  ).toBe(false);
  // What only prepares a container is left out: weights are fetched by nobody.
  expect(canRun({ spec: { containers: [envoy], initContainers: [other] } }, programs)).toBe(true);
  expect(canRun({ spec: { containers: [envoy], restartPolicy: "Never" } }, programs)).toBe(false);
});
