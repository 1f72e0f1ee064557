import { setTimeout as sleep } from "node:timers/promises";
import { fieldManagerOf, toOutputs } from "./checkpoint.ts";
import type { Cluster } from "./cluster.ts";
import { explained, isNotFound, isReason, notReady } from "./failure.ts";
import { NotServed } from "./kinds.ts";
import { annotation, annotations, idOf, type KubeObject, toKubeObject } from "./kube-object.ts";
import { containsUnknown, type Properties } from "./properties.ts";
import { NotReady, type Patience, untilReady } from "./ready.ts";
import { parseTypeToken, parseUrn } from "./type-token.ts";

export type CreateRequest = { urn: string; inputs: Properties; preview: boolean };
export type Created = { id: string; outputs: Properties };
/** What the provider's settings say about writing to objects that others own. */
export type Ownership = { patchForce: boolean; upsert: boolean };

/** The manager of fields that a plain creation sets; the first update takes them over by server-side apply. */
export const creator = "pulumi-kubernetes";

// A namespace or a definition that is made in the same update may be a moment late.
const retryMs = [100, 200, 400, 800, 1600, 3200, 6400];

/**
 * Creates an object and waits until it is ready. In a preview the API server only judges it; what it cannot judge yet,
 * because something is unknown or not there, is taken as declared.
 */
export async function create(
  { urn, inputs, preview }: CreateRequest,
  cluster: Cluster,
  ownership: Ownership,
  patience: Patience,
): Promise<Created> {
  const { isPatch } = parseTypeToken(parseUrn(urn).type, inputs);
  const object = toKubeObject(inputs);
  const asDeclared = { id: "", outputs: inputs };
  if (preview) {
    if (isPatch || containsUnknown(inputs)) return asDeclared;
    if (!(await cluster.kinds.find(object.apiVersion, object.kind))) return asDeclared;
  }

  const fieldManager = fieldManagerOf(object);
  const submit = () =>
    isPatch || ownership.upsert
      ? cluster.apply(object, { dryRun: preview, fieldManager, force: preview || isForced(object, ownership) })
      : cluster.create(object, { dryRun: preview, fieldManager: creator });
  let made: KubeObject;
  try {
    made = await (preview ? submit() : retrying(submit, patience));
  } catch (error) {
    if (preview && cannotJudgeYet(error)) return asDeclared;
    throw explained(error, fieldManager);
  }

  const checkpoint = { inputs: object, initialApiVersion: object.apiVersion, fieldManager };
  if (preview) {
    const { status: _, ...planned } = made;
    return { id: "", outputs: toOutputs({ ...checkpoint, live: planned as KubeObject }, inputs) };
  }
  try {
    const live = await untilReady(made, object, cluster, patience);
    return { id: idOf(live), outputs: toOutputs({ ...checkpoint, live }, inputs) };
  } catch (error) {
    // Whatever it is: the object is there, and must not be forgotten.
    const { live, reasons } = error instanceof NotReady ? error : { live: made, reasons: [(error as Error).message] };
    const outputs = toOutputs({ ...checkpoint, live }, inputs);
    const message = `${urn} was created, but is not ready: ${(error as Error).message}`;
    throw notReady(message, { id: idOf(made), outputs, reasons });
  }
}

/** Whether fields of other managers are to be taken. */
export function isForced(object: KubeObject, { patchForce }: Ownership): boolean {
  return patchForce || annotation(object, annotations.patchForce) === "true";
}

/** A dry run is impossible before the namespace, and pointless where the object is about to be replaced or we may not. */
function cannotJudgeYet(error: unknown): boolean {
  return (
    (isNotFound(error) && error.kind === "namespaces") ||
    isReason(error, "AlreadyExists") ||
    isReason(error, "Forbidden")
  );
}

async function retrying(submit: () => Promise<KubeObject>, { say, cancelled }: Patience): Promise<KubeObject> {
  for (const wait of retryMs) {
    try {
      return await submit();
    } catch (error) {
      if (!(isNotFound(error) || error instanceof NotServed) || cancelled.aborted) throw error;
      if (wait > 400) say(`not yet: ${(error as Error).message}`);
      await sleep(wait, undefined, { signal: cancelled });
    }
  }
  return submit();
}
