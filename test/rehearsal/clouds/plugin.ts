import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import type { Cloud } from "../../../rehearsal/clouds/cloud.ts";
import { cloudProvider } from "../../../rehearsal/clouds/cloud-provider.ts";
import { type FaultOrder, Faults } from "../../../rehearsal/clouds/faults.ts";
import { World } from "../../../rehearsal/clouds/world.ts";
import { fromStruct, type Properties, toStruct } from "../../../rehearsal/kubernetes-provider/properties.ts";

/** What the engine sends for a string that is known only later. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Checked = { inputs: Properties; failures: { property: string; reason: string }[] };
type Failed = Error & { code: number; metadata: { get(key: string): (string | Buffer)[] } };

/** A simulated cloud's provider on a world of its own, called as the engine calls it and without the wire. */
export class Plugin<Settings> {
  readonly home = mkdtempSync(join(tmpdir(), "freehold-world-"));
  readonly world: World;
  readonly #cloud: Cloud<Settings>;
  #calls: UntypedServiceImplementation;

  readonly #env: NodeJS.ProcessEnv;

  constructor(cloud: Cloud<Settings>, env: NodeJS.ProcessEnv = {}) {
    this.#cloud = cloud;
    this.#env = env;
    this.world = new World(join(this.home, "world", cloud.package));
    this.#calls = this.#start();
  }

  /** Another process on the same world. */
  restart(): void {
    this.#calls = this.#start();
  }

  #start() {
    return cloudProvider(this.#cloud, "127.0.0.1:1", {
      env: { ...this.#env, FREEHOLD_REHEARSAL: this.home },
      pace: 0,
    });
  }

  order(...orders: FaultOrder[]): void {
    new Faults(this.world.folder).order(orders);
  }

  async configure(inputs: Properties): Promise<this> {
    await this.call("configure", new providerPb.ConfigureRequest().setArgs(toStruct(inputs)));
    return this;
  }

  async checkConfig(news: Properties): Promise<Checked["failures"]> {
    const response = await this.call<providerPb.CheckResponse>(
      "checkConfig",
      new providerPb.CheckRequest().setNews(toStruct(news)),
    );
    return response.getFailuresList().map((one) => one.toObject());
  }

  async check(type: string, news: Properties, { name = "it", olds = {} as Properties } = {}): Promise<Checked> {
    const request = new providerPb.CheckRequest()
      .setUrn(urnOf(type, name))
      .setNews(toStruct(news))
      .setOlds(toStruct(olds))
      .setRandomseed(new Uint8Array(32).fill(name.length));
    const response = await this.call<providerPb.CheckResponse>("check", request);
    return {
      inputs: fromStruct(response.getInputs()),
      failures: response.getFailuresList().map((one) => one.toObject()),
    };
  }

  /** What is wrong with some inputs, in the provider's sentences. */
  async faults(type: string, news: Properties): Promise<string[]> {
    return (await this.check(type, news)).failures.map(({ reason }) => reason);
  }

  async diff(type: string, oldInputs: Properties, news: Properties, ignored: string[] = []) {
    const request = new providerPb.DiffRequest()
      .setUrn(urnOf(type, "it"))
      .setOldInputs(toStruct(oldInputs))
      .setNews(toStruct(news))
      .setIgnorechangesList(ignored);
    const response = await this.call<providerPb.DiffResponse>("diff", request);
    return {
      changed: response.getChanges() === providerPb.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      paths: [...response.getDetaileddiffMap().getEntryList()].map(([path]) => path),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  /** Checks and creates, as an update does; throws what either refuses. */
  async create(type: string, news: Properties, name = "it"): Promise<{ id: string; outputs: Properties }> {
    const { inputs, failures } = await this.check(type, news, { name });
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return await this.createChecked(type, inputs, { name });
  }

  async createChecked(type: string, inputs: Properties, { name = "it", preview = false } = {}) {
    const request = new providerPb.CreateRequest()
      .setUrn(urnOf(type, name))
      .setProperties(toStruct(inputs))
      .setPreview(preview);
    const response = await this.call<providerPb.CreateResponse>("create", request);
    return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
  }

  async update(type: string, id: string, olds: Properties, news: Properties, preview = false): Promise<Properties> {
    const request = new providerPb.UpdateRequest()
      .setUrn(urnOf(type, "it"))
      .setId(id)
      .setOlds(toStruct(olds))
      .setNews(toStruct(news))
      .setPreview(preview);
    return fromStruct((await this.call<providerPb.UpdateResponse>("update", request)).getProperties());
  }

  async read(type: string, id: string, inputs: Properties = {}) {
    const request = new providerPb.ReadRequest().setUrn(urnOf(type, "it")).setId(id).setInputs(toStruct(inputs));
    const response = await this.call<providerPb.ReadResponse>("read", request);
    return {
      id: response.getId(),
      outputs: fromStruct(response.getProperties()),
      inputs: fromStruct(response.getInputs()),
    };
  }

  async delete(type: string, id: string): Promise<void> {
    await this.call("delete", new providerPb.DeleteRequest().setUrn(urnOf(type, "it")).setId(id));
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const request = new providerPb.InvokeRequest().setTok(token).setArgs(toStruct(args));
    const response = await this.call<providerPb.InvokeResponse>("invoke", request);
    const [failure] = response.getFailuresList();
    if (failure) throw new Error(failure.getReason());
    return fromStruct(response.getReturn());
  }

  call<Response>(method: string, request: unknown): Promise<Response> {
    const handler = this.#calls[method] as (call: object, done: sendUnaryData<Response>) => void;
    return new Promise((resolve, reject) =>
      handler({ request }, (error, response) =>
        error ? reject(Object.assign(new Error(error.details), error)) : resolve(response!),
      ),
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** What an engine keeps of a resource whose creation failed half way. */
export function keptByEngine(error: unknown): { id: string; outputs: Properties; reasons: string[] } | undefined {
  const [bytes] = (error as Failed).metadata.get("grpc-status-details-bin");
  if (!bytes) return undefined;
  const [detail] = statusPb.Status.deserializeBinary(bytes as Buffer).getDetailsList();
  const kept = providerPb.ErrorResourceInitFailed.deserializeBinary(detail!.getValue_asU8());
  return { id: kept.getId(), outputs: fromStruct(kept.getProperties()), reasons: kept.getReasonsList() };
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:s::p::${type}::${name}`;
}
