import { setTimeout as sleep } from "node:timers/promises";
import { status as grpcStatus } from "@grpc/grpc-js";
import { notReady } from "../kubernetes-provider/failure.ts";
import { type Properties, reveal } from "../kubernetes-provider/properties.ts";
import { CallError } from "../plugin-server.ts";
import { defaultsMark } from "./check.ts";
import type { Cloud, Verb } from "./cloud.ts";
import { CloudError } from "./cloud-error.ts";
import type { Call, CloudType, Reference } from "./cloud-type.ts";
import { Faults } from "./faults.ts";
import { valuesAt } from "./known.ts";
import type { Standing, World } from "./world.ts";

export type Request = { type: string; name: string; inputs: Properties; id?: string; say?: (status: string) => void };

/** The deeds of one simulated cloud on its world: what they judge, how long they take, what goes wrong on demand. */
export class Operations<Settings> {
  readonly #cloud: Cloud<Settings>;
  readonly #world: World;
  readonly #faults: Faults;
  readonly #signal: AbortSignal;
  /** 1 for the times that the types give, 0 for none at all. */
  readonly #pace: number;

  constructor(cloud: Cloud<Settings>, world: World, signal: AbortSignal, pace: number) {
    this.#cloud = cloud;
    this.#world = world;
    this.#faults = new Faults(world.folder);
    this.#signal = signal;
    this.#pace = pace;
  }

