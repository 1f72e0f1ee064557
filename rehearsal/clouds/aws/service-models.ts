import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const shapeSchema = z.object({
  type: z.string(),
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  required: z.array(z.string()).optional(),
  members: z.record(z.string(), z.object({ shape: z.string() })).optional(),
  member: z.object({ shape: z.string() }).optional(),
  key: z.object({ shape: z.string() }).optional(),
  value: z.object({ shape: z.string() }).optional(),
});
/** A shape of a service's API as AWS publishes it: what a value may be. */
export type ModelShape = z.output<typeof shapeSchema>;

type Model = { operations: Record<string, { input?: { shape: string } }>; shapes: Record<string, unknown> };

/** AWS's own models of its services, from the folder that the toolchain keeps; without it nothing is judged by them. */
export class ServiceModels {
  readonly #folder: string | undefined;
  readonly #models = new Map<string, Model>();
  readonly #shapes = new Map<string, ModelShape>();

  constructor(folder: string | undefined) {
    this.#folder = folder && existsSync(folder) ? folder : undefined;
  }

  /** Whether there are any; the rehearsal says so where there are not. */
  get present(): boolean {
    return this.#folder !== undefined;
  }

  /** The shape that an operation takes; undefined without models. Throws for an operation that the service does not have. */
  input(service: string, operation: string): ModelShape | undefined {
    if (!this.present) return undefined;
    const input = this.#model(service).operations[operation]?.input;
    if (!input) throw new Error(`the model of ${service} has no operation ${operation}`);
    return this.shape(service, input.shape);
  }

  shape(service: string, name: string): ModelShape {
    const key = `${service} ${name}`;
    let shape = this.#shapes.get(key);
    if (!shape) {
      shape = shapeSchema.parse(this.#model(service).shapes[name]);
      this.#shapes.set(key, shape);
    }
    return shape;
  }

  #model(service: string): Model {
    let model = this.#models.get(service);
    if (!model) {
      model = JSON.parse(gunzipSync(readFileSync(join(this.#folder!, `${service}.json.gz`))).toString()) as Model;
      this.#models.set(service, model);
    }
    return model;
  }
}
