import { credentials } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { anySize } from "../plugin-server.ts";

const { DEBUG, INFO, WARNING, ERROR } = enginePb.LogSeverity;
const severities = { debug: DEBUG, info: INFO, warning: WARNING, error: ERROR };

/** What the provider tells the engine while it works. Nobody waits for it, and nothing fails when it cannot be told. */
export class Engine {
  private readonly client: InstanceType<typeof engineGrpc.EngineClient>;

  constructor(address: string) {
    this.client = new engineGrpc.EngineClient(address, credentials.createInsecure(), anySize);
  }

  /** A message that stays. */
  log(severity: keyof typeof severities, urn: string, message: string): void {
    this.send(new enginePb.LogRequest().setSeverity(severities[severity]).setUrn(urn).setMessage(message));
  }

  /** A message beside the resource while it is being worked on; an empty one clears it. */
  status(urn: string, message: string): void {
    this.send(new enginePb.LogRequest().setSeverity(INFO).setUrn(urn).setMessage(message).setEphemeral(true));
  }

  private send(request: enginePb.LogRequest) {
    this.client.log(request, () => {});
  }
}
