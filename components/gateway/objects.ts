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

/** Makes custom objects of one namespace, named for their kind and name. */
export function objectsIn(namespace: pulumi.Input<string>, inside: pulumi.ComponentResourceOptions): MakeObject {
  return (apiVersion, kind, name, content, opts) => {
    const { metadata, ...rest } = content as { metadata?: object };
    return new CustomResource(
      `${kind}-${name}`,
      { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...rest },
      { ...inside, ...opts },
    );
  };
}
