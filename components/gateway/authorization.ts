import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import type { ModelSet } from "./model-sets.ts";
import { modelHeader, runs, tenantHeader, toListener } from "./names.ts";

export type AuthorizationArgs = {
  sets: readonly ModelSet[];
  /** Secrets that hold keys: a data key is a client id, its value the key. */
  keySecrets: readonly string[];
  host: string;
  service: Country["gateway"]["service"];
};

/** A key opens its own tenant's host, for that tenant's models and their list; everything else is denied. */
export function authorization({ sets, keySecrets, host, service }: AuthorizationArgs) {
  const cel = ownHost(host, service);
  const allow = (name: string, rest: object) => ({ name, action: "Allow", cel, ...rest });
  return {
    targetRefs: [toListener],
    apiKeyAuth: {
      credentialRefs: keySecrets.map((name) => ({ name })),
      extractFrom: [{ headers: ["Authorization"] }],
      forwardClientIDHeader: tenantHeader,
      sanitize: true,
    },
    authorization: {
      defaultAction: "Deny",
      rules: [
        allow("lists", { operation: { path: { type: "RegularExpression", value: "/v1/models(/.+)?" } } }),
        ...sets.flatMap(({ name, models, tenants }) =>
          inRules(tenants).flatMap((some, index) =>
            inRules(models).map((these, part) =>
              allow(`${name}-${index + 1}-${part + 1}`, {
                principal: {
                  headers: [
                    { name: tenantHeader, values: some },
                    { name: modelHeader, values: these },
                  ],
                },
              }),
            ),
          ),
        ),
      ],
    },
  };
}

function inRules(values: readonly string[]): string[][] {
  return runs(values, ({ length }) => length <= addon("envoy-gateway").limits.headerValues!);
}

/**
 * CEL: the host that is called is the tenant's own. Envoy's CEL joins no texts, so it is said by beginning, end and length,
 * which together leave one host only. A port may stand behind it: 443, or that of a node.
 */
function ownHost(host: string, service: Country["gateway"]["service"]): string {
  const called = "request.headers[':authority']";
  const tenant = `request.headers['${tenantHeader}']`;
  const longer = (by: string) => `size(${called}) == size(${tenant}) + ${by.length}`;
  const ends = [`.${host}`, `.${host}:443`].map((end) => `${called}.endsWith('${end}') && ${longer(end)}`);
  if (service === "NodePort") {
    const pattern = `\\\\.${host.replaceAll(".", "\\\\.")}:3[0-9]{4}$`;
    ends.push(`${called}.matches('${pattern}') && ${longer(`.${host}:30000`)}`);
  }
  return `${called}.startsWith(${tenant}) && (${ends.join(" || ")})`;
}
