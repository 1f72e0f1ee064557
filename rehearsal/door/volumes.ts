import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { V1ConfigMap, V1KeyToPath, V1Pod, V1Secret, V1Volume, V1VolumeProjection } from "@kubernetes/client-node";

import { fieldOf } from "./pod-field.ts";

/** What pods refer to, as the API server has it now. */
export type Referred = {
  secret(namespace: string, name: string): V1Secret | undefined;
  configMap(namespace: string, name: string): V1ConfigMap | undefined;
  /** A token of the pod's service account, for so long and for whom. */
  token(pod: V1Pod, seconds: number, audience?: string): string | undefined;
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
      const files = filesOf(volume, pod, referred);
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
function filesOf(volume: V1Volume, pod: V1Pod, referred: Referred): Map<string, Buffer> | undefined {
  const namespace = pod.metadata?.namespace ?? "";
  const { secret, configMap, projected } = volume;
  if (projected)
    return new Map((projected.sources ?? []).flatMap((source) => [...projectedFiles(source, pod, referred)]));
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

/** The files of one source of a projected volume, as the API server gives pods that may call it. */
function projectedFiles(source: V1VolumeProjection, pod: V1Pod, referred: Referred): Map<string, Buffer> {
  const { secret, configMap, serviceAccountToken, downwardAPI } = source;
  if (serviceAccountToken) {
    const { path, expirationSeconds = hourSeconds, audience } = serviceAccountToken;
    const token = referred.token(pod, expirationSeconds, audience);
    if (token === undefined) throw new Missing(`a token of its account ${pod.spec?.serviceAccountName}`);
    return new Map([[path, Buffer.from(token)]]);
  }
  if (downwardAPI) {
    const items = downwardAPI.items ?? [];
    return new Map(items.map(({ path, fieldRef }) => [path, Buffer.from(fieldOf(pod, fieldRef?.fieldPath ?? ""))]));
  }
  const { name = "", items } = secret ?? configMap ?? {};
  const volume = secret ? { secret: { ...secret, secretName: name, items } } : { configMap: { ...configMap, items } };
  return filesOf({ name, ...volume }, pod, referred) ?? new Map();
}

const hourSeconds = 3600;

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
