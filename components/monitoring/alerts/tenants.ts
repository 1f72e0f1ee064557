import type { Country } from "../../country.ts";
import { type Alert, warning } from "../alert.ts";
import { ofTenantsListener, refused } from "../expressions.ts";
import { limitSeries } from "../limits.ts";

/** Alerts of what tenants may do and do. */
export function ofTenants({ tenants }: Pick<Country, "tenants">): Alert[] {
  const { key, permission, limit } = refused("15m");
  const all = `sum(rate(envoy_http_downstream_rq_xx{${ofTenantsListener}}[15m]))`;
  const spent = 'sum by (tenant) (increase(gen_ai_client_token_usage_sum{gen_ai_token_type=~"input|output"}[1d]))';
  const daily = Object.values(tenants).some(({ tokensPerDay }) => tokensPerDay !== undefined);
  return [
    warning(
      "RefusalsSurge",
      // Nobody is called for three wrong keys at night.
      `(${key} + ${permission} + (${limit} or vector(0))) / ${all} > 0.3 and ${all} > 0.5`,
      "15m",
      "Nearly a third of what comes to the door is refused",
      "The board Gateway says by which reason. Keys: somebody guesses, or a tenant missed a rotation. Limits: tell the tenant, or raise them in the country file.",
    ),
    ...(daily
      ? [
          warning(
            "TenantNearDailyLimit",
            `${spent} / on (tenant) ${limitSeries.tokensPerDay} > 0.9`,
            "5m",
            "{{ $labels.tenant }} has used nine tenths of a day's tokens within 24 hours",
            "Used up it is refused until midnight UTC. Tell the tenant, or raise tenants.{{ $labels.tenant }}.tokensPerDay.",
          ),
        ]
      : []),
    warning(
      "TenantsNotTold",
      'sum(rate(gen_ai_client_token_usage_count{otel_metric_overflow="true"}[15m])) > 0',
      "15m",
      "Tokens are measured without the tenant that they are of",
      "More pairs of tenants and models are in use than a proxy was told to expect when it started; boards by tenant show too little. Restart the proxies' Deployment when there is little to do. Limits and records are not touched.",
    ),
  ];
}
