import { addon } from "../../../catalogue/index.ts";
import { platformNames } from "../../platform.ts";
import { type Alert, critical, warning } from "../alert.ts";
import { ofProxies, ofRoutes, ofTenantsListener } from "../expressions.ts";

const fortnight = 14 * 24 * 3600;

/** Alerts of the door: its answers, and the parts that it asks on the way. */
export function ofGateway(): Alert[] {
  const proxies = addon("envoy-gateway").namespace;
  const answers = (more: string) => `sum(rate(envoy_http_downstream_rq_xx{${ofTenantsListener}${more}}[5m]))`;
  return [
    critical(
      "GatewayErrors",
      `${answers(',envoy_response_code_class="5"')} / ${answers("")} > 0.05`,
      "5m",
      "More than one in twenty answers of the gateway is an error of ours",
      "Models without replicas, or counters that do not answer, are the usual causes; both have alerts of their own.",
    ),
    critical(
      "RateLimitStoreDown",
      `sum(rate(envoy_cluster_ratelimit_error[5m])) > 0 or kube_statefulset_status_replicas_ready{namespace="${platformNames.gateway}"} == 0`,
      "2m",
      "The counters of the tenants' limits do not answer",
      `Requests are refused rather than let through uncounted. kubectl -n ${platformNames.gateway} get pods shows the store, in ${proxies} the rate limiter.`,
    ),
    critical(
      "ModelReaderFailing",
      `sum(rate(envoy_http_ext_proc_streams_failed{${ofTenantsListener}}[5m])) + sum(rate(envoy_http_ext_proc_message_timeouts{${ofTenantsListener}}[5m])) > 0.1`,
      "5m",
      "The part beside the proxies that reads which model is asked for fails",
      `What it fails is answered with 500. kubectl -n ${proxies} logs <proxy> -c ai-gateway-extproc says why; at its limit of memory it wants more.`,
    ),
    warning(
      "ReplicaSetAside",
      `max by (envoy_cluster_name) (envoy_cluster_outlier_detection_ejections_active{${ofRoutes}}) > 0`,
      "10m",
      "A replica behind {{ $labels.envoy_cluster_name }} answers with errors and gets no requests",
      `Its log says why: kubectl -n ${platformNames.models} get pods shows them, and deleting the pod makes it anew.`,
    ),
    critical(
      "ConfigurationRefused",
      `increase(envoy_listener_manager_lds_update_rejected{${ofProxies}}[10m]) > 0 or increase(envoy_cluster_manager_cds_update_rejected{${ofProxies}}[10m]) > 0`,
      "5m",
      "{{ $labels.pod }} refuses what it is told to do",
      `The last change of tenants, keys or models is not live there: a key that was taken away still opens. kubectl -n ${proxies} logs {{ $labels.pod }} -c envoy names the part; take the change back.`,
    ),
    warning(
      "CertificateExpiring",
      `min by (name, exported_namespace) (certmanager_certificate_expiration_timestamp_seconds) - time() < ${fortnight} or min(envoy_listener_ssl_certificate_expiration_unix_time_seconds) - time() < ${fortnight}`,
      "1h",
      "The certificate {{ $labels.name }} expires within a fortnight",
      "Certificates of the private issuer renew themselves a month before: cert-manager's log says what keeps it. One that you brought, you renew.",
    ),
  ];
}
