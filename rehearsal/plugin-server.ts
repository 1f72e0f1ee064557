import { fstatSync } from "node:fs";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

/** gRPC options between an engine and its plugins: a state may be larger than gRPC's default allows. */
export const anySize = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** A failure that carries more than its message: a gRPC code, and a serialized google.rpc.Status for the engine to unpack. */
export class CallError extends Error {
  readonly code: status;
  readonly details: Uint8Array | undefined;

  constructor(message: string, code: status = status.UNKNOWN, details?: Uint8Array) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Serves a call that takes one message and answers with one as an async function; what it throws is the call's status. */
export function unary<Request, Response>(
  answer: (request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
) {
  return async (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>) => {
    try {
      done(null, await answer(call.request, call));
    } catch (error) {
      done(toStatus(error));
    }
  };
}

/** The gRPC status of a failure: a user's error as its message alone, our own mistake with its stack. */
export function toStatus(error: unknown): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  if (error instanceof CallError) {
    if (error.details) metadata.set("grpc-status-details-bin", Buffer.from(error.details));
    return { code: error.code, details: error.message, metadata };
  }
  const mistake = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  const message = error instanceof Error ? (mistake && error.stack) || error.message : String(error);
  return { code: status.UNKNOWN, details: message, metadata };
}

/** Starts a gRPC server on a free port of loopback. */
export async function listen(
  service: ServiceDefinition,
  implementation: UntypedServiceImplementation,
): Promise<{ server: Server; port: number }> {
  const server = new Server(anySize);
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { server, port };
}

/** Serves one plugin to the engine that started this process: tells it the port on stdout, and ends when the engine does. */
export async function servePlugin(service: ServiceDefinition, implementation: UntypedServiceImplementation) {
  const { port } = await listen(service, implementation);
  whenEngineEnds(() => process.exit(0));
  // The engine may be gone before it has read what we write.
  process.stdout.on("error", () => process.exit(0));
  process.stdout.write(`${port}\n`);
}

/**
 * Calls `end` when the engine wants us to, or has ended itself: it holds the other end of our stdin and never writes, so
 * that however it ends, the pipe closes.
 */
export function whenEngineEnds(end: () => void) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on("close", end).resume();
}
