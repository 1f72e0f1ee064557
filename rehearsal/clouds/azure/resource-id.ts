/** The parts of an id of Azure: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/v/subnets/s`. */
export type ResourceId = {
  subscription: string;
  resourceGroup?: string;
  /** Such as `Microsoft.Network/virtualNetworks/subnets`; `Microsoft.Resources/resourceGroups` of a group itself. */
  type: string;
  /** Names in the order of the type's parts. */
  names: string[];
};

export const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The parts of an id; undefined for a text that is none. */
export function parseResourceId(text: string): ResourceId | undefined {
  const [, head, rest] = text.match(/^\/subscriptions\/([^/]+)((?:\/[^/]+)*)$/i) ?? [];
  if (head === undefined || !guid.test(head)) return undefined;
  const parts = rest!.split("/").slice(1);
  const group = parts[0]?.toLowerCase() === "resourcegroups" ? parts[1] : undefined;
  if (parts[0]?.toLowerCase() === "resourcegroups" && !group) return undefined;
  const [providers, namespace, ...pairs] = group === undefined ? parts : parts.slice(2);
  if (providers === undefined) {
    if (group === undefined) return { subscription: head, type: "Microsoft.Resources/subscriptions", names: [head] };
    return { subscription: head, resourceGroup: group, type: "Microsoft.Resources/resourceGroups", names: [group] };
  }
  if (providers.toLowerCase() !== "providers" || !namespace || pairs.length === 0 || pairs.length % 2 > 0)
    return undefined;
  return {
    subscription: head,
    ...(group && { resourceGroup: group }),
    type: [namespace, ...pairs.filter((_, index) => index % 2 === 0)].join("/"),
    names: pairs.filter((_, index) => index % 2 === 1),
  };
}

/** Whether two ids name one resource: Azure does not regard their case. */
export function sameId(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();
}

/** Whether a resource lies below another, as a subnet below its network. */
export function liesBelow(id: string, parent: string): boolean {
  return id.toLowerCase().startsWith(`${parent.toLowerCase()}/`);
}

/** Whether a scope holds for a resource: it is the resource itself, or its parent, group or subscription. */
export function scopeHolds(scope: string, id: string): boolean {
  return sameId(scope, id) || liesBelow(id, scope);
}

/** `brazilsouth` for `Brazil South`: Azure takes both. */
export function plainLocation(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}
