// npm run bench:guards [-- <turns>]: what the pack costs on 10,000 resources of three clouds, beside a pack without policies.
// The engine analyses the same state with both in turn, so what it costs itself falls out of the difference.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { childEnv, type Home, projectFolder, rehearsalEnv } from "../rehearsal/home.ts";
import { prepareHome } from "../rehearsal/prepare-home.ts";
import { setup } from "../rehearsal/toolchain.ts";
import { type Command, peaks, sideBySide } from "./measured.ts";

const turns = Number(process.argv[2] ?? 3);
const many = 10_000;
const budget = 5;

type Shape = (n: number) => { type: string; inputs: Record<string, unknown>; outputs?: Record<string, unknown> };

const shapes: Shape[] = [
  (n) => ({
    type: "aws:s3/bucket:Bucket",
    inputs: { bucket: `data-${n}`, tags: { team: "platform", note: "moved from us-east-1" } },
    outputs: { arn: `arn:aws:s3:::data-${n}`, region: "eu-central-1" },
  }),
  (n) => ({
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    inputs: {
      bucket: `data-${n - 1}`,
      role: "arn:aws:iam::111122223333:role/replication",
      rules: [{ id: "all", status: "Enabled", destination: { bucket: `arn:aws:s3:::data-${n - 1}` } }],
    },
  }),
  (n) => ({
    type: "aws:iam/role:Role",
    inputs: {
      name: `role-${n}`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    },
  }),
  (n) => ({
    type: "aws:ecs/taskDefinition:TaskDefinition",
    inputs: {
      family: `task-${n}`,
      containerDefinitions: JSON.stringify([
        {
          name: "app",
          image: "registry.example.de/app:1",
          environment: [{ name: "DATABASE_URL", value: "postgres://app@db.example.de:5432/app" }],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": "eu-central-1" } },
        },
      ]),
    },
  }),
  (n) => ({
    type: "aws:cloudwatch/logGroup:LogGroup",
    inputs: {
      name: `/app/${n}`,
      kmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/5b0d5a0e-1111-4222-8333-944455566677",
    },
  }),
  (n) => ({
    type: "azure-native:resources:ResourceGroup",
    inputs: { resourceGroupName: `rg-${n}`, location: "germanywestcentral" },
  }),
  (n) => ({
    type: "azure-native:network:VirtualNetwork",
    inputs: { resourceGroupName: "rg", virtualNetworkName: `vnet-${n}`, location: "Germany West Central" },
  }),
  (n) => ({
    type: "azure-native:monitor:DiagnosticSetting",
    inputs: {
      name: `diagnostics-${n}`,
      workspaceId: `/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet-${n - 1}`,
    },
  }),
  (n) => ({
    type: "kubernetes:apps/v1:Deployment",
    inputs: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `d-${n}`, namespace: "apps", labels: { app: "web" } },
      spec: {
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            containers: [
              {
                name: "web",
                image: "registry.example.de/web:1",
                args: ["--listen", ":8080", "--upstream", "http://api.apps.svc:8080"],
                env: [{ name: "API_URL", value: "https://api.example.de/v1" }],
              },
            ],
          },
        },
      },
    },
  }),
  (n) => ({
    type: "kubernetes:core/v1:ConfigMap",
    inputs: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `c-${n}`, namespace: "apps" },
      data: { "app.yaml": "server:\n  host: db.example.de\n  port: 5432\nfeatures: [a, b]\n" },
    },
  }),
];

