import { type AddressInfo, createServer } from "node:net";
import type { CoreV1Api, V1Secret } from "@kubernetes/client-node";
import { platformNames } from "../../components/platform/names.ts";
import { type CnpgRecords, serverName } from "../../components/storage/databases/cloudnative-pg.ts";
import { application, certificateSecret, roleSecret } from "../../components/storage/databases/cnpg-cluster.ts";
import { Failure } from "../failure.ts";

/** How the records of a cluster are reached from here, while `close` is not called. */
export type Forwarded = {
  port: number;
  /** The name in the server's certificate, and the authority that signed it. */
  host: string;
  ca: string;
  user: string;
  password: string;
  database: string;
  close(): void;
};

const namespace = platformNames.storage;

/** Leads a port of this machine to the instance that writes, by way of the API server, as the role that reads alone. */
export async function forwarded(stack: string, context: string, records: CnpgRecords): Promise<Forwarded> {
  const { CoreV1Api, KubeConfig, PortForward } = await import("@kubernetes/client-node");
  const name = serverName(records);
  const config = new KubeConfig();
  const refuse = (found: unknown, remedy: string) =>
    new Failure(
      [
        `The records of ${stack} cannot be reached in its cluster.`,
        `  found    ${wordsOf(found)}`,
        `  allowed  context ${context} of the kubeconfig, with the right to read Secrets and to forward ports in ${namespace}`,
        `  remedy   ${remedy}`,
      ].join("\n"),
    );
  const look = `kubectl --context ${context} -n ${namespace} get cluster,pods,secrets`;
  try {
    config.loadFromDefault();
    if (!config.getContextObject(context)) throw new Error(`the kubeconfig has no context ${context}`);
    config.setCurrentContext(context);
  } catch (error) {
    throw refuse(error, "KUBECONFIG=<file>, or --database <url>");
  }
  const core = config.makeApiClient(CoreV1Api);
  const [pod, reader, authority] = await Promise.all([
    primaryOf(core, name),
    core.readNamespacedSecret({ namespace, name: roleSecret("reader") }),
    core.readNamespacedSecret({ namespace, name: certificateSecret(name) }),
  ]).catch((error) => Promise.reject(refuse(error, look)));
  if (!pod) throw refuse(`no instance of ${name} that writes`, look);
  const port = await listen(new PortForward(config), pod);
  return {
    ...port,
    host: `${name}-rw.${namespace}.svc`,
    ca: text(authority, "ca.crt"),
    user: text(reader, "username"),
    password: text(reader, "password"),
    database: application,
  };
}

async function primaryOf(core: CoreV1Api, name: string): Promise<string | undefined> {
  const labelSelector = `cnpg.io/cluster=${name},cnpg.io/instanceRole=primary`;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  return items[0]?.metadata?.name;
}

type Forward = InstanceType<typeof import("@kubernetes/client-node")["PortForward"]>;

async function listen(forward: Forward, pod: string): Promise<Pick<Forwarded, "port" | "close">> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    forward.portForward(namespace, pod, [5432], socket, null, socket).catch((error) => socket.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

function text({ data }: V1Secret, key: string): string {
  return Buffer.from(data?.[key] ?? "", "base64").toString();
}

/** What the API server said, in a line. */
function wordsOf(error: unknown): string {
  const { body, code } = error as { body?: string; code?: number };
  if (typeof body === "string") {
    try {
      return `${code}: ${(JSON.parse(body) as { message: string }).message}`;
    } catch {}
  }
  const { message, cause } = error as { message?: string; cause?: Error };
  return message ? [message, cause?.message].filter(Boolean).join(": ").split("\n")[0]! : String(error);
}
