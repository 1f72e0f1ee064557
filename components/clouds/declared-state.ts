import { BlockList } from "node:net";
import type { FirstStep } from "../bootstrap.ts";
import type { Finding } from "../country/fault.ts";
import { show } from "../country/wording.ts";
import type { Country } from "../country.ts";

/** One of the two URLs under `freehold:state` that a first step in a cloud could make something of. */
export type DeclaredUrl = { field: "backend" | "secretsProvider"; text: string; url: URL };

/** What a country declares of its state, sorted by what a first step in one cloud does with it. */
export type DeclaredState = Pick<FirstStep, "leaves" | "findings"> & { own: DeclaredUrl[] };

/** Where each kind of URL that names something of a cloud's leads to. */
const cloudsByScheme: Record<string, string> = {
  "s3:": "AWS",
  "awskms:": "AWS",
  "azblob:": "Azure",
  "azurekeyvault:": "Azure",
  "gs:": "Google Cloud",
  "gcpkms:": "Google Cloud",
};
const examples: Record<string, Record<DeclaredUrl["field"], string>> = {
  AWS: { backend: "s3://<bucket>?region=<region>", secretsProvider: "awskms://alias/<name>?region=<region>" },
  Azure: {
    backend: "azblob://<container>?storage_account=<account>",
    secretsProvider: "azurekeyvault://<vault>.vault.azure.net/keys/<name>",
  },
};

/** Sorts the declared state for a country's first step in a cloud, by the cloud's name. */
export function declaredState({ state }: Country, cloud: string): DeclaredState {
  const sorted: DeclaredState = { leaves: [], findings: [], own: [] };
  for (const field of ["backend", "secretsProvider"] as const) {
    const text = state[field];
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const named = url && cloudsByScheme[url.protocol];
    const endpoint = url?.searchParams.get("endpoint");
    if (!url || !named) sorted.leaves.push(`${show(text)}: ${whose(text)}`);
    else if (endpoint) sorted.leaves.push(`${show(text)}: it stands at ${endpoint}, which is not the cloud's own`);
    else if (named === cloud) sorted.own.push({ field, text, url });
    else sorted.findings.push(elsewhere(field, text, named, cloud));
  }
  return sorted;
}

/** The first step of a country that makes no cloud: it has none. */
export function leavesAll({ state }: Country): FirstStep {
  const leaves = [state.backend, state.secretsProvider].map((text) => {
    const named = URL.canParse(text) && cloudsByScheme[new URL(text).protocol];
    return `${show(text)}: ${named ? "the target is no cloud, so whoever runs it has made it" : whose(text)}`;
  });
  return { makes: [], leaves, findings: [], load: async () => () => undefined };
}

/** A finding about one of the URLs. */
export function stateFinding(
  { field, text }: Pick<DeclaredUrl, "field" | "text">,
  what: string,
  allowed: string,
  remedy: string,
): Finding {
  return { at: ["state", field], found: `${show(text)}, ${what}`, allowed, remedy };
}

/** Callers whom a cloud never sees: addresses of private networks do not leave them. */
export function judgeStateCallers({ state }: Country): Finding[] {
  return state.callers.flatMap((caller, index) => {
    if (!privateNetworks().check(caller.split("/")[0]!, "ipv4")) return [];
    return [
      {
        at: ["state", "callers", index],
        found: `${caller}, which no public service ever sees`,
        allowed: "public addresses, as the internet sees whoever runs Pulumi",
        remedy: "write the public address of the operator's way out, such as  203.0.113.10/32",
      },
    ];
  });
}

function elsewhere(field: DeclaredUrl["field"], text: string, named: string, cloud: string): Finding {
  const example = examples[cloud]![field];
  const without = field === "backend" ? "file://, postgres:// or https://" : "passphrase or hashivault://";
  return stateFinding(
    { field, text },
    `which is of ${named}, and the target is ${cloud}`,
    `${example}, or what needs no first step: ${without}`,
    `write  ${field}: ${example}`,
  );
}

function whose(text: string): string {
  if (text.startsWith("file://")) return "a folder of this machine or of one that it mounts";
  if (text === "passphrase") return "the operator keeps it";
  return "it has to stand already";
}

function privateNetworks(): BlockList {
  const list = new BlockList();
  for (const [address, bits] of [
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
  ] as const) {
    list.addSubnet(address, bits, "ipv4");
  }
  return list;
}
