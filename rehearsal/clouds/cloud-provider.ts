import { setMaxListeners } from "node:events";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { Engine } from "../kubernetes-provider/engine.ts";
import { fromStruct, toStruct } from "../kubernetes-provider/properties.ts";
import { parseUrn } from "../kubernetes-provider/type-token.ts";
import { unary } from "../plugin-server.ts";
import { providerIntroduction } from "../provider-introduction.ts";
import { autonamingOf, toDiffResponse, toFailure } from "../provider-messages.ts";
import { check } from "./check.ts";
import type { Cloud } from "./cloud.ts";
import { changedInputs, configInputs } from "./configuration.ts";
import { diff } from "./diff.ts";
import { knownPart } from "./known.ts";
import { Operations } from "./operations.ts";
import { plannedOutputs, replyOutputs } from "./outputs.ts";
import { refuseFunction, refuseType, worldFolder } from "./refusals.ts";
import { shapeFaults } from "./shape-faults.ts";
import { World } from "./world.ts";

const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;

/** Where and how a simulated cloud runs; tests bring an environment of their own and take no time. */
export type CloudSurroundings = { env?: NodeJS.ProcessEnv; pace?: number };

/** The engine's calls to the provider of a simulated cloud, each answered from the cloud's world on disk. */
export function cloudProvider<Settings>(
  cloud: Cloud<Settings>,
  engineAddress: string,
  { env = process.env, pace = 1 }: CloudSurroundings = {},
): UntypedServiceImplementation {
  const cancelled = new AbortController();
  setMaxListeners(0, cancelled.signal);
  let engine = new Engine(engineAddress);
  let running: { settings: Settings; operations: Operations<Settings> } | undefined;

  const configured = () => {
    if (!running) throw new Error("the provider has not been configured");
    return running;
  };
  const typed = (urn: string) => {
    const { type: token, name } = parseUrn(urn);
    const type = Object.hasOwn(cloud.types, token) ? cloud.types[token]! : refuseType(cloud, token);
    return { token, name, type };
  };
  const capabilities = <Response extends providerPb.ConfigureResponse>(response: Response) =>
    response
      .setAcceptsecrets(true)
      .setAcceptresources(false)
      .setAcceptoutputs(false)
      .setSupportspreview(true)
      .setSupportsAutonamingConfiguration(true);

  return {
    ...providerIntroduction(cloud.version, (address) => {
      engine = new Engine(address);
    }),

    checkConfig: unary<providerPb.CheckRequest, providerPb.CheckResponse>((request) => {
      const news = configInputs(fromStruct(request.getNews()));
      const shaped = shapeFaults(news, cloud.shapes.provider(), cloud.wording);
      const faults = shaped.length > 0 ? shaped : (cloud.checkConfig?.(knownPart(news)) ?? []);
      return new providerPb.CheckResponse().setInputs(request.getNews()).setFailuresList(faults.map(toFailure));
    }),

    diffConfig: unary<providerPb.DiffRequest, providerPb.DiffResponse>((request) => {
      const changed = changedInputs(fromStruct(request.getOlds()), fromStruct(request.getNews()));
      return new providerPb.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(changed.filter((key) => cloud.movedBy.includes(key)));
    }),

    configure: unary<providerPb.ConfigureRequest, providerPb.ConfigureResponse>((request) => {
      const folder = worldFolder(cloud, env);
      const variables = Object.fromEntries(
        request
          .getVariablesMap()
          .getEntryList()
          .map(([key, value]) => [key.slice(key.lastIndexOf(":") + 1), value]),
      );
      const settings = cloud.configure(configInputs({ ...variables, ...fromStruct(request.getArgs()) }), env);
      for (const note of cloud.notes?.(settings) ?? []) engine.log("warning", "", note);
      running = { settings, operations: new Operations(cloud, new World(folder), cancelled.signal, pace) };
      return capabilities(new providerPb.ConfigureResponse());
    }),

    check: unary<providerPb.CheckRequest, providerPb.CheckResponse>((request) => {
      const { token, name, type } = typed(request.getUrn());
      const { inputs, faults } = check(
        {
          type: token,
          name,
          olds: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          randomSeed: request.getRandomseed_asU8(),
          autonaming: autonamingOf(request),
        },
        type,
        cloud,
        configured().settings,
      );
      return new providerPb.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(faults.map(toFailure));
    }),

    diff: unary<providerPb.DiffRequest, providerPb.DiffResponse>((request) => {
      const { type } = typed(request.getUrn());
      const oldInputs = fromStruct(request.getOldInputs());
      const newInputs = fromStruct(request.getNews());
      return toDiffResponse(diff({ oldInputs, newInputs, ignored: request.getIgnorechangesList() }, type));
    }),

    create: unary<providerPb.CreateRequest, providerPb.CreateResponse>(async (request) => {
      const { token, name, type } = typed(request.getUrn());
      const inputs = fromStruct(request.getProperties());
      const { operations, settings } = configured();
      if (request.getPreview()) {
        const planned = plannedOutputs(inputs, undefined, cloud.shapes.resource(token), type);
        return new providerPb.CreateResponse().setProperties(toStruct(planned));
      }
      const say = (status: string) => engine.status(request.getUrn(), status);
      const standing = await operations.create({ type: token, name, inputs, say }, settings);
      return new providerPb.CreateResponse()
        .setId(standing.id)
        .setProperties(toStruct(replyOutputs(standing, inputs, type)));
    }),

    read: unary<providerPb.ReadRequest, providerPb.ReadResponse>(async (request) => {
      const { token, name, type } = typed(request.getUrn());
      const inputs = fromStruct(request.getInputs());
      const { operations, settings } = configured();
      const standing = await operations.read({ type: token, name, inputs, id: request.getId() }, settings);
      if (!standing) return new providerPb.ReadResponse();
      return new providerPb.ReadResponse()
        .setId(standing.id)
        .setProperties(toStruct(replyOutputs(standing, inputs, type)))
        .setInputs(toStruct(replyOutputs({ ...standing, outputs: standing.inputs }, inputs, type)));
    }),

    update: unary<providerPb.UpdateRequest, providerPb.UpdateResponse>(async (request) => {
      const { token, name, type } = typed(request.getUrn());
      const inputs = fromStruct(request.getNews());
      const { operations, settings } = configured();
      if (request.getPreview()) {
        const olds = fromStruct(request.getOlds());
        const planned = plannedOutputs(inputs, olds, cloud.shapes.resource(token), type);
        return new providerPb.UpdateResponse().setProperties(toStruct(planned));
      }
      const say = (status: string) => engine.status(request.getUrn(), status);
      const standing = await operations.update({ type: token, name, inputs, id: request.getId(), say }, settings);
      return new providerPb.UpdateResponse().setProperties(toStruct(replyOutputs(standing, inputs, type)));
    }),

    delete: unary<providerPb.DeleteRequest, emptyPb.Empty>(async (request) => {
      const { token, name } = typed(request.getUrn());
      const inputs = fromStruct(request.getOldInputs());
      const { operations, settings } = configured();
      await operations.delete({ type: token, name, inputs, id: request.getId() }, settings);
      return new emptyPb.Empty();
    }),

    construct: unary<providerPb.ConstructRequest, providerPb.ConstructResponse>((request) =>
      refuseType(cloud, request.getType()),
    ),

    invoke: unary<providerPb.InvokeRequest, providerPb.InvokeResponse>(async (request) => {
      const token = request.getTok();
      if (!Object.hasOwn(cloud.functions, token)) refuseFunction(cloud, token);
      const { operations, settings } = configured();
      const args = fromStruct(request.getArgs());
      const faults = shapeFaults(args, cloud.shapes.arguments(token), cloud.wording);
      if (faults.length > 0) return new providerPb.InvokeResponse().setFailuresList(faults.map(toFailure));
      const result = await operations.invoke(token, knownPart(args), settings);
      return new providerPb.InvokeResponse().setReturn(toStruct(result));
    }),

    cancel: unary(() => {
      cancelled.abort();
      return new emptyPb.Empty();
    }),
  };
}
