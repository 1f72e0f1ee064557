import type { core } from "@pulumi/kubernetes/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import type { Country } from "../country.ts";
import type { Engine } from "../engine.ts";
import { locked } from "../platform/restricted.ts";
import { type Buckets, buckets } from "../storage/object-store.ts";
import type { Storage } from "../storage.ts";

type Weights = Country["modelServers"][string]["weights"];

/** Where the weights are taken from, as far as pods have to know. */
export type Source = {
  weights: Weights;
  /** The country's object store, where it has one. */
  objects?: Storage["objects"];
  /** Folder that the engine reads. */
  folder: string;
  image: string;
  engine: Engine;
  /** GiB of all weights together. */
  sizeGiB: number;
};

/** What a pod needs before its engine can read the weights. */
export type Supply = {
  volumes: core.v1.Volume[];
  mounts: core.v1.VolumeMount[];
  initContainers: core.v1.Container[];
  /** GiB of the node's disk that they take. */
  diskGiB: number;
};

/**
 * The weights as a volume that the engine reads, and what checks them first. An image is checked by its digest, by whoever
 * pulls it; files from a store or a volume are compared with a list of sums, and the list with the sum in the country file.
 */
export function supply(source: Source): Supply {
  const { weights, folder } = source;
  const readOnly = { name: "weights", mountPath: folder, readOnly: true };
  if (weights.from === "image") {
    const volume = { name: "weights", image: { reference: weights.reference, pullPolicy: "IfNotPresent" } };
    return { volumes: [volume], mounts: [readOnly], initContainers: [], diskGiB: 0 };
  }
  if (weights.from === "volume") {
    const mount = { ...readOnly, subPath: weights.path };
    const volume = { name: "weights", persistentVolumeClaim: { claimName: weights.volume, readOnly: true } };
    return { volumes: [volume], mounts: [mount], initContainers: [verify(source, mount)], diskGiB: 0 };
  }
  const diskGiB = Math.ceil(source.sizeGiB * 1.1) + 5;
  const volume = { name: "weights", emptyDir: { sizeLimit: `${diskGiB}Gi` } };
  const ca = source.objects?.caSecret;
  return {
    volumes: [volume, ...(ca ? [{ name: "object-store-ca", secret: { secretName: ca } }] : [])],
    mounts: [readOnly],
    initContainers: [fetch(source), verify(source, readOnly)],
    diskGiB,
  };
}

/** Downloads what the list of sums names, and nothing else. It has the keys of the store; the engine never sees them. */
function fetch({ weights, objects, folder, image, engine }: Source): core.v1.Container {
  if (weights.from !== "s3" || objects === undefined) throw new Error("nothing is fetched but from an object store");
  const { endpoint, region, credentials, caSecret } = objects;
  const secret = (key: string) => ({ secretKeyRef: { name: credentials?.secret, key } });
  const keys = [
    { name: "AWS_ACCESS_KEY_ID", valueFrom: secret(credentials?.accessKey ?? "") },
    { name: "AWS_SECRET_ACCESS_KEY", valueFrom: secret(credentials?.secretKey ?? "") },
  ];
  return {
    name: "fetch-weights",
    image,
    command: ["python3", "-c", fetchScript],
    env: [
      ...Object.entries({
        ...engine.env,
        WEIGHTS: folder,
        SOURCE: inBucket(weights.path, objects.buckets),
        SHA256: weights.sha256,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        // Otherwise the client looks for credentials at an address that clouds have.
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
        ...(caSecret && { AWS_CA_BUNDLE: "/object-store-ca/ca.crt" }),
      }).map(([name, value]) => ({ name, value })),
      ...(credentials ? keys : []),
    ],
    resources: { requests: { cpu: "2", memory: "2Gi" }, limits: { memory: "8Gi" } },
    securityContext: locked,
    volumeMounts: [
      { name: "weights", mountPath: folder },
      ...(caSecret ? [{ name: "object-store-ca", mountPath: "/object-store-ca", readOnly: true }] : []),
    ],
  };
}

/** A path in a file begins with the name of a bucket, which a cloud's store has under a longer one. */
function inBucket(path: string, { weights }: Buckets): pulumi.Input<string> {
  return weights === buckets.weights ? path : pulumi.interpolate`${weights}${path.slice(path.indexOf("/"))}`;
}

function verify({ weights, folder, image, engine }: Source, mount: core.v1.VolumeMount): core.v1.Container {
  if (weights.from === "image") throw new Error("an image is checked by whoever pulls it");
  const env = { ...engine.env, WEIGHTS: folder, SHA256: weights.sha256 };
  return {
    name: "verify-weights",
    image,
    command: ["sh", "-c", verifyScript],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    resources: { requests: { cpu: "4", memory: "1Gi" }, limits: { memory: "4Gi" } },
    securityContext: locked,
    volumeMounts: [mount],
  };
}

/** Compares every file with the list, and the list with its declared sum; a file that nobody listed is refused. */
export const verifyScript = `
set -eu
cd "$WEIGHTS"
if ! echo "$SHA256  SHA256SUMS" | sha256sum --check --status; then
  echo "The list of sums is not the declared one: SHA256SUMS has $(sha256sum SHA256SUMS | cut -c1-64), declared is $SHA256" >&2
  exit 1
fi
listed=$(sed 's/^.\\{64\\} [ *]//; s|^\\./||' SHA256SUMS)
unlisted=$(find -L . -type f ! -path ./SHA256SUMS | sed 's|^\\./||' | grep -vxF -e "$listed" || true)
if [ -n "$unlisted" ]; then
  printf 'Files that SHA256SUMS does not list:\\n%s\\n' "$unlisted" >&2
  exit 1
fi
tr '\\n' '\\0' < SHA256SUMS | xargs -0 -n 1 -P 8 sh -c 'printf "%s\\n" "$0" | sha256sum --check --quiet'
echo "Every file is what SHA256SUMS says."
`.trim();

/** The S3 client comes with the engine's image. A cut connection is tried again: a restart would recreate a whole group. */
export const fetchScript = `
import hashlib, os, pathlib, time
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from concurrent.futures import ThreadPoolExecutor

folder = pathlib.Path(os.environ["WEIGHTS"])
bucket, _, prefix = os.environ["SOURCE"].rstrip("/").partition("/")
retries = {"max_attempts": 10, "mode": "standard"}
store = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, retries=retries))

def fetch(name):
    target = folder / name
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(10):
        try:
            store.download_file(bucket, f"{prefix}/{name}", str(target))
            print(f"fetched {name}", flush=True)
            return
        except (BotoCoreError, ClientError, OSError) as error:
            print(f"{name}: {error}", flush=True)
            time.sleep(min(60, 2 ** attempt))
    raise SystemExit(f"{bucket}/{prefix}/{name} could not be fetched")

fetch("SHA256SUMS")
sums = (folder / "SHA256SUMS").read_bytes()
if hashlib.sha256(sums).hexdigest() != os.environ["SHA256"]:
    (folder / "SHA256SUMS").unlink()
    raise SystemExit("SHA256SUMS in the store is not the declared one")
names = [line[66:].removeprefix("./") for line in sums.decode().splitlines() if line]
wanted = {"SHA256SUMS", *names}
for path in list(folder.rglob("*")):
    if path.is_file() and str(path.relative_to(folder)) not in wanted:
        path.unlink()
with ThreadPoolExecutor(4) as pool:
    list(pool.map(fetch, names))
`.trim();
