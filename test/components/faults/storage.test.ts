import { describe } from "vitest";
import { type Expected, refuses } from "./broken.ts";

const at = (path: string) => `freehold:storage.${path}`;

const broken: Record<string, Expected[]> = {
  "backup-at-an-hour-that-is-none": [
    [12, at("records.backupSchedule"), "with 25 for the hours", "write  backupSchedule: 0 0 2 * * *"],
  ],
  "backup-without-seconds": [[12, at("records.backupSchedule"), "0 2 * * *", "write  backupSchedule: 0 0 2 * * *"]],
  "database-abroad": [[12, at("records.host"), "which is in Germany (eu-central-1, AWS)", "a region in Switzerland"]],
  "disks-by-a-broken-pattern": [
    [11, at("objects.devices"), "which is no regular expression", "write  devices: ^nvme[1-9]n1$"],
  ],
  "disks-of-every-node": [
    [11, at("objects.nodes"), "an empty section", 'write  nodes: { freehold.dev/storage: "true" }'],
  ],
  "erase-by-a-wrong-word": [[12, "freehold:erase[0]", "records", "write  - tenants/kanton"]],
  "every-disk": [[11, at("objects.devices"), "the system's own too", "write  devices: ^nvme[1-9]n1$"]],
  "fewer-disks-than-copies": [
    [11, at("objects.claims.count"), "3 volumes for 4 copies", "write  count: 4  or  copies: 3"],
  ],
  "key-manager-without-port": [
    [10, at("keys.address"), "hsm.alpen-ai.example", "write  address: hsm.alpen-ai.example:5696"],
  ],
  "keys-in-a-cloud": [[10, at("keys.kind"), "awskms", "write  kind: vault"]],
  "keys-of-nobody": [[9, at("keys"), "nothing", "add  keys: { kind: vault, address:"]],
  "object-store-abroad": [
    [11, at("objects.endpoint"), "which is in the United States (us-east-1, AWS)", "a region in Switzerland"],
  ],
  "object-store-unplaced": [[11, at("objects.endpoint"), "nothing places in Switzerland", "freehold:guards.hosts"]],
  "object-store-without-tls": [
    [11, at("objects.endpoint"), "http://s3.alpen-ai.example", "write  endpoint: https://s3.alpen-ai.example"],
  ],
  "one-copy": [[11, at("objects.copies"), "the number 1", "write  copies: 2"]],
  "restore-into-an-existing-database": [
    [12, at("records.restoreFrom"), "the key restoreFrom, which means nothing here", "take restoreFrom out"],
  ],
  "restore-of-nothing": [[12, at("records.restoreFrom.serverName"), "nothing", "add  serverName: records"]],
  "restore-to-no-day": [
    [12, at("records.restoreFrom.until"), "a moment that does not exist", "take  until  out for the latest"],
  ],
  "restore-without-zone": [
    [12, at("records.restoreFrom.until"), "2026-11-20 12:00", 'write  until: "2026-11-20T12:00:00Z"'],
  ],
  "seal-unknown": [[10, at("keys.seal"), "hsm", "write  seal: shamir"]],
  "vault-unplaced": [[10, at("keys.address"), "nothing places in Switzerland", "add it to freehold:guards.hosts"]],
  "weights-in-a-bucket-of-their-own": [
    [7, "freehold:models.apertus.weights.path", "models/apertus", "write  path: weights/apertus"],
  ],
};

describe("a country file that is wrong about its storage", () => refuses("storage", broken));
