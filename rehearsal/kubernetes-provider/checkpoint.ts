import { randomBytes } from "node:crypto";
import { annotation, annotations, fromKubeObject, type KubeObject, toKubeObject } from "./kube-object.ts";
import { isMap, markSecrets, type Properties, reveal } from "./properties.ts";

/** What the engine keeps about an object: the live object itself, what the program declared, and who we are to the API server. */
export type Checkpoint = { inputs: KubeObject; live: KubeObject; initialApiVersion: string; fieldManager: string };

/** A checkpoint as a resource's outputs; what is secret in `declared` stays so in the live object. */
export function toOutputs(
  { inputs, live, initialApiVersion, fieldManager }: Checkpoint,
  declared: Properties,
): Properties {
  return {
    ...markSecrets(fromKubeObject(live), declared),
    __inputs: markSecrets(fromKubeObject(inputs), declared),
    __initialApiVersion: initialApiVersion,
    __fieldManager: fieldManager,
  };
}

/** What a resource was declared with when it got these outputs. */
export function inputsIn(outputs: Properties): Properties {
  const inputs = outputs.__inputs ?? null;
  return isMap(inputs) ? inputs : {};
}

/** The checkpoint in a resource's outputs. */
export function fromOutputs(outputs: Properties): Checkpoint {
  const { __inputs, __initialApiVersion, __fieldManager, ...live } = outputs;
  const inputs = toKubeObject(inputsIn(outputs));
  return {
    inputs,
    live: toKubeObject(live),
    initialApiVersion: (reveal(__initialApiVersion ?? null) as string | null) ?? inputs.apiVersion,
    fieldManager: fieldManagerOf(inputs, reveal(__fieldManager ?? null) as string | null),
  };
}

/** The name under which we own fields: the one that the object asks for, the one we had, or a new one. */
export function fieldManagerOf(inputs: KubeObject, previous?: string | null): string {
  return (
    annotation(inputs, annotations.patchFieldManager) ??
    previous ??
    `pulumi-kubernetes-${randomBytes(4).toString("hex")}`
  );
}
