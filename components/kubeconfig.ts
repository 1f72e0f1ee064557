import { existsSync, readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Cluster, Context, User } from "@kubernetes/client-node";
import { newClusters, newContexts, newUsers } from "@kubernetes/client-node/dist/config_types.js";
import { parse } from "yaml";

/** What the operator's kubeconfig knows; the paths in it are absolute. */
export type Kubeconfig = { contexts: Context[]; clusters: Cluster[]; users: User[] };

/** Where an API server is, and what every request to it carries. */
export type Connection = { server: URL; options: RequestOptions };

/** Reads the files of KUBECONFIG, or ~/.kube/config, as kubectl does: the first wins, none need be there. Throws what is wrong in one. */
export function readKubeconfig(env: NodeJS.ProcessEnv = process.env): Kubeconfig {
  const named = env.KUBECONFIG?.split(delimiter).filter(Boolean) ?? [];
  const files = (named.length > 0 ? named : [join(homedir(), ".kube/config")]).filter((path) => existsSync(path));
  const read = files.map(readFile);
  return {
    contexts: read.flatMap(({ contexts }) => contexts),
    clusters: read.flatMap(({ clusters }) => clusters),
    users: read.flatMap(({ users }) => users),
  };
}

function readFile(path: string): Kubeconfig {
  const { contexts, clusters, users } = parse(readFileSync(path, "utf8")) ?? {};
  const absolute = <File extends string | undefined>(file: File) => (file ? resolve(dirname(path), file) : undefined);
  return {
    contexts: newContexts(contexts),
    clusters: newClusters(clusters).map((cluster) => ({ ...cluster, caFile: absolute(cluster.caFile) })),
    users: newUsers(users).map((user, index) => {
      const tokenFile = absolute(users[index].user?.tokenFile);
      const token = tokenFile ? readFileSync(tokenFile, "utf8").trim() : user.token;
      return { ...user, token, certFile: absolute(user.certFile), keyFile: absolute(user.keyFile) };
    }),
  };
}

/** The connection that a context describes. Runs the program that gives the credentials, where one does; throws why it cannot. */
export async function connectionOf({ contexts, clusters, users }: Kubeconfig, name: string): Promise<Connection> {
  const context = contexts.find((each) => each.name === name);
  const cluster = clusters.find((each) => each.name === context?.cluster);
  const user = users.find((each) => each.name === context?.user) ?? { name: "" };
  if (!context || !cluster)
    throw new Error(`the kubeconfig has no cluster ${context?.cluster ?? `of context ${name}`}`);
  const server = new URL(cluster.server);
  if (user.exec || user.authProvider || cluster.proxyUrl) {
    // Programs, identity providers and proxies are the client library's; for the rest it would cost more than all the answers.
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromOptions({ contexts: [context], clusters: [cluster], users: [user], currentContext: name });
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return { server, options };
  }
  const { token, username, password, impersonateUser } = user;
  const basic = username && `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
  const authorization = token ? `Bearer ${token}` : basic;
  return {
    server,
    options: {
      ca: bytes(cluster.caData, cluster.caFile),
      cert: bytes(user.certData, user.certFile),
      key: bytes(user.keyData, user.keyFile),
      servername: cluster.tlsServerName,
      rejectUnauthorized: !cluster.skipTLSVerify,
      headers: {
        ...(authorization && { authorization }),
        ...(impersonateUser && { "impersonate-user": impersonateUser }),
      },
    },
  };
}

function bytes(data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, "base64");
  return file ? readFileSync(file) : undefined;
}
