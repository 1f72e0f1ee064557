import type { FirstStep } from "../../bootstrap.ts";
import type { Finding } from "../../country/fault.ts";
import type { Country } from "../../country.ts";
import { type DeclaredUrl, declaredState, judgeStateCallers, stateFinding } from "../declared-state.ts";
import { targetOf } from "../target.ts";
import { awsNames } from "./partition.ts";
import type { AwsTarget } from "./target.ts";

/** What a country on AWS needs before its state can be kept there: the bucket and the key that `freehold:state` names. */
export function awsFirstStep(country: Country): FirstStep {
  const target = targetOf(country, "aws");
  const { own, leaves, findings } = declaredState(country, "AWS");
  const backend = own.find(({ field }) => field === "backend");
  const provider = own.find(({ field }) => field === "secretsProvider");
  const bucket = backend?.url.host;
  const key = provider && keyIn(provider.url);
  const alias = key?.alias;
  if (provider && !alias) leaves.push(`${provider.text}: a key by its id is there already`);
  return {
    makes: [
      ...(bucket === undefined
        ? []
        : [`bucket ${bucket} in ${target.region}`, `key ${bucketAlias(bucket)}, of what is in the bucket`]),
      ...(alias === undefined ? [] : [`key ${alias} in ${target.region}, of the secrets in the state`]),
    ],
    leaves,
    findings: [
      ...findings,
      ...(backend ? [...judgeRegion(backend, [regionIn(backend.url)], target), ...judgeBucket(backend)] : []),
      ...(provider && key ? judgeKey(provider, key, target) : []),
      ...judgeStateCallers(country),
    ],
    async load() {
      const { AwsState } = await import("./state-store.ts");
      const { callers } = country.state;
      return (name) => {
        if (bucket === undefined && alias === undefined) return undefined;
        return new AwsState(name, { country: country.country, target, bucket, alias, callers });
      };
    },
  };
}

/** Alias of the key of a bucket that holds state. */
export function bucketAlias(bucket: string): string {
  return `alias/${bucket}-objects`;
}

/** A key as an `awskms:` URL names it: by an alias or an id, alone or in an ARN. */
type NamedKey = { alias?: string; arn?: { partition: string; region: string; account: string } };

function keyIn(url: URL): NamedKey {
  const text = decodeURIComponent(`${url.host}${url.pathname}`).replace(/^\//, "");
  const [, partition, region, account, name = text] = /^arn:([^:]+):kms:([^:]+):(\d+):(.+)$/.exec(text) ?? [];
  const arn = partition && region && account ? { partition, region, account } : undefined;
  return { ...(name.startsWith("alias/") && { alias: name }), ...(arn && { arn }) };
}

function regionIn(url: URL): string | undefined {
  return url.searchParams.get("region") ?? undefined;
}

/** One provider makes all of it, and knows one region. */
function judgeRegion(declared: DeclaredUrl, named: (string | undefined)[], { region }: AwsTarget): Finding[] {
  const other = named.find((each) => each !== undefined && each !== region);
  if (other === undefined) return [];
  return [
    stateFinding(
      declared,
      `in ${other}, and the target is in ${region}`,
      `what stands in ${region}`,
      `write  ${declared.field}: ${declared.text.replaceAll(other, region)}`,
    ),
  ];
}

function judgeBucket(declared: DeclaredUrl): Finding[] {
  const { host } = declared.url;
  if (/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(host)) return [];
  const legal = host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return [
    stateFinding(
      declared,
      `of which ${host} cannot be the name of a bucket`,
      "3 to 63 lower-case letters, digits and hyphens; a dot breaks TLS",
      `write  backend: ${declared.text.replace(host, legal.padEnd(3, "0").slice(0, 63))}`,
    ),
  ];
}

function judgeKey(declared: DeclaredUrl, { alias, arn }: NamedKey, target: AwsTarget): Finding[] {
  const regions = judgeRegion(declared, [arn?.region, regionIn(declared.url)], target);
  if (regions.length > 0) return regions;
  const { account, region } = target;
  const own = awsNames(target).arn("kms", alias ?? "key/<id>");
  const said = (what: string, allowed: string) => [
    stateFinding(declared, what, allowed, `write  secretsProvider: awskms:///${own}?region=${region}`),
  ];
  if (arn && arn.account !== account)
    return said(`a key of account ${arn.account}`, `a key of the target's own account, ${account}`);
  if (arn && arn.partition !== own.split(":")[1])
    return said(`an ARN of partition ${arn.partition}`, `an ARN of the partition that ${region} is in`);
  if (alias !== undefined && (/^alias\/aws\//.test(alias) || !/^alias\/[\w/-]{1,250}$/.test(alias))) {
    return [
      stateFinding(
        declared,
        `of which ${alias} cannot be the name of a key of one's own`,
        "alias/ and letters, digits, hyphens, underscores and slashes, but not alias/aws/, which is AWS's",
        `write  secretsProvider: awskms://alias/${target.cluster}-state?region=${region}`,
      ),
    ];
  }
  return [];
}
