import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chartRegistry } from "./chart-registry.ts";
import { openClosedNetwork } from "./closed-network.ts";
import { installChart } from "./kubernetes-provider/chart.ts";
import { configure } from "./kubernetes-provider/settings.ts";
import { whenEngineEnds } from "./plugin-server.ts";

// The official Kubernetes provider in a rehearsal, unchanged, which the engine starts as `<this file> <provider> <engine
// address>`: on a network where every registry is ours. Of a chart it gets what our own provider makes of it, the add-on's
// definitions, and but for this machine it reaches nothing.

const [provider = "", ...args] = process.argv.slice(2);
const ended = new AbortController();
const { proxy, authority } = await openClosedNetwork(
  chartRegistry(process.env.FREEHOLD_CRDS!, async (chart) => {
    const { cluster } = await configure(new Map());
    await installChart(chart, cluster, ended.signal);
  }),
);
const folder = mkdtempSync(join(tmpdir(), "freehold-provider-"));
const trusted = join(folder, "authority.pem");
writeFileSync(trusted, authority);

const child = spawn(provider, args, {
  stdio: ["ignore", "inherit", "inherit"],
  env: {
    ...process.env,
    HTTPS_PROXY: proxy,
    HTTP_PROXY: proxy,
    NO_PROXY: "127.0.0.0/8,::1,localhost",
    SSL_CERT_FILE: trusted,
    SSL_CERT_DIR: folder,
  },
});
const end = (code: number) => {
  ended.abort();
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
};
whenEngineEnds(() => child.kill());
child.on("error", (error) => {
  process.stderr.write(`${provider}: ${error.message}\n`);
  end(1);
});
child.on("exit", (code) => end(code ?? 1));
