import type { KubeConfig } from "@kubernetes/client-node";
import { addon } from "../../catalogue/index.ts";
import { call } from "../api-call.ts";

/** Tells the API server where AI Gateway's webhook is, which stands a model reader beside each proxy. As the chart does. */
export async function registerWebhook(config: KubeConfig, authority: string, port: number): Promise<void> {
  const { namespace } = addon("ai-gateway");
  const name = `envoy-ai-gateway-gateway-pod-mutator.${namespace}`;
  const webhook = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `ai-gateway-controller.${namespace}.svc.cluster.local`,
        clientConfig: {
          url: `https://127.0.0.1:${port}/mutate`,
          caBundle: Buffer.from(authority).toString("base64"),
        },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        objectSelector: { matchLabels: { "app.kubernetes.io/managed-by": "envoy-gateway" } },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        timeoutSeconds: 10,
        failurePolicy: "Fail",
      },
    ],
  };
  const path = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${name}`;
  const answer = await call(
    config,
    "PATCH",
    `${path}?fieldManager=freehold-rehearsal&force=true`,
    { "content-type": "application/apply-patch+yaml" },
    JSON.stringify(webhook),
  );
  if (answer.status >= 300) throw new Error(`The API server refused the webhook: ${answer.body.slice(0, 400)}`);
}
