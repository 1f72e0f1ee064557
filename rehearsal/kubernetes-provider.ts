import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { kubernetesProvider } from "./kubernetes-provider/provider.ts";
import { servePlugin } from "./plugin-server.ts";

// The rehearsal provider for the Pulumi package `kubernetes`, where the official one cannot be had. The engine starts it as
// `<this file> <engine address>`. It talks to the API server of a rehearsal and refuses every other one.

await servePlugin(providerGrpc.ResourceProviderService, kubernetesProvider(process.argv.at(-1)!));
