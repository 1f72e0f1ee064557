import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, type Properties, type Value } from "../../kubernetes-provider/properties.ts";
import type {
  AzureConstraints,
  AzureModelFile,
  AzureModelProperty,
  AzureValueType,
} from "../../toolchain/azure-models.ts";
import type { Fault } from "../cloud-type.ts";

/** Where Azure's models describe a resource: a file (`arm-network`), the class of its body, its name among the parameters. */
export type ModelPlace = { file: string; class: string; name?: string };

/** What Azure publishes of its resources' values: patterns, lengths, ranges, closed lists of words. */
export class AzureModels {
  readonly #folder: string | undefined;
  readonly #files = new Map<string, AzureModelFile>();

  /** `folder` is what set-up brought; without it nothing is checked here, and `missing` says so. */
  constructor(folder: string | undefined) {
    this.#folder = folder && existsSync(folder) ? folder : undefined;
  }

  get missing(): boolean {
    return this.#folder === undefined;
  }

  /** Where inputs break what the models say; in the words of the real provider. */
  faults({ file, class: body, name }: ModelPlace, inputs: Properties, nameProperty: string): Fault[] {
    if (this.missing) return [];
    const model = this.#file(file);
    const parameter = model.parameters[name ?? nameProperty];
    const named = inputs[nameProperty];
    return [
      ...(parameter && typeof named === "string" ? valueFaults(named, parameter, nameProperty, model) : []),
      ...classFaults(inputs, body, model),
    ];
  }

  #file(name: string): AzureModelFile {
    let file = this.#files.get(name);
    if (!file) {
      file = JSON.parse(readFileSync(join(this.#folder!, `${name}.json`), "utf8")) as AzureModelFile;
      this.#files.set(name, file);
    }
    return file;
  }
}

function classFaults(value: Properties, name: string, model: AzureModelFile, path = ""): Fault[] {
  const properties = model.classes[name];
  // A list of one class may hold others that are derived from it, which nobody names here.
  if (!properties) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const property = propertyOf(properties, key);
    return property && member !== null ? valueFaults(member, property, path ? `${path}.${key}` : key, model) : [];
  });
}

/** Programs write `addressPrefix` for what goes over the wire as `properties.addressPrefix`. */
function propertyOf(properties: Record<string, AzureModelProperty>, key: string): AzureModelProperty | undefined {
  const leaf = ({ serializedName }: AzureModelProperty) => serializedName.split(".").at(-1);
  return Object.values(properties).find((property) => leaf(property) === key) ?? properties[key];
}

type Described = { type: AzureValueType; constraints?: AzureConstraints };

function valueFaults(value: Value, { type, constraints }: Described, path: string, model: AzureModelFile): Fault[] {
  const own = constraintFaults(value, constraints ?? {}, path);
  if (type.name === "Enum" && typeof value === "string") return [...own, ...wordFaults(value, type, path)];
  if (type.name === "Composite" && isMap(value)) return [...own, ...classFaults(value, type.className!, model, path)];
  if (type.name === "Sequence" && Array.isArray(value) && type.element) {
    const { element } = type;
    return [...own, ...value.flatMap((member, index) => valueFaults(member, element, `${path}[${index}]`, model))];
  }
  if (type.name === "Dictionary" && isMap(value) && type.value) {
    const of = type.value;
    return [
      ...own,
      ...Object.entries(value).flatMap(([key, member]) => valueFaults(member, of, `${path}.${key}`, model)),
    ];
  }
  return own;
}

function wordFaults(value: string, { allowedValues = [] }: AzureValueType, path: string): Fault[] {
  if (allowedValues.some((allowed) => allowed.toLowerCase() === value.toLowerCase())) return [];
  return [{ property: path, reason: `'${path}' is '${value}'; allowed are ${allowedValues.join(", ")}` }];
}

function constraintFaults(value: Value, limits: AzureConstraints, path: string): Fault[] {
  const reasons: (string | false)[] = [];
  if (typeof value === "string") {
    const { MinLength = 0, MaxLength = Number.POSITIVE_INFINITY, Pattern } = limits;
    const length = `'${path}' is too ${value.length < MinLength ? "short" : "long"} (${value.length})`;
    reasons.push(
      value.length < MinLength && `${length}: at least ${MinLength} characters required`,
      value.length > MaxLength && `${length}: at most ${MaxLength} characters allowed`,
      Pattern !== undefined && !new RegExp(Pattern).test(value) && `'${path}' does not match expression '${Pattern}'`,
    );
  }
  if (typeof value === "number") {
    const { InclusiveMinimum = Number.NEGATIVE_INFINITY, InclusiveMaximum = Number.POSITIVE_INFINITY } = limits;
    reasons.push(
      value < InclusiveMinimum && `'${path}' is too low (${value} < ${InclusiveMinimum})`,
      value > InclusiveMaximum && `'${path}' is too high (${value} > ${InclusiveMaximum})`,
    );
  }
  if (Array.isArray(value)) {
    const { MinItems = 0, MaxItems = Number.POSITIVE_INFINITY } = limits;
    reasons.push(
      value.length < MinItems && `'${path}' has too few members (${value.length} < ${MinItems})`,
      value.length > MaxItems && `'${path}' has too many members (${value.length} > ${MaxItems})`,
    );
  }
  return reasons.filter((reason) => reason !== false).map((reason) => ({ property: path, reason }));
}
