import { isMap, markSecrets, type Properties, secret } from "../kubernetes-provider/properties.ts";
import { defaultsMark } from "./check.ts";
import type { CloudType } from "./cloud-type.ts";
import type { ResourceShape } from "./sdk-shapes.ts";
import type { Standing } from "./world.ts";

/** The mark of a value that only the real creation brings. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the engine gets to keep: as the world has it, with secrets marked again and the provider's own mark of names. */
export function replyOutputs<Settings>(
  standing: Pick<Standing, "outputs">,
  inputs: Properties,
  type: CloudType<Settings>,
): Properties {
  const marked = markSecrets(standing.outputs, inputs);
  for (const key of type.secretOutputs ?? []) if (key in marked) marked[key] = secret(marked[key]!);
  return defaultsMark in inputs ? { ...marked, [defaultsMark]: inputs[defaultsMark]! } : marked;
}

/**
 * The outputs that a preview can promise: the inputs, what stands already, and an unknown for whatever always has a value and
 * is not known before the cloud has spoken.
 */
export function plannedOutputs<Settings>(
  inputs: Properties,
  before: Properties | undefined,
  shape: ResourceShape,
  { defaults = {}, computedWithin = [], renewed = [] }: CloudType<Settings>,
): Properties {
  const computed = [...shape.outputs]
    .filter(([key, { always }]) => always && !(key in inputs) && !(key in defaults))
    .map(([key]) => [key, (renewed.includes(key) ? undefined : before?.[key]) ?? unknown] as const);
  const planned: Properties = { ...Object.fromEntries(computed), ...defaults, ...inputs };
  for (const path of computedWithin) {
    const [outer = "", inner = ""] = path.split(".");
    const object = planned[outer];
    const stood = before?.[outer];
    const known = isMap(stood) ? stood[inner] : undefined;
    if (isMap(object)) planned[outer] = { [inner]: known ?? unknown, ...object };
  }
  return planned;
}
