import providerPb from "@pulumi/pulumi/proto/provider_pb.js";

const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
const { PROPOSE, ENFORCE, DISABLE } = providerPb.CheckRequest.AutonamingOptions.Mode;
const kinds = providerPb.PropertyDiff.Kind;

/** The name that the engine has for a resource whose program gives none, and how much it insists. */
export type Autonaming = { mode: "propose" | "enforce" | "disable"; name: string };

/** What an update would change, and whether the old resource has to go before the new one comes. */
export type Diff = {
  changes: { path: string; change: "add" | "delete" | "update"; replace: boolean }[];
  deleteBeforeReplace: boolean;
};

/** How the engine wants a resource named; undefined where it leaves that to the provider. */
export function autonamingOf(request: providerPb.CheckRequest): Autonaming | undefined {
  const options = request.getAutonaming();
  if (!options) return undefined;
  const modes = { [PROPOSE]: "propose", [ENFORCE]: "enforce", [DISABLE]: "disable" } as const;
  return { mode: modes[options.getMode()], name: options.getProposedName() };
}

/** What is wrong with a property, as a message to the engine. */
export function toFailure({ property, reason }: { property: string; reason: string }): providerPb.CheckFailure {
  return new providerPb.CheckFailure().setProperty(property).setReason(reason);
}

/** What an update would change, as a message to the engine. */
export function toDiffResponse({ changes, deleteBeforeReplace }: Diff): providerPb.DiffResponse {
  const response = new providerPb.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setReplacesList(changes.filter(({ replace }) => replace).map(({ path }) => path))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, change, replace } of changes) {
    const kind = {
      add: replace ? kinds.ADD_REPLACE : kinds.ADD,
      delete: replace ? kinds.DELETE_REPLACE : kinds.DELETE,
      update: replace ? kinds.UPDATE_REPLACE : kinds.UPDATE,
    }[change];
    response
      .getDetaileddiffMap()
      .set(path, new providerPb.PropertyDiff().setKind(kind).setInputdiff(change === "delete"));
  }
  return response;
}
