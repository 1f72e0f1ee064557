import { normalised } from "./check.ts";
import { fieldManagerOf, fromOutputs, toOutputs } from "./checkpoint.ts";
import type { Cluster } from "./cluster.ts";
import { isNotFound, notReady } from "./failure.ts";
import { fromKubeObject, idOf, type KubeObject, parseId, pruned, toKubeObject } from "./kube-object.ts";
import { markSecrets, type Properties, type Value } from "./properties.ts";
import { checkReady, NotReady } from "./ready.ts";
import { parseTypeToken, parseUrn } from "./type-token.ts";

export type ReadRequest = { urn: string; id: string; outputs: Properties; inputs: Properties };
export type Read = { id: string; outputs: Properties; inputs: Properties };

/** Fields that controllers write, which an imported program should not declare. */
const controllersOwn = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/**
 * Reads an object as it is now. Its inputs are the live values of the fields that the program declared; for an import, which
 * declares none, everything that a program could have written. Answers with nothing when the object is gone.
 */
export async function read({ urn, id, outputs, inputs }: ReadRequest, cluster: Cluster): Promise<Read | undefined> {
  const { namespace, name } = parseId(id);
  if (!name) throw new Error(`${JSON.stringify(id)} names no object; expected <name> or <namespace>/<name>`);
  const isImport = Object.keys(inputs).length === 0 && Object.keys(outputs).length === 0;
  const { apiVersion, kind } = parseTypeToken(parseUrn(urn).type, isImport ? {} : { ...outputs, ...inputs });
  const resource = await cluster.kinds.find(apiVersion, kind);
  if (!resource) return undefined;

  let live: KubeObject;
  try {
    live = await cluster.get({ apiVersion, kind, name, namespace: namespace ?? cluster.namespace });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
  const declared = toKubeObject(inputs);
  const old = fromOutputs(outputs);
  const liveInputs = isImport ? writable(live) : (pruned(live as Value, declared as Value) as KubeObject);
  const found: Read = {
    id: id || idOf(live),
    inputs: markSecrets(fromKubeObject(liveInputs), inputs),
    outputs: toOutputs(
      {
        inputs: liveInputs,
        live,
        initialApiVersion: old.initialApiVersion ?? apiVersion,
        fieldManager: fieldManagerOf(declared, old.fieldManager),
      },
      inputs,
    ),
  };
  if (isImport) return found;
  try {
    await checkReady(live, declared, cluster);
    return found;
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    throw notReady(error.message, { ...found, reasons: error.reasons });
  }
}

/** What of a live object a program could have declared. */
function writable(live: KubeObject): KubeObject {
  const { status: _, ...object } = normalised(live);
  const { annotations, ...metadata } = object.metadata as KubeObject["metadata"];
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !controllersOwn.includes(key));
  return {
    ...object,
    metadata: kept.length > 0 ? { ...metadata, annotations: Object.fromEntries(kept) } : metadata,
  } as KubeObject;
}
