import * as pulumi from "@pulumi/pulumi";
import { gatewayNames } from "../gateway/names.ts";
import { prefix } from "../ledger/programs/closed-routes.ts";
import { admit } from "../platform/admission.ts";

/** Whoever has the keeper's token can refuse tenants, and can neither lead them elsewhere nor touch what others made. */
export function admitKeeper(
  account: string,
  namespace: pulumi.Input<string>,
  opts: pulumi.ResourceOptions,
): pulumi.Resource[] {
  const deletes = "request.operation == 'DELETE'";
  return admit(
    "budgets-keeper",
    {
      resources: {
        "gateway.networking.k8s.io/*": ["httproutes"],
        "gateway.envoyproxy.io/*": ["httproutefilters"],
      },
      operations: ["CREATE", "UPDATE", "DELETE"],
      when: pulumi.interpolate`request.userInfo.username == 'system:serviceaccount:${namespace}:${account}'`,
      validations: [
        {
          expression: `request.name.startsWith('${prefix}')`,
          message: `Who keeps budgets touches what is named ${prefix}*, and nothing else.`,
        },
        {
          expression: `${deletes} || request.resource.resource != 'httproutefilters' || (object.spec.size() == 1 && object.spec.?directResponse.?statusCode.orValue(0) in [429, 503])`,
          message: "Who keeps budgets answers with 429 or 503, and does nothing else with a request.",
        },
        {
          expression: `${deletes} || request.resource.resource != 'httproutes' || (object.spec.?parentRefs.orValue([]).all(p, p.name == '${gatewayNames.name}') && object.spec.?rules.orValue([]).all(r, !has(r.backendRefs) && has(r.filters) && r.filters.size() == 1 && r.filters[0].type == 'ExtensionRef' && r.filters[0].extensionRef.kind == 'HTTPRouteFilter' && r.filters[0].extensionRef.name.startsWith('${prefix}')))`,
          message: "Who keeps budgets makes routes that answer by themselves, and lead nowhere.",
        },
      ],
    },
    opts,
  );
}
