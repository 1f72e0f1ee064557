import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { awsCloud } from "./clouds/aws/aws-cloud.ts";
import { cloudProvider } from "./clouds/cloud-provider.ts";
import { servePlugin } from "./plugin-server.ts";

// The rehearsal provider for the Pulumi package `aws`: a simulated cloud. The engine starts it as `<this file> <engine
// address>`. It reaches no AWS, and works only where FREEHOLD_REHEARSAL says that a rehearsal is going on.

await servePlugin(providerGrpc.ResourceProviderService, cloudProvider(awsCloud(), process.argv.at(-1)!));
