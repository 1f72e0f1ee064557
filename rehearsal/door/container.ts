import { existsSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { shellQuoted } from "../home.ts";

/** A folder or file that a container sees at a path of its own. */
export type Mount = { from: string; at: string };

/** Whom a container runs as, by number. */
export type User = { uid: number; gid: number };

/** The command that runs what follows as a user other than root: another name in a namespace of its own, whose files are the same. */
export function asUser({ uid, gid }: User): string[] {
  return ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`];
}

const SYSTEM = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr"];

/**
 * The command that runs words with a file system of their own: the machine's programs and libraries, an /etc that knows the
 * pod's names and no other, what is mounted, and nothing else. `seen` are folders of the machine that stand where they are;
 * `log`, a file, is what its first process writes to.
 */
export function inContainer(
  root: string,
  etc: string,
  mounts: readonly Mount[],
  seen: readonly string[],
  log: string,
  user: User | undefined,
): string[] {
  mkdirSync(root, { recursive: true });
  const here = (path: string) => shellQuoted(join(root, path));
  const lines = [
    "set -e",
    `mount -t tmpfs -o mode=755 none ${here("/")}`,
    ...SYSTEM.filter((name) => existsSync(`/${name}`)).map((name) =>
      lstatSync(`/${name}`).isSymbolicLink()
        ? `cp -P /${name} ${here("/")}`
        : `mkdir ${here(name)} && mount --rbind /${name} ${here(name)}`,
    ),
    `mkdir -p ${["proc", "dev", "tmp", "run", "var"].map(here).join(" ")}`,
    `mount --rbind /proc ${here("proc")}`,
    // Process 1 is the cell's, and no container's: what writes to its output, as Envoy Gateway's drain does, writes here.
    `mkdir ${here("run/output")} && touch ${here("run/output/1")} && mount --bind ${shellQuoted(log)} ${here("run/output/1")}`,
    `mount --rbind ${here("run/output")} ${here("proc/1/fd")}`,
    `mount --rbind /dev ${here("dev")}`,
    ...[{ from: etc, at: "/etc" }, ...seen.map((path) => ({ from: path, at: path })), ...mounts].map(bound),
    // Whoever is in another root already gets no user of his own, so the two come at once.
    user?.uid
      ? `exec ${asUser(user).join(" ")} --root=${here("/")} --wd=/ -- "$@"`
      : `cd / && exec chroot ${here("/")} "$@"`,
  ];
  return ["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", lines.join("\n"), "sh"];

  function bound({ from, at }: Mount): string {
    const isFolder = lstatSync(from).isDirectory();
    const place = isFolder ? `mkdir -p ${here(at)}` : `mkdir -p ${here(dirname(at))} && touch ${here(at)}`;
    // The /etc of the machine is not seen: what is mounted below it is made in the container's own.
    return `${place} && mount --rbind ${shellQuoted(from)} ${here(at)}`;
  }
}

/** The command that runs what follows beside a process of a container: in its network and file system, and as its user. */
export function inside(pid: number, user: User | undefined): string[] {
  const asItsUser = user?.uid ? ["--user", "--preserve-credentials"] : [];
  return ["nsenter", `--target=${pid}`, "--net", "--mount", "--root", "--wd", ...asItsUser, "--"];
}

/** Writes the /etc of a pod: root and those it runs as, its names, and no name server beside them. */
export function writeEtc(folder: string, hosts: string, users: readonly User[]): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const others = new Map(users.filter(({ uid }) => uid !== 0).map((user) => [user.uid, user]));
  const lines = [...others.values()].map(({ uid, gid }) => `user${uid}:x:${uid}:${gid}::/:/sbin/nologin\n`);
  write("passwd", `root:x:0:0:root:/root:/bin/sh\n${lines.join("")}`);
  write("group", "root:x:0:\n");
  write("nsswitch.conf", "hosts: files\n");
  // Nobody answers there: a name that is not in the list is not found, at once.
  write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  writeHosts(folder, hosts);
}

/** Writes the names anew, into the file that is mounted. */
export function writeHosts(folder: string, hosts: string): void {
  writeFileSync(join(folder, "hosts"), `127.0.0.1 localhost\n${hosts}`);
}
