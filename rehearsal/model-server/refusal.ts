/** An answer that is an error, in the engine's own shape. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;

  constructor(status: number, type: string, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
  }

  get body() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.status } };
  }
}

/** A body that does not have the shape of a request. */
export function misshapen(message: string, param: string | null): Refusal {
  return new Refusal(400, "Bad Request", message, param);
}

/** A request that has the right shape, and cannot be. */
export function impossible(message: string, param?: string, value?: unknown): Refusal {
  const extras = [
    ...(param === undefined ? [] : [`parameter=${param}`]),
    ...(value === undefined ? [] : [`value=${String(value)}`]),
  ];
  const text = extras.length === 0 ? message : `${message} (${extras.join(", ")})`;
  return new Refusal(400, "BadRequestError", text, param ?? null);
}

/** A model that is not served here. */
export function noSuchModel(name: string): Refusal {
  return new Refusal(404, "NotFoundError", `The model \`${name}\` does not exist.`, "model");
}
