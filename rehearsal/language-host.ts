import type { ServerWritableStream } from "@grpc/grpc-js";
import sdk from "@pulumi/pulumi/package.json" with { type: "json" };
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { runPolicyPack } from "./language-host/policy-pack.ts";
import { runProgram } from "./language-host/program.ts";
import { programDependencies, requiredPackages } from "./language-host/required-packages.ts";
import { servePlugin, toStatus, unary } from "./plugin-server.ts";

// The Node.js language host of a rehearsal, where the official `pulumi-language-nodejs` cannot be had. The engine starts it
// as `<this file> <engine address>`; Node is the one that runs this file, the SDK is the one installed for the program.

const cancelled = new AbortController();
let engine = process.argv.at(-1)!;

await servePlugin(languageGrpc.LanguageRuntimeService, {
  handshake: unary<languagePb.LanguageHandshakeRequest, languagePb.LanguageHandshakeResponse>((request) => {
    engine = request.getEngineAddress();
    return new languagePb.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(sdk.version)),
  getRequiredPackages: unary<languagePb.GetRequiredPackagesRequest, languagePb.GetRequiredPackagesResponse>((request) =>
    new languagePb.GetRequiredPackagesResponse().setPackagesList(
      requiredPackages(request.getInfo()!.getProgramDirectory()).map(({ name, version, server }) =>
        new pluginPb.PackageDependency().setKind("resource").setName(name).setVersion(version).setServer(server),
      ),
    ),
  ),
  run: unary<languagePb.RunRequest, languagePb.RunResponse>(async (request, call) => {
    const ending = new AbortController();
    call.on("cancelled", () => ending.abort());
    const { error = "", bail = false } = await runProgram(
      request,
      engine,
      AbortSignal.any([cancelled.signal, ending.signal]),
    );
    return new languagePb.RunResponse().setError(error).setBail(bail);
  }),
  runPlugin: async (call: ServerWritableStream<languagePb.RunPluginRequest, languagePb.RunPluginResponse>) => {
    try {
      if (call.request.getKind() !== "analyzer") throw new Error(refusal(`a plugin of kind ${call.request.getKind()}`));
      await runPolicyPack(call);
    } catch (error) {
      call.emit("error", toStatus(error));
    }
  },
  about: unary<languagePb.AboutRequest, languagePb.AboutResponse>(() => {
    const response = new languagePb.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
    response.getMetadataMap().set("languageHost", "Freehold's, for rehearsals");
    return response;
  }),
  getProgramDependencies: unary<languagePb.GetProgramDependenciesRequest, languagePb.GetProgramDependenciesResponse>(
    (request) =>
      new languagePb.GetProgramDependenciesResponse().setDependenciesList(
        programDependencies(request.getInfo()!.getProgramDirectory(), request.getTransitivedependencies()).map(
          ({ name, version }) => new languagePb.DependencyInfo().setName(name).setVersion(version),
        ),
      ),
  ),
  runtimeOptionsPrompts: unary(() => new languagePb.RuntimeOptionsResponse()),
  installDependencies: (
    call: ServerWritableStream<languagePb.InstallDependenciesRequest, languagePb.InstallDependenciesResponse>,
  ) => {
    const folder = call.request.getInfo()?.getProgramDirectory() ?? call.request.getDirectory();
    call.emit("error", toStatus(new Error(`${refusal("`pulumi install`")}\n  remedy   npm ci, in ${folder}`)));
  },
  cancel: unary(() => {
    cancelled.abort();
    return new emptyPb.Empty();
  }),
});

function refusal(what: string): string {
  return `${what}: Freehold's language host only runs programs and policy packs; the official pulumi-language-nodejs does this.`;
}
