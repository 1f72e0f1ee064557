import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { V1ConfigMap, V1KeyToPath, V1Pod, V1Secret, V1Volume } from "@kubernetes/client-node";

/** What pods refer to, as the API server has it now. */
export type Referred = {
  secret(namespace: string, name: string): V1Secret | undefined;
  configMap(namespace: string, name: string): V1ConfigMap | undefined;
};

/** Where a pod's volumes are kept: its own, which go with it, and claims, which stay. */
export type Places = { own: string; claims: string };

/** What a pod still waits for: an object that it refers to and that is not there. */
export class Missing extends Error {}

/** Brings a pod's volumes up to date and tells the folder of each, by its name. Throws `Missing` while something is not there. */
export function writeVolumes(pod: V1Pod, places: Places, referred: Referred): Map<string, string> {
  const namespace = pod.metadata?.namespace ?? "";
  return new Map(
    (pod.spec?.volumes ?? []).map((volume) => {
      const folder = folderOf(volume, namespace, places);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const files = filesOf(volume, namespace, referred);
      if (files) writeFiles(folder, files);
      return [volume.name, folder];
    }),
  );
}

function folderOf(volume: V1Volume, namespace: string, { own, claims }: Places): string {
  const claim = volume.persistentVolumeClaim?.claimName;
  return volume.hostPath?.path ?? (claim ? join(claims, namespace, claim) : join(own, volume.name));
}

/** The files of a volume that holds what an object says; undefined for those that a container fills itself. */
function filesOf(volume: V1Volume, namespace: string, referred: Referred): Map<string, Buffer> | undefined {
  const { secret, configMap } = volume;
  if (secret) {
    const found = referred.secret(namespace, secret.secretName ?? "");
    if (!found && !secret.optional) throw new Missing(`Secret ${secret.secretName}`);
    return chosen(bytesOf(found?.data), secret.items);
  }
  if (configMap) {
    const found = referred.configMap(namespace, configMap.name ?? "");
    if (!found && !configMap.optional) throw new Missing(`ConfigMap ${configMap.name}`);
    const texts = Object.entries(found?.data ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]);
    return chosen(new Map([...texts, ...bytesOf(found?.binaryData)]), configMap.items);
  }
  return undefined;
}

function bytesOf(data: Record<string, string> | undefined): Map<string, Buffer> {
  return new Map(Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, "base64")]));
}

function chosen(files: Map<string, Buffer>, items: V1KeyToPath[] | undefined): Map<string, Buffer> {
  if (!items) return files;
  return new Map(items.flatMap(({ key, path }) => (files.has(key) ? [[path, files.get(key)!] as const] : [])));
}

/** Each file is replaced in one step: who watches it never reads half of one. */
function writeFiles(folder: string, files: Map<string, Buffer>): void {
  const kept = new Set([...files.keys()].map((name) => name.split("/")[0]));
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name), { recursive: true });
  for (const [name, bytes] of files) {
    const file = join(folder, name);
    if (isWritten(file, bytes)) continue;
    // `items` may lay files out in folders.
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, bytes, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function isWritten(file: string, bytes: Buffer): boolean {
  try {
    return readFileSync(file).equals(bytes);
  } catch {
    return false;
  }
}
