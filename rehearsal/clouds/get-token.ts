import { existsSync } from "node:fs";
import { join } from "node:path";
import { readConnection } from "../kubernetes-provider/kubeconfig.ts";
import { World } from "./world.ts";

// Stands in for two programs of clouds in a rehearsal: `aws eks get-token` and `kubelogin get-token`, of which it is the one
// command that a kubeconfig names. What it gives are the credentials of the rehearsal's own control plane. Run as
// `<this file> aws|kubelogin <arguments>`.

const [program = "", ...args] = process.argv.slice(2);

try {
  process.stdout.write(`${JSON.stringify(tokenFor(program, args))}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function tokenFor(program: string, args: string[]) {
  const home = process.env.FREEHOLD_REHEARSAL;
  if (!home || !existsSync(home)) throw refusal("no rehearsal is going on here (FREEHOLD_REHEARSAL)");
  // The AWS CLI takes options before its command too: `aws --region x eks get-token`.
  const words = args.filter((word, index) => !word.startsWith("--") && !args[index - 1]?.startsWith("--")).join(" ");
  if (program === "aws" && words === "eks get-token") {
    const name = optionOf(args, "--cluster-name") ?? "";
    const region = optionOf(args, "--region");
    const cluster = new World(join(home, "world", "aws")).get("aws:eks/cluster:Cluster", name);
    if (!cluster || (region !== undefined && cluster.outputs.region !== region)) {
      throw refusal(`An error occurred (ResourceNotFoundException): No cluster found for name: ${name}.`);
    }
  } else if (program === "kubelogin" && args[0] === "get-token") {
    const clusters = new World(join(home, "world", "azure-native")).standing(
      "azure-native:containerservice:ManagedCluster",
    );
    if (clusters.length === 0) throw refusal("no AKS cluster stands in this rehearsal");
  } else {
    throw refusal(
      `it knows \`aws eks get-token\` and \`kubelogin get-token\` alone, not \`${[program, ...args].join(" ")}\``,
    );
  }
  const { certificate } = readConnection({ kubeconfig: join(home, "kubeconfig") });
  if (!certificate) throw refusal("the rehearsal's kubeconfig has no client certificate");
  return {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    spec: {},
    status: {
      expirationTimestamp: new Date(Date.now() + 14 * 60_000).toISOString().replace(/\.\d+Z$/, "Z"),
      clientCertificateData: certificate.cert.toString(),
      clientKeyData: certificate.key.toString(),
    },
  };
}

/** The value of an option, written as `--option value` or `--option=value`. */
function optionOf(args: string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at >= 0 ? args[at + 1] : args.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
}

function refusal(found: string): Error {
  return new Error(`This is Freehold's stand-in for ${program || "a cloud's program"} in a rehearsal: ${found}`);
}
