import { z } from "zod";
import { count, domain, line, name } from "../field.ts";

const ceph = z.strictObject({
  kind: z.literal("ceph").meta({ description: "Ceph in the cluster, by Rook.", examples: ["ceph"] }),
  nodes: z
    .record(z.string(), line("a label's value", { most: 63 }))
    .refine((labels) => Object.keys(labels).length > 0, "at least one label")
    .meta({
      description: "Labels of the nodes whose disks Ceph takes.",
      examples: [{ "freehold.dev/storage": "true" }],
    }),
  devices: line("a regular expression of device names, such as ^nvme[1-9]n1$")
    .meta({
      description:
        "Disks that Ceph takes on those nodes, and erases: a regular expression of device names. Rook leaves the keys of bare disks with Ceph's monitors.",
    })
    .default("^nvme[1-9]n1$"),
  claims: z
    .strictObject({
      class: name.meta({
        description: "StorageClass of local block volumes, one on each disk.",
        examples: ["local-block"],
      }),
      count: count(2, 10_000, "volumes").meta({ description: "Volumes in all.", examples: [12] }),
      volumeGiB: count(10, 1_000_000, "GiB").meta({ description: "Size of each.", examples: [3500] }),
    })
    .optional()
    .meta({
      description:
        "Takes volumes of a class instead of devices: only then does the holder of storage.keys hold the keys of the disks too.",
      examples: [{ class: "local-block", count: 12, volumeGiB: 3500 }],
    }),
  copies: count(2, 5, "copies")
    .meta({ description: "Copies of every block and object, each on another node." })
    .default(3),
  gateways: count(1, 50, "gateways").meta({ description: "S3 gateways side by side." }).default(2),
});

const s3 = z.strictObject({
  kind: z.literal("s3").meta({ description: "An S3 endpoint that stands in the country already.", examples: ["s3"] }),
  endpoint: z.url({ protocol: /^https$/, error: "an https URL, such as https://s3.alpen-ai.example" }).meta({
    description: "URL of the endpoint; its host must stand in the country.",
    examples: ["https://s3.alpen-ai.example"],
  }),
  region: line("a region name, as the endpoint expects it in signatures")
    .meta({ description: "Region name that requests are signed with; a local store takes any." })
    .default("local"),
  credentials: name
    .meta({
      description:
        "Secret with the keys accessKey and secretKey, which the operator brings: one in freehold-storage that writes backups, one in freehold-models that reads weights where weights come from it.",
    })
    .default("s3-credentials"),
  ca: name.optional().meta({
    description:
      "Secret beside the credentials with the authority of the endpoint's certificate under ca.crt. Default: authorities that the images know.",
    examples: ["s3-ca"],
  }),
});

const cloudObjects = z.strictObject({
  kind: z.literal("cloud").meta({
    description:
      "The object store of the cloud that the target names: Freehold makes it, sealed with the country's keys.",
    examples: ["cloud"],
  }),
});

const cloudnativePg = z.strictObject({
  kind: z
    .literal("cloudnative-pg")
    .meta({ description: "Postgres in the cluster, by CloudNativePG.", examples: ["cloudnative-pg"] }),
  instances: count(1, 9, "instances").meta({ description: "Copies, one of which writes." }).default(3),
  volumeGiB: count(1, 100_000, "GiB").meta({ description: "Volume of each instance." }).default(50),
  backupSchedule: line("a cron expression with seconds, such as 0 0 2 * * *", { shape: /^(\S+ ){5}\S+$/ })
    .meta({ description: "When a full backup is taken, as CloudNativePG writes it: seconds first, UTC." })
    .default("0 0 2 * * *"),
  backupDays: count(1, 3650, "days")
    .meta({ description: "Days back to any moment of which the database can be restored." })
    .default(30),
  restoreFrom: z
    .strictObject({
      serverName: name.meta({ description: "Name of the database whose backup is taken.", examples: ["records"] }),
      until: line("a time with its zone, such as 2026-11-20T12:00:00Z", {
        shape: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/,
      })
        .optional()
        .meta({
          description: "Moment to restore to. Default: the latest there is.",
          examples: ["2026-11-20T12:00:00Z"],
        }),
    })
    .optional()
    .meta({
      description: "Makes the database anew from a backup in storage.objects instead of empty.",
      examples: [{ serverName: "records" }],
    }),
});

