import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "yaml";
import { credentialsOf } from "./exec-credential.ts";

/** How to reach one cluster: where it is, how it proves itself, and how we do. */
export type Connection = {
  server: URL;
  /** Namespace of objects that name none. */
  namespace: string;
  ca: Buffer | undefined;
  verify: boolean;
  tlsServerName: string | undefined;
  certificate: { cert: Buffer; key: Buffer } | undefined;
  authorization: string | undefined;
};

type Cluster = {
  server?: string;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
};
type Program = { command: string; args?: string[] | null; env?: { name: string; value: string }[] | null };
type User = {
  exec?: Program;
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  username?: string;
  password?: string;
};
type Kubeconfig = {
  "current-context"?: string;
  contexts?: { name: string; context: { cluster: string; user: string; namespace?: string } }[];
  clusters?: { name: string; cluster: Cluster }[];
  users?: { name: string; user: User }[];
};

export type Choice = { kubeconfig?: string; context?: string; cluster?: string; namespace?: string };

/** Where a connection leads, without what it proves itself with: reading that may start a program. */
export function readServer(choice: Choice, env = process.env): URL {
  return new URL(chosenIn(choice, env).target.server!);
}

/**
 * The connection that a kubeconfig describes under a context. `kubeconfig` is a path or the file's own text; without it,
 * KUBECONFIG names the file. Throws with what is wrong and where. A program that gives credentials is run only where it is a
 * rehearsal's own.
 */
export function readConnection(choice: Choice, env = process.env): Connection {
  const { target, chosen, user: named, folder, fault } = chosenIn(choice, env);
  if ("auth-provider" in named) throw fault(`user ${JSON.stringify(chosen.user)} takes its credentials from a plugin`);
  const user = named.exec
    ? { ...named, ...credentialsOf(named.exec, { folder, env, fault, user: chosen.user }) }
    : named;
  const bytes = (data: string | undefined, path: string | undefined) =>
    data ? Buffer.from(data, "base64") : path ? readFileSync(isAbsolute(path) ? path : join(folder, path)) : undefined;
  const cert = bytes(user["client-certificate-data"], user["client-certificate"]);
  const key = bytes(user["client-key-data"], user["client-key"]);
  return {
    server: new URL(target.server!),
    namespace: choice.namespace || chosen.namespace || "default",
    ca: bytes(target["certificate-authority-data"], target["certificate-authority"]),
    verify: !target["insecure-skip-tls-verify"],
    tlsServerName: target["tls-server-name"],
    certificate: cert && key ? { cert, key } : undefined,
    authorization: user.token
      ? `Bearer ${user.token}`
      : user.username
        ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64")}`
        : undefined,
  };
}

function chosenIn({ kubeconfig, context, cluster }: Choice, env: NodeJS.ProcessEnv) {
  const { text, folder, where } = open(kubeconfig || env.KUBECONFIG?.split(":").find(Boolean));
  const config = parse(text) as Kubeconfig | null;
  const fault = (message: string) => new Error(`${where}: ${message}`);
  if (typeof config !== "object" || !config?.clusters) throw fault("this is no kubeconfig: it has no `clusters`");

  const contextName = context || config["current-context"];
  const chosen = config.contexts?.find(({ name }) => name === contextName)?.context;
  if (!chosen) {
    const names = config.contexts?.map(({ name }) => name).join(", ") || "none";
    throw fault(`there is no context ${JSON.stringify(contextName ?? "")}; it has: ${names}`);
  }
  const clusterName = cluster || chosen.cluster;
  const target = config.clusters.find(({ name }) => name === clusterName)?.cluster;
  if (!target?.server) throw fault(`cluster ${JSON.stringify(clusterName)} has no server`);
  if (target["proxy-url"]) throw fault(`cluster ${JSON.stringify(clusterName)} is reached through a proxy`);
  const user: User = config.users?.find(({ name }) => name === chosen.user)?.user ?? {};
  return { target, chosen, user, folder, fault };
}

function open(pathOrText: string | undefined): { text: string; folder: string; where: string } {
  if (!pathOrText) throw new Error("no kubeconfig is named, neither by the provider's `kubeconfig` nor by KUBECONFIG");
  const path = resolve(pathOrText.replace(/^~(?=\/|$)/, homedir()));
  if (pathOrText.includes("\n") || pathOrText.trimStart().startsWith("{")) {
    return { text: pathOrText, folder: process.cwd(), where: "the provider's kubeconfig" };
  }
  if (!existsSync(path)) throw new Error(`${path}: there is no such kubeconfig`);
  return { text: readFileSync(path, "utf8"), folder: dirname(path), where: path };
}
