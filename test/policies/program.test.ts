import grpc from "@grpc/grpc-js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
import * as pulumi from "@pulumi/pulumi";
import callbackGrpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackPb from "@pulumi/pulumi/proto/callback_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import settings from "@pulumi/pulumi/runtime/settings.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { guard } from "../../policies/program.ts";

const here = jurisdictionOf("CH", { hosts: ["*.alpen.example"], registries: ["registry.alpen.example"] });
const fine = { data: { url: "https://api.alpen.example" } };
const leaking = { data: { url: "https://api.openai.com/v1" } };

/** What reached the engine, by name; the engine is the SDK's own double, which says what a resource's address will be. */
const sent = new Map<string, resourcePb.RegisterResourceRequest>();
const monitor = () => settings.getMonitor() as unknown as Record<"registerResource", (...args: unknown[]) => unknown>;

beforeEach(async () => {
  sent.clear();
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { ...inputs, status: { address: "203.0.113.7" } } }),
    call: () => ({}),
  });
  (globalThis as unknown as { globalStore: { supportsTransforms: boolean } }).globalStore.supportsTransforms = true;
  const register = monitor().registerResource.bind(monitor());
  monitor().registerResource = (request, callback) => {
    const registration = request as resourcePb.RegisterResourceRequest;
    sent.set(registration.getName(), registration);
    return register(request, callback);
  };
});

const transformsOf = (name: string) => sent.get(name)?.getTransformsList() ?? [];

/** Asks a transform as the engine does. */
function ask(callback: callbackPb.Callback, type: string, props: object): Promise<string> {
  const request = new resourcePb.TransformRequest();
  request.setType(type);
  request.setName("asked");
  request.setCustom(true);
  request.setProperties(structPb.Struct.fromJavaScript(props as never));
  const invocation = new callbackPb.CallbackInvokeRequest();
  invocation.setToken(callback.getToken());
  invocation.setRequest(request.serializeBinary());
  const client = new callbackGrpc.CallbacksClient(callback.getTarget(), grpc.credentials.createInsecure());
  return new Promise((resolve) => {
    client.invoke(invocation, (error) => {
      client.close();
      resolve(error ? error.details : "passed");
    });
  });
}

describe("a guarded program", () => {
  it("is refused with everything that its plan breaks, and nothing of it reaches the engine", async () => {
    const built = guard(here, () => {
      new ConfigMap("first", leaking);
      new ConfigMap("second", { data: { url: "https://api.anthropic.com" } });
    });
    await expect(built).rejects.toThrow(/2 findings, nothing was created\.[\s\S]*openai[\s\S]*anthropic/);
    expect(sent.size).toBe(0);
  });

  it("is built where nothing is broken, and the engine is asked to ask back for nothing", async () => {
    const { built, judgement } = await guard(here, () => new ConfigMap("fine", fine));
    expect(judgement).toMatchObject({ judged: 1, byVerdict: { held: 1, broken: 0 } });
    expect(await named(built.urn)).toContain("fine");
    expect(transformsOf("fine")).toEqual([]);
  });

  it("has the objects of a chart judged, which only the engine sees", async () => {
    await guard(here, () => new Chart("chart", { chart: "oci://registry.alpen.example/a" }));
    await vi.waitFor(() => expect(transformsOf("chart")).toHaveLength(1));
    const [judging] = transformsOf("chart");
    expect(await ask(judging!, "kubernetes:core/v1:ConfigMap", fine)).toBe("passed");
    const log = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    expect(await ask(judging!, "kubernetes:core/v1:ConfigMap", leaking)).toContain(
      "asked breaks residency and was not created.",
    );
    expect(log.mock.calls.join()).toContain("data-stays-here");
    log.mockRestore();
  });

  it("has judged last what its own transforms make of a resource", async () => {
    await guard(here, () => new ConfigMap("changed", fine, { transforms: [() => ({ props: leaking, opts: {} })] }));
    await vi.waitFor(() => expect(transformsOf("changed")).toHaveLength(2));
    const last = transformsOf("changed")[1]!;
    expect(await ask(last, "kubernetes:core/v1:ConfigMap", fine)).toBe("passed");
  });

  it("has the engine refuse what turns out to be broken when it is known", async () => {
    await guard(here, () => {
      const service = new Service("service", { metadata: { name: "service" } });
      const address = service.status.apply((status) => (status as unknown as { address: string }).address);
      new ConfigMap("late", { data: { url: pulumi.interpolate`https://${address}` } });
    });
    await vi.waitFor(() => expect(sent.has("late")).toBe(true));
    expect(transformsOf("service")).toEqual([]);
    expect(transformsOf("late")).toHaveLength(1);
  });

  it("takes no transform of the whole stack, which would run after its own", async () => {
    await guard(here, () => new ConfigMap("fine", fine));
    expect(() => (monitor() as unknown as { registerStackTransform(): void }).registerStackTransform()).toThrow(
      "no transform of its whole stack",
    );
  });
});

function named(output: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => output.apply(resolve));
}
