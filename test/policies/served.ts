import { createRequire } from "node:module";
import { type Client, credentials } from "@grpc/grpc-js";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { expect, vi } from "vitest";

/** A module of the SDK that is served: where another version keeps things elsewhere, tests of it fail. */
export const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"));

/** Policies that the SDK serves, and a way to speak to it as the engine does. */
export type Served = { call(method: string, request: unknown): Promise<unknown>; close(): void };

export async function serve(policies: (ResourceValidationPolicy | StackValidationPolicy)[]): Promise<Served> {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  sdk("@pulumi/policy/server").serve("served", "1.0.0", "mandatory", { policies });
  const port = await vi.waitFor(() => {
    const line = said.mock.calls.flat().find((each) => /^\d+$/.test(String(each)));
    expect(line).toBeDefined();
    return line;
  });
  said.mockRestore();
  const { AnalyzerClient } = sdk("@pulumi/pulumi/proto/analyzer_grpc_pb");
  const engine: Engine = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        engine[method]!(request, (error, response) => (error ? reject(error) : resolve(response)));
      }),
    close: () => engine.close(),
  };
}

type Engine = Client &
  Record<string, (request: unknown, done: (error: Error | null, response: unknown) => void) => void>;

const { AnalyzeRequest, AnalyzerResource, AnalyzerResourceOptions, AnalyzerProviderResource, AnalyzeStackRequest } =
  sdk("@pulumi/pulumi/proto/analyzer_pb");
export const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb");

/** What the engine says of a resource. */
export type Said = { urn: string; props?: object; provider?: object };

export function analyzeRequest(said: Said): unknown {
  return written(new AnalyzeRequest(), said);
}

export function analyzeStackRequest(all: Said[]): unknown {
  const request = new AnalyzeStackRequest();
  request.setResourcesList(all.map((said) => written(new AnalyzerResource(), said)));
  return request;
}

function written(message: InstanceType<typeof AnalyzeRequest>, { urn, props = {}, provider }: Said) {
  const options = new AnalyzerResourceOptions();
  options.setCustomtimeouts(new AnalyzerResourceOptions.CustomTimeouts());
  message.setOptions(options);
  message.setType("a:b:C");
  message.setUrn(urn);
  message.setProperties(Struct.fromJavaScript(props));
  if (provider) {
    const of = new AnalyzerProviderResource();
    of.setType("pulumi:providers:a");
    of.setProperties(Struct.fromJavaScript(provider));
    message.setProvider(of);
  }
  return message;
}
