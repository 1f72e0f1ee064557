/** Names of the Gateway and of the listener that tenants come in by. They are contract: routes and policies refer to them. */
export const gatewayNames = { name: "ai", listener: "tenants" } as const;

/** Header that the gateway sets from the API key; whatever a client sends under this name is taken off. */
export const tenantHeader = "x-freehold-tenant";
/** Header that the gateway sets to the name of the key, of which a tenant may have several; a client's own is taken off too. */
export const keyHeader = "x-freehold-key";
/** Header that the gateway sets to the model that the request's body asks for; a client's own is taken off too. */
export const modelHeader = "x-ai-eg-model";
/** Where the proxies' own program writes what it counted, of each request, as dynamic metadata. */
export const countNamespace = "freehold";

export const gatewayApi = "gateway.networking.k8s.io/v1";
export const envoyGatewayApi = "gateway.envoyproxy.io/v1alpha1";
export const aiGatewayApi = "aigateway.envoyproxy.io/v1beta1";

/** The Gateway, as policies name what they are for. */
export const toGateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: gatewayNames.name };
/** The listener of the tenants, as policies and routes name it. */
export const toListener = { ...toGateway, sectionName: gatewayNames.listener };

/** Host name under which a tenant, and nobody else, calls. */
export function tenantHost(tenant: string, gatewayHost: string): string {
  return `${tenant}.${gatewayHost}`;
}

/** A regular expression for the hosts of some tenants, with or without a port. */
export function hostsOf(tenants: readonly string[], gatewayHost: string): string {
  const names = tenants.length === 1 ? tenants[0] : `(${tenants.join("|")})`;
  return `^${names}\\.${gatewayHost.replaceAll(".", "\\.")}(:\\d+)?$`;
}

/** Items in runs, each as long as `fits` lets it be, in their order. */
export function runs<Item>(items: readonly Item[], fits: (run: readonly Item[]) => boolean): Item[][] {
  const made: Item[][] = [];
  for (const item of items) {
    const last = made.at(-1);
    if (last && fits([...last, item])) last.push(item);
    else made.push([item]);
  }
  return made;
}
