import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { azureCloud } from "./clouds/azure/cloud.ts";
import { cloudProvider } from "./clouds/cloud-provider.ts";
import { servePlugin } from "./plugin-server.ts";

// The rehearsal provider for the Pulumi package `azure-native`: a simulated Azure that keeps its world on disk. The engine
// starts it as `<this file> <engine address>`. It works in a rehearsal and refuses everything elsewhere.

await servePlugin(providerGrpc.ResourceProviderService, cloudProvider(azureCloud(), process.argv.at(-1)!));
