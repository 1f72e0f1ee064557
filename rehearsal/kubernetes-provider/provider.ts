import { setMaxListeners } from "node:events";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import sdk from "@pulumi/kubernetes/package.json" with { type: "json" };
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { unary } from "../plugin-server.ts";
import { providerIntroduction } from "../provider-introduction.ts";
import { autonamingOf, toDiffResponse, toFailure } from "../provider-messages.ts";
import { check } from "./check.ts";
import { inputsIn } from "./checkpoint.ts";
import { construct } from "./construct.ts";
import { create } from "./create.ts";
import { diff } from "./diff.ts";
import { Engine } from "./engine.ts";
import { fromStruct, toStruct } from "./properties.ts";
import { type Read, read } from "./read.ts";
import type { Patience } from "./ready.ts";
import { checkRelease, diffRelease, installRelease, releaseType } from "./release.ts";
import { remove } from "./remove.ts";
import { configure, diffSettings, type Settings } from "./settings.ts";
import { parseUrn } from "./type-token.ts";
import { update } from "./update.ts";

const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;

/** The calls of the engine, each answered from what the cluster says. */
export function kubernetesProvider(engineAddress: string): UntypedServiceImplementation {
  const cancelled = new AbortController();
  setMaxListeners(0, cancelled.signal);
  let engine = new Engine(engineAddress);
  let settings: Settings | undefined;

  const configured = (): Settings => {
    if (!settings) throw new Error("the provider has not been configured");
    return settings;
  };
  const patience = (urn: string, timeoutSeconds: number): Patience => ({
    timeoutSeconds,
    cancelled: cancelled.signal,
    say: (status) => engine.status(urn, status),
  });

  return {
    ...providerIntroduction(sdk.version, (address) => {
      engine = new Engine(address);
    }),

    checkConfig: unary<providerPb.CheckRequest, providerPb.CheckResponse>((request) =>
      new providerPb.CheckResponse().setInputs(request.getNews()),
    ),

    diffConfig: unary<providerPb.DiffRequest, providerPb.DiffResponse>((request) => {
      const { changed, replaced } = diffSettings(fromStruct(request.getOlds()), fromStruct(request.getNews()));
      return new providerPb.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(replaced);
    }),

    configure: unary<providerPb.ConfigureRequest, providerPb.ConfigureResponse>(async (request) => {
      settings = await configure(new Map(request.getVariablesMap().getEntryList()));
      return new providerPb.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(false)
        .setAcceptoutputs(false)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: unary<providerPb.CheckRequest, providerPb.CheckResponse>(async (request) => {
      const urn = request.getUrn();
      const olds = fromStruct(request.getOlds());
      const news = fromStruct(request.getNews());
      if (isRelease(urn)) return new providerPb.CheckResponse().setInputs(toStruct(checkRelease(urn, olds, news)));
      const randomSeed = request.getRandomseed_asU8();
      const { inputs, failures } = await check(
        { urn, olds, news, randomSeed, autonaming: autonamingOf(request) },
        configured().cluster,
      );
      return new providerPb.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures.map(toFailure));
    }),

    diff: unary<providerPb.DiffRequest, providerPb.DiffResponse>(async (request) => {
      const urn = request.getUrn();
      const wanted = {
        urn,
        oldInputs: inputsIn(fromStruct(request.getOlds())),
        newInputs: fromStruct(request.getNews()),
        ignored: request.getIgnorechangesList(),
      };
      const { cluster, mutability } = configured();
      return toDiffResponse(isRelease(urn) ? diffRelease(wanted) : await diff(wanted, cluster, mutability));
    }),

    create: unary<providerPb.CreateRequest, providerPb.CreateResponse>(async (request) => {
      const urn = request.getUrn();
      const inputs = fromStruct(request.getProperties());
      const preview = request.getPreview();
      const { cluster, ownership } = configured();
      const { id, outputs } = isRelease(urn)
        ? await installRelease(inputs, cluster, { preview, cancelled: cancelled.signal })
        : await create({ urn, inputs, preview }, cluster, ownership, patience(urn, request.getTimeout()));
      return new providerPb.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),

    read: unary<providerPb.ReadRequest, providerPb.ReadResponse>(async (request) => {
      const [urn, id] = [request.getUrn(), request.getId()];
      const outputs = fromStruct(request.getProperties());
      const inputs = fromStruct(request.getInputs());
      const found: Read | undefined = isRelease(urn)
        ? { id, outputs, inputs }
        : await read({ urn, id, outputs, inputs }, configured().cluster);
      if (!found) return new providerPb.ReadResponse();
      return new providerPb.ReadResponse()
        .setId(found.id)
        .setProperties(toStruct(found.outputs))
        .setInputs(toStruct(found.inputs));
    }),

    update: unary<providerPb.UpdateRequest, providerPb.UpdateResponse>(async (request) => {
      const urn = request.getUrn();
      const news = fromStruct(request.getNews());
      const preview = request.getPreview();
      const { cluster, ownership } = configured();
      if (isRelease(urn)) {
        const { outputs } = await installRelease(news, cluster, { preview, cancelled: cancelled.signal });
        return new providerPb.UpdateResponse().setProperties(toStruct(outputs));
      }
      const olds = fromStruct(request.getOlds());
      const ignored = request.getIgnorechangesList();
      const outputs = await update(
        { urn, olds, news, preview, ignored },
        cluster,
        ownership,
        patience(urn, request.getTimeout()),
      );
      return new providerPb.UpdateResponse().setProperties(toStruct(outputs));
    }),

    delete: unary<providerPb.DeleteRequest, emptyPb.Empty>(async (request) => {
      const urn = request.getUrn();
      if (!isRelease(urn)) {
        const outputs = fromStruct(request.getProperties());
        await remove({ urn, id: request.getId(), outputs }, configured().cluster, patience(urn, request.getTimeout()));
      }
      return new emptyPb.Empty();
    }),

    construct: unary<providerPb.ConstructRequest, providerPb.ConstructResponse>((request) =>
      construct(request, configured().cluster, engine, cancelled.signal),
    ),

    invoke: unary<providerPb.InvokeRequest, providerPb.InvokeResponse>((request) => {
      throw new Error(
        `${request.getTok()}: a rehearsal does not render YAML or Helm templates.\n` +
          "  remedy   a chart: kubernetes.helm.v4.Chart, answered by its custom resource definitions; YAML: resources",
      );
    }),

    cancel: unary(() => {
      cancelled.abort();
      return new emptyPb.Empty();
    }),
  };
}

function isRelease(urn: string): boolean {
  return parseUrn(urn).type === releaseType;
}
