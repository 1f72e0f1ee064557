import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";

/** Makes a custom object; `metadata` of the content goes over its name and namespace. */
export type MakeObject = (
  apiVersion: string,
  kind: string,
  name: string,
  content: object,
  opts?: pulumi.CustomResourceOptions,
) => pulumi.Resource;

/**
 * Kinds whose controllers hold them by a finalizer and take it off once: where the object has changed since they read it, they leave
 * it on for good (envoyproxy/ai-gateway issue 2565; Envoy Gateway does the like with its class). The garbage collector makes just
 * that change where a deletion waits for dependents, as Pulumi's do unless they are told otherwise.
 */
const held = new Set(["AIGatewayRoute", "AIServiceBackend", "GatewayClass"]);
const inBackground = { annotations: { "pulumi.com/deletionPropagationPolicy": "background" } };

/** Makes custom objects of one namespace, named for their kind and name. */
export function objectsIn(namespace: pulumi.Input<string>, inside: pulumi.ComponentResourceOptions): MakeObject {
  return (apiVersion, kind, name, content, opts) => {
    const { metadata, ...rest } = content as { metadata?: object };
    return new CustomResource(
      `${kind}-${name}`,
      { apiVersion, kind, metadata: { name, namespace, ...(held.has(kind) && inBackground), ...metadata }, ...rest },
      { ...inside, ...opts },
    );
  };
}
