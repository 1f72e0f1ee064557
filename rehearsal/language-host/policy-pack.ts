import { createInterface } from "node:readline";
import { Client, credentials, type MethodDefinition, type ServerWritableStream } from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { anySize, CallError, listen, unary } from "../plugin-server.ts";
import { ended, sdkScript, spawnNode } from "./child.ts";
import { runtimeOptions, typescriptEnvironment } from "./program.ts";

type Call = ServerWritableStream<languagePb.RunPluginRequest, languagePb.RunPluginResponse>;
type Forward = (method: MethodDefinition<unknown, unknown>, request: Buffer) => Promise<Buffer>;

/**
 * Runs a policy pack until the engine hangs up. A pack finds the stack's configuration where a program does, in its
 * environment; but the engine tells it only after it has connected. So the engine talks to a small relay, which starts the
 * pack once the configuration is known, and passes everything else through byte for byte.
 */
export async function runPolicyPack(call: Call): Promise<void> {
  let pack: Promise<Forward> | undefined;
  const over = Promise.withResolvers<void>();
  call.on("cancelled", () => over.resolve());
  const start = (configuration?: analyzerPb.AnalyzerStackConfigureRequest) => {
    pack ??= startPack(call, () => over.resolve(), configuration);
    return pack;
  };
  const methods = Object.entries(analyzerGrpc.AnalyzerService).map(([name, method]) => {
    const asBytes = {
      ...method,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
    };
    const answer = async (request: Buffer): Promise<Buffer> => {
      if (name === "handshake") return Buffer.alloc(0);
      const forward = await start(
        name === "configureStack" ? analyzerPb.AnalyzerStackConfigureRequest.deserializeBinary(request) : undefined,
      );
      return forward(method as MethodDefinition<unknown, unknown>, request);
    };
    return { name, asBytes, answer: unary<Buffer, Buffer>(answer) };
  });
  const { server, port } = await listen(
    Object.fromEntries(methods.map(({ name, asBytes }) => [name, asBytes])),
    Object.fromEntries(methods.map(({ name, answer }) => [name, answer])),
  );
  call.write(new languagePb.RunPluginResponse().setStdout(Buffer.from(`${port}\n`)));
  await over.promise;
  server.forceShutdown();
}

async function startPack(
  call: Call,
  onEnd: () => void,
  configuration?: analyzerPb.AnalyzerStackConfigureRequest,
): Promise<Forward> {
  const info = call.request.getInfo()!;
  const folder = info.getProgramDirectory();
  const options = runtimeOptions(info);
  const child = spawnNode(
    [...options.nodeargs, sdkScript("run-policy-pack", folder), ...call.request.getArgsList(), folder],
    {
      cwd: folder,
      env: {
        ...Object.fromEntries(call.request.getEnvList().map(splitVariable)),
        ...typescriptEnvironment(options),
        ...stackEnvironment(configuration),
      },
      output: "pipe",
    },
  );
  call.on("cancelled", () => child.kill("SIGKILL"));
  child.stderr!.on("data", (data: Buffer) => call.write(new languagePb.RunPluginResponse().setStderr(data)));
  const end = ended(child);
  end.then(
    (code) => {
      call.write(new languagePb.RunPluginResponse().setExitcode(code));
      call.end();
      onEnd();
    },
    () => {},
  );

  const lines = createInterface({ input: child.stdout! });
  const port = await Promise.race([
    new Promise<number>((resolve) => lines.once("line", (line) => resolve(Number(line)))),
    end.then((code) => {
      throw new Error(`the policy pack ended with exit code ${code} before it was ready: ${folder}`);
    }),
  ]);
  lines.on("line", (line) => call.write(new languagePb.RunPluginResponse().setStdout(Buffer.from(`${line}\n`))));

  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), anySize);
  return ({ path }, request) =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest<Buffer, Buffer>(
        path,
        (bytes) => bytes,
        (bytes) => bytes,
        request,
        (error, response) => (error ? reject(new CallError(error.details, error.code)) : resolve(response!)),
      ),
    );
}

/** The stack's configuration as the SDK reads it in a pack's process. */
export function stackEnvironment(configuration?: analyzerPb.AnalyzerStackConfigureRequest): Record<string, string> {
  if (!configuration) return {};
  return {
    PULUMI_NODEJS_ORGANIZATION: configuration.getOrganization(),
    PULUMI_NODEJS_PROJECT: configuration.getProject(),
    PULUMI_NODEJS_STACK: configuration.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(configuration.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(configuration.getConfigMap().getEntryList())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(configuration.getConfigSecretKeysList()),
  };
}

function splitVariable(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}
