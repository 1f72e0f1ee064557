import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { unary } from "./plugin-server.ts";

/** How a simulated provider and the engine get to know each other; `meet` is told where the engine listens. */
export function providerIntroduction(version: string, meet: (engineAddress: string) => void) {
  return {
    handshake: unary<providerPb.ProviderHandshakeRequest, providerPb.ProviderHandshakeResponse>((request) => {
      meet(request.getEngineAddress());
      return new providerPb.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(false)
        .setAcceptOutputs(false)
        .setSupportsAutonamingConfiguration(true);
    }),

    attach: unary<pluginPb.PluginAttach, emptyPb.Empty>((request) => {
      meet(request.getAddress());
      return new emptyPb.Empty();
    }),

    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(version)),

    getSchema: unary(() => new providerPb.GetSchemaResponse().setSchema("{}")),

    getMapping: unary(() => new providerPb.GetMappingResponse()),
  };
}
