import { normalised } from "./check.ts";
import { fieldManagerOf, fromOutputs, toOutputs } from "./checkpoint.ts";
import { json } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import { creator, isForced, type Ownership } from "./create.ts";
import { explained, isNotFound, isReason, notReady } from "./failure.ts";
import { idOf, type KubeObject, toKubeObject } from "./kube-object.ts";
import { leaveToOthers, takeOver } from "./managed-fields.ts";
import { relinquish } from "./patch.ts";
import { containsUnknown, type Properties } from "./properties.ts";
import { NotReady, type Patience, untilReady } from "./ready.ts";
import { parseTypeToken, parseUrn } from "./type-token.ts";

export type UpdateRequest = { urn: string; olds: Properties; news: Properties; preview: boolean; ignored: string[] };

const attempts = 5;

/** Brings an object to what is declared now, by server-side apply, and waits until it is ready. Returns its outputs. */
export async function update(
  { urn, olds, news, preview, ignored }: UpdateRequest,
  cluster: Cluster,
  ownership: Ownership,
  patience: Patience,
): Promise<Properties> {
  const inputs = normalised(toKubeObject(news));
  if (preview && (containsUnknown(news) || !(await cluster.kinds.find(inputs.apiVersion, inputs.kind)))) return news;

  const old = fromOutputs(olds);
  const fieldManager = fieldManagerOf(inputs, old.fieldManager);
  const { isPatch } = parseTypeToken(parseUrn(urn).type, news);
  let updated: KubeObject;
  try {
    updated = await write();
  } catch (error) {
    if (preview && isReason(error, "Forbidden")) return news;
    if (isNotFound(error))
      throw new Error(`${error.message}\n\nThe object is gone.\n  remedy   pulumi refresh, then pulumi up`);
    throw explained(error, fieldManager);
  }

  const checkpoint = { inputs, initialApiVersion: old.initialApiVersion, fieldManager };
  if (preview) return toOutputs({ ...checkpoint, live: updated }, news);
  try {
    const live = await untilReady(updated, inputs, cluster, patience);
    if (fieldManager !== old.fieldManager) await relinquish(cluster, live, old.fieldManager);
    return toOutputs({ ...checkpoint, live }, news);
  } catch (error) {
    const { live, reasons } =
      error instanceof NotReady ? error : { live: updated, reasons: [(error as Error).message] };
    const message = `${urn} was updated, but is not ready: ${(error as Error).message}`;
    throw notReady(message, { id: idOf(updated), outputs: toOutputs({ ...checkpoint, live }, news), reasons });
  }

  /** Reads, then writes what depends on what was read; another writer in between means starting over. */
  async function write(): Promise<KubeObject> {
    for (let attempt = 1; ; attempt++) {
      try {
        const live = await cluster.get(cluster.reference(old.live));
        // A definition is replaced as a whole: applying one of a megabyte takes the API server seconds.
        if (inputs.kind === "CustomResourceDefinition") {
          const metadata = { ...inputs.metadata, resourceVersion: live.metadata.resourceVersion };
          return await cluster.replace({ ...inputs, metadata }, { dryRun: preview, fieldManager });
        }
        const before = preview || isPatch ? live : await takeOverFromCreator(live);
        const force = isForced(inputs, ownership) || (preview && isStillCreators(live));
        return await cluster.apply(leaveToOthers(inputs, before, ignored, fieldManager), {
          dryRun: preview,
          fieldManager,
          force,
        });
      } catch (error) {
        const lostRace = isReason(error, "Conflict") && /object has been modified/.test((error as Error).message);
        if (!lostRace || attempt === attempts) throw error;
      }
    }
  }

  async function takeOverFromCreator(live: KubeObject): Promise<KubeObject> {
    const managedFields = takeOver(live, creator, fieldManager);
    if (!managedFields) return live;
    const patch = [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    ];
    return cluster.patch(cluster.reference(live), json(patch, "application/json-patch+json"));
  }
}

function isStillCreators({ metadata: { managedFields = [] } }: KubeObject): boolean {
  return managedFields.some(({ manager, operation }) => manager === creator && operation === "Update");
}
