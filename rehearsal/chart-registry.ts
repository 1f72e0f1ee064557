import { createHash } from "node:crypto";
import type { RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { type Chart, findChart } from "./kubernetes-provider/chart.ts";

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.cncf.helm.config.v1+json",
  chart: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
};

type Blob = { mediaType: string; digest: string; bytes: Buffer };

/**
 * Answers like any registry of Helm charts, with the charts of the catalogue and nothing else. They are empty: what the real
 * one defines is handed to `install` before its chart is given out, at preview already, which so knows the kinds. Came the
 * definitions with the chart, each would be a resource in Pulumi's state: for all add-ons that is 15 MB, and minutes.
 */
export function chartRegistry(crdsFolder: string, install: (chart: Chart) => Promise<unknown>): RequestListener {
  const blobs = new Map<string, Blob>();
  const refusals = new Set<Blob>();
  const keep = (mediaType: string, bytes: Buffer) => {
    const kept = { mediaType, bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
    blobs.set(kept.digest, kept);
    return kept;
  };

  const manifestOf = async (name: string, tag: string): Promise<Blob> => {
    const chart = findChart({ chart: name, version: tag }, crdsFolder)!;
    await install(chart);
    const about = Buffer.from(JSON.stringify({ apiVersion: "v2", name: chart.chart, version: tag }));
    const config = keep(types.config, about);
    const layer = keep(types.chart, gzipSync(archiveOf(`${chart.chart}/Chart.yaml`, about)));
    const described = ({ mediaType, digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });
    const manifest = {
      schemaVersion: 2,
      mediaType: types.manifest,
      config: described(config),
      layers: [described(layer)],
    };
    return keep(types.manifest, Buffer.from(JSON.stringify(manifest)));
  };

  return async ({ method = "", headers, url = "" }, response) => {
    const [, name, kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/?]+)/.exec(url) ?? [];
    if (!["GET", "HEAD"].includes(method) || (name === undefined && url !== "/v2/")) {
      return refuse(response, 403, "DENIED", `a rehearsal has no way out: ${method} ${headers.host}${url}`);
    }
    if (name === undefined) return tell(response, 200, {});
    const kept = blobs.get(reference);
    if (kept) return refusals.has(kept) ? refuse(response, 403, "DENIED", kept.bytes.toString()) : give(response, kept);
    if (kind === "blobs") return refuse(response, 404, "BLOB_UNKNOWN", reference);
    try {
      if (kind === "tags") return tell(response, 200, { name, tags: [findChart({ chart: name }, crdsFolder)!.proven] });
      give(response, await manifestOf(name, reference));
    } catch (error) {
      // Clients ask by HEAD first, which can carry no reason: they are given one to come back for.
      const refusal = keep(types.manifest, Buffer.from((error as Error).message));
      refusals.add(refusal);
      if (method === "HEAD") give(response, refusal);
      else refuse(response, 403, "DENIED", (error as Error).message);
    }
  };
}

/** A tar archive of one small file. */
function archiveOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, "0"), at);
  header.write(name, 0);
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(content.length, 124, 11);
  octal(0, 136, 11);
  header.write("        0", 148);
  header.write("ustar\0" + "00", 257);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  header[154] = 0;
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

function give(response: ServerResponse, { mediaType, digest, bytes }: Blob) {
  response.writeHead(200, {
    "content-type": mediaType,
    "content-length": bytes.length,
    "docker-content-digest": digest,
  });
  response.end(bytes);
}

/** In the form that registries have for errors, so that clients show the message. */
function refuse(response: ServerResponse, status: number, code: string, message: string) {
  tell(response, status, { errors: [{ code, message }] });
}

function tell(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
