import { expect, it } from "vitest";
import { environment } from "../../../rehearsal/door/environment.ts";
import { Missing } from "../../../rehearsal/door/volumes.ts";

const pod = {
  metadata: { name: "proxy-1", namespace: "gateway", labels: { "app.kubernetes.io/name": "envoy" } },
  spec: { containers: [], serviceAccountName: "envoy" },
  status: { podIP: "10.0.0.9" },
};
const referred = {
  secret: (namespace: string, name: string) =>
    namespace === "gateway" && name === "counters"
      ? { data: { password: Buffer.from("geheim").toString("base64") } }
      : undefined,
  token: () => undefined,
  configMap: (_: string, name: string) => (name === "settings" ? { data: { level: "info" } } : undefined),
};
const of = (env: object[], rest: object = {}) =>
  environment(pod, { name: "main", env: env as never, ...rest }, referred);

it("takes values, fields of the pod, Secrets and ConfigMaps", () => {
  const { env } = of(
    [
      { name: "PLAIN", value: "text" },
      { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "LABEL", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app.kubernetes.io/name']" } } },
      { name: "AUTH", valueFrom: { secretKeyRef: { name: "counters", key: "password" } } },
      { name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: "level" } } },
      { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
    ],
    { resources: { limits: { memory: "1Gi" } } },
  );
  expect(env).toMatchObject({
    PLAIN: "text",
    NAME: "proxy-1",
    IP: "10.0.0.9",
    LABEL: "envoy",
    AUTH: "geheim",
    LEVEL: "info",
    MEMORY: "1Gi",
    HOSTNAME: "proxy-1",
  });
});

it("fills in variables that are known before, leaves others, and does not fill in what is escaped", () => {
  const { command, args, env } = of(
    [
      { name: "A", value: "1" },
      { name: "B", value: "$(A)$(C)" },
    ],
    {
      command: ["run", "--a=$(A)"],
      args: ["$$(A)", "$(UNKNOWN)", "$(B)"],
    },
  );
  expect(env.B).toBe("1$(C)");
  expect(command).toEqual(["run", "--a=1"]);
  expect(args).toEqual(["$(A)", "$(UNKNOWN)", "1$(C)"]);
});

it.each([
  ["a Secret", { secretKeyRef: { name: "none", key: "password" } }, "key password of Secret none"],
  ["a key of a Secret", { secretKeyRef: { name: "counters", key: "none" } }, "key none of Secret counters"],
  ["a ConfigMap", { configMapKeyRef: { name: "none", key: "level" } }, "key level of ConfigMap none"],
])("waits for %s that is not there", (_, valueFrom, what) => {
  const missing = () => of([{ name: "X", valueFrom }]);
  expect(missing).toThrow(Missing);
  expect(missing).toThrow(what);
});

it("goes without what may be absent", () => {
  expect(
    of([{ name: "X", valueFrom: { secretKeyRef: { name: "none", key: "x", optional: true } } }]).env,
  ).not.toHaveProperty("X");
});

it("says to each where the API server is, as a kubelet does", () => {
  expect(of([]).env).toMatchObject({
    KUBERNETES_SERVICE_HOST: "kubernetes.default.svc",
    KUBERNETES_SERVICE_PORT: "6443",
  });
});
