import type { V1Container, V1EnvVarSource, V1Pod } from "@kubernetes/client-node";
import { apiServerName, apiServerPort } from "./network.ts";
import { fieldOf } from "./pod-field.ts";
import { Missing, type Referred } from "./volumes.ts";

/**
 * The variables of a container as its spec gives them, those by which any pod finds the API server, and its words with `$(NAME)`
 * filled in.
 */
export function environment(pod: V1Pod, container: V1Container, referred: Referred) {
  const env: Record<string, string> = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    HOSTNAME: pod.metadata?.name ?? "",
    ...apiServer,
  };
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom ? sourced(valueFrom, pod, container, referred) : filled(value ?? "", env);
    if (text !== undefined) env[name] = text;
  }
  const expanded = (words: string[] = []) => words.map((word) => filled(word, env));
  return { env, command: expanded(container.command), args: expanded(container.args) };
}

const apiServer = { KUBERNETES_SERVICE_HOST: apiServerName, KUBERNETES_SERVICE_PORT: String(apiServerPort) };

/** `$(NAME)` of a variable that is known; `$$(NAME)` is the text itself. */
function filled(text: string, env: Record<string, string>): string {
  return text.replace(/\$(\$?)\(([\w.-]+)\)/g, (whole, escaped, name: string) =>
    escaped ? whole.slice(1) : (env[name] ?? whole),
  );
}

function sourced(from: V1EnvVarSource, pod: V1Pod, container: V1Container, referred: Referred): string | undefined {
  const namespace = pod.metadata?.namespace ?? "";
  if (from.fieldRef) return fieldOf(pod, from.fieldRef.fieldPath);
  if (from.secretKeyRef) {
    const { name = "", key, optional } = from.secretKeyRef;
    const data = referred.secret(namespace, name)?.data?.[key];
    if (data === undefined && !optional) throw new Missing(`key ${key} of Secret ${name}`);
    return data === undefined ? undefined : Buffer.from(data, "base64").toString();
  }
  if (from.configMapKeyRef) {
    const { name = "", key, optional } = from.configMapKeyRef;
    const text = referred.configMap(namespace, name)?.data?.[key];
    if (text === undefined && !optional) throw new Missing(`key ${key} of ConfigMap ${name}`);
    return text;
  }
  const { resource = "" } = from.resourceFieldRef ?? {};
  const [of = "", name = ""] = resource.split(".");
  return container.resources?.[of as "limits" | "requests"]?.[name] ?? "0";
}
