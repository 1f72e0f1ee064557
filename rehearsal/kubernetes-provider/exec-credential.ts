import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join, resolve, sep } from "node:path";

type Program = { command: string; args?: string[] | null; env?: { name: string; value: string }[] | null };
type Surroundings = {
  /** The kubeconfig's folder, from which a command with a slash in it is found. */
  folder: string;
  env: NodeJS.ProcessEnv;
  user: string;
  fault: (message: string) => Error;
};
type Credential = { status?: { token?: string; clientCertificateData?: string; clientKeyData?: string } };

/**
 * What a kubeconfig's credential program gives, as `aws eks get-token` does. In a rehearsal a program is run only if it is a
 * file of the rehearsal's own, below FREEHOLD_REHEARSAL: the real ones would hand out credentials for real clusters.
 */
export function credentialsOf(program: Program, { folder, env, user, fault }: Surroundings) {
  const path = located(program.command, folder, env);
  const home = env.FREEHOLD_REHEARSAL;
  const own = path && home && existsSync(home) && realpathSync(path).startsWith(realpathSync(home) + sep);
  if (!own) {
    const found = path ? `, found at ${path},` : "";
    throw fault(
      `user ${JSON.stringify(user)} takes its credentials from a program; a rehearsal runs none but its own, and ` +
        `${program.command}${found} is not`,
    );
  }
  const said = spawnSync(path, program.args ?? [], {
    env: { ...env, ...Object.fromEntries((program.env ?? []).map(({ name, value }) => [name, value])) },
    encoding: "utf8",
    timeout: 30_000,
  });
  if (said.status !== 0) {
    throw fault(
      `user ${JSON.stringify(user)}: ${program.command} gives no credentials: ${(said.stderr || String(said.error)).trim()}`,
    );
  }
  const { status = {} } = JSON.parse(said.stdout) as Credential;
  const encoded = (pem: string | undefined) => pem && Buffer.from(pem).toString("base64");
  return {
    ...(status.token && { token: status.token }),
    ...(status.clientCertificateData && { "client-certificate-data": encoded(status.clientCertificateData) }),
    ...(status.clientKeyData && { "client-key-data": encoded(status.clientKeyData) }),
  };
}

/** Where a command is, as a shell would find it. */
function located(command: string, folder: string, env: NodeJS.ProcessEnv): string | undefined {
  const places = command.includes("/")
    ? [resolve(folder, command)]
    : (env.PATH ?? "")
        .split(delimiter)
        .filter(Boolean)
        .map((place) => join(place, command));
  return places.find((place) => existsSync(place));
}