const postgres = z.strictObject({
  kind: z
    .literal("postgres")
    .meta({ description: "A Postgres that stands in the country already.", examples: ["postgres"] }),
  host: domain().meta({ description: "Its host, in the country.", examples: ["db.alpen-ai.example"] }),
  port: count(1, 65_535, "ports").meta({ description: "Its port." }).default(5432),
  database: name.meta({ description: "Name of the database." }).default("records"),
  credentials: name
    .meta({
      description:
        "Secret in freehold-storage with the keys username, password and ca.crt, the authority of its certificate; the operator brings it.",
    })
    .default("records-credentials"),
});

const vault = z.strictObject({
  kind: z.literal("vault").meta({ description: "Vault or OpenBao in the country.", examples: ["vault"] }),
  address: z.url({ protocol: /^https$/, error: "an https URL, such as https://vault.alpen-ai.example:8200" }).meta({
    description: "Its address; the host must stand in the country.",
    examples: ["https://vault.alpen-ai.example:8200"],
  }),
  role: name
    .meta({
      description: "Role by which the service accounts of Rook and of Ceph CSI log in to Vault's Kubernetes method.",
    })
    .default("freehold"),
  path: line("the path of a key/value engine")
    .meta({ description: "Key/value engine, version 2, that holds the keys." })
    .default("freehold"),
  ca: name.optional().meta({
    description:
      "Secret in rook-ceph with the authority of the vault's certificate under cert. Default: authorities that the images know.",
    examples: ["vault-ca"],
  }),
  seal: z
    .enum(["shamir", "pkcs11", "kmip", "transit"])
    .meta({
      description:
        "What seals the vault itself: `pkcs11` and `kmip` are a hardware security module's. Stated in reports, not configured.",
    })
    .default("shamir"),
});

const kmip = z.strictObject({
  kind: z.literal("kmip").meta({ description: "A key manager or HSM that speaks KMIP.", examples: ["kmip"] }),
  address: line("host:port", { shape: /^[a-z0-9.-]+:\d{1,5}$/ }).meta({
    description: "Its host and port; the host must stand in the country.",
    examples: ["hsm.alpen-ai.example:5696"],
  }),
  credentials: name
    .meta({
      description:
        "Secret in rook-ceph with CA_CERT, CLIENT_CERT, CLIENT_KEY and UNIQUE_IDENTIFIER, the key that seals the volumes' keys; the operator brings it.",
    })
    .default("kmip-credentials"),
});

const platformKeys = z.strictObject({
  kind: z.literal("volumes").meta({
    description: "The storage that is there encrypts by itself; the operator states how.",
    examples: ["volumes"],
  }),
  statement: line("one line on who holds the keys and how", { most: 300 }).meta({
    description: "Who holds the keys and how: it stands in reports as the operator's word.",
    examples: ["LUKS2 on every node, keys in the hall's HSM"],
  }),
});

const cloudKeys = z.strictObject({
  kind: z.literal("cloud").meta({
    description: "Whoever target.keys names, in the cloud that the target names.",
    examples: ["cloud"],
  }),
});

/** Where data rests. */
export const storage = z
  .strictObject({
    volumeClass: name.optional().meta({
      description:
        "StorageClass of the volumes that Freehold's own parts ask for. Default: the encrypted one that Ceph or a cloud gets here, else the cluster's default class.",
      examples: ["encrypted"],
    }),
    keys: z.discriminatedUnion("kind", [vault, kmip, platformKeys, cloudKeys]).meta({
      description: "Who holds the keys of what is stored.",
      examples: [{ kind: "vault", address: "https://vault.alpen-ai.example:8200" }],
    }),
    objects: z.discriminatedUnion("kind", [ceph, s3, cloudObjects]).meta({
      description: "Object store for weights, backups and records.",
      examples: [{ kind: "s3", endpoint: "https://s3.alpen-ai.example" }],
    }),
    records: z
      .discriminatedUnion("kind", [cloudnativePg, postgres])
      .prefault({ kind: "cloudnative-pg" })
      .meta({ description: "Database of the usage records.", examples: [{ kind: "cloudnative-pg" }] }),
  })
  .meta({
    description:
      "Where data rests. Without it weights come from the registry and usage records stay in the gateway's log.",
    examples: [
      {
        keys: { kind: "vault", address: "https://vault.alpen-ai.example:8200" },
        objects: { kind: "s3", endpoint: "https://s3.alpen-ai.example" },
      },
    ],
  });