const folder = mkdtempSync(join(tmpdir(), "freehold-bench-"));
try {
  const toolchain = await setup();
  const home = homeIn(folder);
  prepareHome(home, toolchain, toolchain.kubernetesProvider ? "official" : "rehearsal");
  const env = childEnv({
    ...rehearsalEnv(home, toolchain),
    FREEHOLD_COUNTRY: "DE",
    FREEHOLD_HOSTS: "*.example.de",
    FREEHOLD_REGISTRIES: "registry.example.de",
    FREEHOLD_ACCOUNTS: "111122223333",
  });
  const state = join(folder, "state.json");
  writeFileSync(state, JSON.stringify(stateOf(many)));
  const analyze = (pack: string): Command => ({
    words: [join(home.engine, "pulumi"), "policy", "analyze", "--policy-pack", pack, "--file", state, "--json"],
    cwd: folder,
    env,
  });
  const packs = { empty: analyze(emptyPack(folder)), freehold: analyze(join(projectFolder, "policies")) };
  const { empty, freehold } = await sideBySide(packs, turns);
  line(
    `${many} resources, a pack without policies`,
    `${empty.seconds.toFixed(1)} s`,
    `${empty.processor.toFixed(1)} s of processors`,
  );
  line(
    `${many} resources, freehold`,
    `${freehold.seconds.toFixed(1)} s`,
    `${freehold.processor.toFixed(1)} s of processors`,
  );
  const beyond = freehold.beyond.seconds;
  line(
    "beyond the pack without policies",
    `${beyond.toFixed(1)} s`,
    `${beyond <= budget ? "within" : "OVER"} ${budget} s`,
  );
  for (const [name, command] of Object.entries(packs)) {
    const { pack, engine } = await peaks(command);
    line(
      `memory at most, ${name}`,
      `pack ${pack?.mebibytes.toFixed(0)} MiB`,
      `engine ${engine?.mebibytes.toFixed(0)} MiB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function line(what: string, ...figures: string[]) {
  process.stdout.write(`${what.padEnd(46)}${figures.join("   ")}\n`);
}

function emptyPack(within: string): string {
  const pack = join(within, "empty");
  mkdirSync(pack);
  symlinkSync(join(projectFolder, "node_modules"), join(pack, "node_modules"));
  writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
  writeFileSync(
    join(pack, "package.json"),
    '{ "name": "empty", "version": "1.0.0", "type": "module", "main": "index.js" }\n',
  );
  writeFileSync(
    join(pack, "index.js"),
    'import { PolicyPack } from "@pulumi/policy";\nnew PolicyPack("empty", { policies: [] });\n',
  );
  return pack;
}

/** A program of the middle sort: networks, stores, keys, queues, workloads, half of them referring to others. */
function stateOf(count: number) {
  const stack = "urn:pulumi:de::bench";
  const providers = Object.entries({
    aws: { region: "eu-central-1" },
    "azure-native": { location: "germanywestcentral" },
    kubernetes: {
      kubeconfig:
        "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://api.example.de'}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n",
    },
  }).map(([name, inputs]) => ({
    urn: `${stack}::pulumi:providers:${name}::${name}`,
    custom: true,
    id: name,
    type: `pulumi:providers:${name}`,
    inputs,
    outputs: inputs,
  }));
  const resources = Array.from({ length: count }, (_, index) => {
    const { type, inputs, outputs } = shapes[index % shapes.length]!(index);
    const provider = providers.find(({ id }) => type.startsWith(`${id}:`))!;
    return {
      urn: `${stack}::${type}::r${index}`,
      custom: true,
      id: `r${index}`,
      type,
      inputs,
      outputs: { ...inputs, ...outputs },
      provider: `${provider.urn}::${provider.id}`,
    };
  });
  const closed = {
    urn: `${stack}::kubernetes:networking.k8s.io/v1:NetworkPolicy::closed`,
    custom: true,
    id: "closed",
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    inputs: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "closed", namespace: "apps" },
      spec: { podSelector: {}, policyTypes: ["Egress"] },
    },
    provider: `${providers.at(-1)!.urn}::kubernetes`,
  };
  const time = "2026-11-21T00:00:00Z";
  return {
    version: 3,
    deployment: { manifest: { time, magic: "", version: "" }, resources: [...providers, closed, ...resources] },
  };
}

function homeIn(within: string): Home {
  const at = (...parts: string[]) => join(within, ...parts);
  return {
    stack: "bench",
    countryFile: at("none.yaml"),
    folder: within,
    pulumiHome: at("pulumi"),
    engine: at("engine"),
    state: at("state"),
    passphraseFile: at("passphrase"),
    kubeconfig: at("kubeconfig"),
    bin: at("bin"),
    stackFile: at("stacks", "Pulumi.bench.yaml"),
    cluster: at("cluster"),
    lock: at("lock"),
  };
}