  async create(request: Request, settings: Settings): Promise<Standing> {
    const type = this.#cloud.types[request.type]!;
    return await this.#answered("create", request, async () => {
      await this.#arrive("create", request, type.takesMachines);
      const call = this.#call(request, settings);
      const holds = this.#referred(type, call.inputs);
      type.judge?.(call);
      const { id, outputs } = type.make(call);
      let standing = this.#put({
        type: request.type,
        id,
        name: request.name,
        inputs: call.inputs,
        outputs: { ...type.defaults, ...call.inputs, ...outputs },
        holds,
        created: new Date().toISOString(),
        ...(type.settle && { unsettled: true as const }),
      });
      try {
        standing = await this.#settled("create", call, standing, type);
      } catch (error) {
        if (!(error instanceof CloudError) || !type.waits) throw error;
        const reason = this.#cloud.wording.refused(error, "create", request.type, request.name);
        throw notReady(reason, { ...standing, reasons: [reason] });
      }
      return standing;
    });
  }

  async update(request: Request & { id: string }, settings: Settings): Promise<Standing> {
    const type = this.#cloud.types[request.type]!;
    return await this.#answered("update", request, async () => {
      await this.#arrive("update", request, type.takesMachines);
      const before = this.#world.get(request.type, request.id);
      if (!before) throw new CloudError("NotFound", `${request.id} does not exist`, 404);
      const call = { ...this.#call(request, settings), before };
      const holds = this.#referred(type, call.inputs);
      type.judge?.(call);
      const dropped = Object.keys(before.inputs).filter((key) => !(key in call.inputs));
      const kept = Object.fromEntries(Object.entries(before.outputs).filter(([key]) => !dropped.includes(key)));
      const outputs = { ...type.defaults, ...kept, ...call.inputs, ...type.change?.(call, before) };
      const unsettled = type.settle && { unsettled: true as const };
      const standing = this.#put({ ...before, inputs: call.inputs, outputs, holds, ...unsettled });
      return await this.#settled("update", call, standing, type);
    });
  }

  async delete(request: Request & { id: string }, settings: Settings): Promise<void> {
    const type = this.#cloud.types[request.type]!;
    await this.#answered("delete", request, async () => {
      await this.#arrive("delete", request);
      const standing = this.#world.get(request.type, request.id);
      // Gone already, as another run left it: that is what was asked for.
      if (!standing) return;
      const call = { ...this.#call({ ...request, inputs: standing.inputs }, settings), before: standing };
      const users = this.#world.usersOf(standing);
      if (users.length > 0) throw type.inUse?.(standing, users) ?? inUse(standing, users);
      type.judgeDeletion?.(call, standing);
      await type.release?.(call, standing);
      this.#world.remove(standing, type.leaves?.(standing));
      this.#faults.step();
      await this.#after("delete", request.type, call.inputs);
      await this.#pause(type.takesMs?.delete ?? 40);
    });
  }

  async read(request: Request & { id: string }, settings: Settings): Promise<Standing | undefined> {
    return await this.#answered("read", request, async () => {
      await this.#arrive("read", request);
      const standing = this.#world.get(request.type, request.id);
      if (!standing?.unsettled) return standing;
      // A cloud goes on by itself with what it accepted, whoever has stopped waiting for it.
      const call = this.#call({ ...request, name: standing.name, inputs: standing.inputs }, settings);
      return await this.#settle(call, standing, this.#cloud.types[request.type]!);
    });
  }

  async invoke(token: string, args: Properties, settings: Settings): Promise<Properties> {
    const request = { type: token, name: token, inputs: args };
    return await this.#answered("invoke", request, async () => {
      await this.#arrive("invoke", request);
      const { name: _, ...call } = this.#call(request, settings);
      return await this.#cloud.functions[token]!(call);
    });
  }

  #call({ name, inputs, say }: Request, settings: Settings): Call<Settings> {
    const { [defaultsMark]: _, ...given } = reveal(inputs) as Properties;
    return { settings, world: this.#world, name, inputs: given, signal: this.#signal, say: say ?? (() => {}) };
  }

  #put(standing: Standing): Standing {
    this.#world.put(standing);
    this.#faults.step();
    return standing;
  }

  /** What the service does once it has accepted a request, and how long its provider waits for that. */
  async #settled(verb: "create" | "update", call: Call<Settings>, standing: Standing, type: CloudType<Settings>) {
    await this.#after(verb, standing.type, call.inputs);
    const settled = await this.#settle(call, standing, type);
    await this.#pause(type.takesMs?.[verb] ?? (verb === "create" ? 60 : 40));
    return settled;
  }

  async #settle(call: Call<Settings>, { unsettled, ...standing }: Standing, type: CloudType<Settings>) {
    if (!type.settle) return standing;
    const settled = { ...standing, outputs: { ...standing.outputs, ...(await type.settle(call, standing)) } };
    this.#world.put(settled);
    return settled;
  }

  /** Meets a request with what was ordered for it. Throttling is waited out a bounded number of times, as SDKs do. */
  async #arrive(verb: Verb, { type, inputs }: Request, takesMachines = false) {
    const attempts = 10;
    for (let attempt = 1; ; attempt++) {
      this.#signal.throwIfAborted();
      const fault = this.#faults.onArrival(verb, type, takesMachines);
      if (fault === undefined) return;
      if (fault === "slow") return await this.#pause(3000);
      if (fault === "lost-reply") return;
      const error = this.#cloud.faultError(fault, type, reveal(inputs) as Properties);
      if (fault !== "throttling") throw error;
      if (attempt === attempts) {
        throw new CloudError(
          error.code,
          `exceeded maximum number of attempts, ${attempts}: ${error.message}`,
          error.status,
        );
      }
      await this.#pause(Math.min(2 ** attempt * 10, 1000));
    }
  }

  /** What goes wrong once the world has changed: its reply is lost, or says that nothing was done. */
  async #after(verb: Verb, type: string, inputs: Properties) {
    const fault = this.#faults.afterChange(verb, type);
    if (fault === "lost-reply") throw new CallError("error reading from server: EOF", grpcStatus.UNAVAILABLE);
    if (fault === "server-error-after-create") throw this.#cloud.faultError(fault, type, inputs);
  }

  /** Ids of what the inputs name; refuses what does not stand. */
  #referred(type: CloudType<Settings>, inputs: Properties): Standing["holds"] {
    return (type.references ?? []).flatMap((reference) =>
      valuesAt(inputs, reference.at).flatMap((value) => {
        if (typeof value !== "string") return [];
        const found = this.#world.find(reference.to, value);
        if (!found) return refuse(reference, value, this.#world);
        return reference.holds === false ? [] : [{ type: found.type, id: found.id }];
      }),
    );
  }

  async #pause(ms: number) {
    if (ms * this.#pace > 0) await sleep(ms * this.#pace, undefined, { signal: this.#signal });
  }

  /** A refusal of the service in the words of the real provider. */
  async #answered<Result>(verb: Verb, { type, name }: Request, deed: () => Promise<Result>): Promise<Result> {
    try {
      return await deed();
    } catch (error) {
      if (error instanceof CloudError) throw new Error(this.#cloud.wording.refused(error, verb, type, name));
      if ((error as Error).name === "AbortError")
        throw new CallError("the operation was cancelled", grpcStatus.CANCELLED);
      throw error;
    }
  }
}

function refuse(reference: Reference, value: string, world: World): [] {
  const missing = reference.missing(value, world);
  if (missing) throw missing;
  return [];
}

function inUse(standing: Standing, users: Standing[]): CloudError {
  return new CloudError(
    "DependencyViolation",
    `${standing.id} has dependencies and cannot be deleted: ${users.map(({ id }) => id).join(", ")}`,
    409,
  );
}
