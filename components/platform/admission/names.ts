import type * as pulumi from "@pulumi/pulumi";
import type { Jurisdiction } from "../../country.ts";
import { admit } from "./admit.ts";
import { hostIsHere, rangeIsHere } from "./whereabouts.ts";

// They write down where pods are. What people and operators write is judged.
const controllers = ["endpoint-controller", "endpointslice-controller"].map(
  (name) => `system:serviceaccount:kube-system:${name}`,
);

/** What a name of the cluster leads to: external names, addresses behind a Service, and addresses that it takes over. */
export function admitNames(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  admit(
    "names-lead-here",
    {
      resources: { "/v1": ["services"] },
      validations: [
        {
          expression: `object.spec.?type.orValue('') != 'ExternalName' || ${hostIsHere("object.spec.externalName", jurisdiction)}`,
          message: "External names are services of this cluster or hosts declared under guards.hosts.",
        },
        {
          expression: `object.spec.?externalIPs.orValue([]).all(a, ${rangeIsHere("a", jurisdiction)})`,
          message:
            "A Service takes over what the cluster sends to its external addresses: private ones, or declared under guards.hosts.",
        },
      ],
    },
    opts,
  );
  admit(
    "endpoints-are-here",
    {
      resources: { "/v1": ["endpoints"], "discovery.k8s.io/v1": ["endpointslices"] },
      when: `!(request.userInfo.username in ${JSON.stringify([...controllers, "system:kube-controller-manager"])})`,
      variables: {
        addresses: [
          "(has(object.subsets) ? object.subsets.map(s, s.?addresses.orValue([]).map(a, a.ip) + s.?notReadyAddresses.orValue([]).map(a, a.ip)) : [])",
          "(has(object.endpoints) ? object.endpoints.map(e, e.addresses) : [])",
        ].join(" + "),
      },
      validations: [
        {
          expression: `variables.addresses.all(l, l.all(a, isIP(a) ? ${rangeIsHere("a", jurisdiction)} : ${hostIsHere("a", jurisdiction)}))`,
          message: "Behind a Service stand private addresses, and public ones that are declared under guards.hosts.",
        },
      ],
    },
    opts,
  );
}
