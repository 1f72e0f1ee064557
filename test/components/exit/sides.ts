import { type Country, parseCountry } from "../../../components/country.ts";
import { isCloud, isHall, type Move, type Side } from "../../../components/exit/move.ts";

type Values = Record<string, unknown>;

const shared: Values = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  tenants: {
    kanton: { keys: { ci: { expires: "2030-03-31" } } },
    bank: { budget: { tokensPerMonth: 500_000_000 }, tokensPerDay: 50_000_000, tokensPerMinute: 200_000 },
  },
};
const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const weights = { from: "s3", path: "weights/apertus-8b", sha256: sum };
const model = { model: "swiss-ai/Apertus-8B-Instruct-2509", weights };
const guid = "00000000-1111-2222-3333-444444444444";

/** Switzerland on AWS; `more` says what is different. */
export function onAws(more: Values = {}): Side {
  return side("ch-aws", {
    ...shared,
    target: {
      kind: "aws",
      region: "eu-central-2",
      account: "111122223333",
      operators: ["arn:aws:iam::111122223333:role/freehold-operator"],
      network: { callers: ["10.10.0.0/16"] },
    },
    pools: { l4: { accelerator: "l4", nodes: 1 } },
    models: { "apertus-8b": { ...model, pool: "l4", contextTokens: 12_288, replicas: 2 } },
    storage: { keys: { kind: "cloud" }, objects: { kind: "cloud" } },
    ...more,
  });
}

/** Switzerland on Azure, whose object store does not speak S3: its weights are packed as an image. */
export function onAzure(more: Values = {}): Side {
  return onAws({
    target: {
      kind: "azure",
      location: "switzerlandnorth",
      subscription: guid,
      tenant: guid,
      admins: [guid],
      network: { egress: { kind: "appliance", nextHop: "10.10.0.4" } },
    },
    pools: { h100: { accelerator: "h100-sxm-80", nodes: 1 } },
    models: { "apertus-8b": { ...model, weights: { from: "image" }, pool: "h100", contextTokens: 16_384 } },
    ...more,
  });
}

/** Switzerland in a hall, smaller than in the cloud. */
export function inHall(more: Values = {}): Side {
  return side("ch", {
    ...shared,
    target: { kind: "onprem", context: "alpen", place: "CH-ZH" },
    pools: { l40s: { accelerator: "l40s", nodes: 1 } },
    models: { "apertus-8b": { ...model, pool: "l40s", contextTokens: 8_192 } },
    storage: hallStorage(),
    ...more,
  });
}

/** Where the hall's data rests, and where its records come from. */
export function hallStorage(more: Values = {}): Values {
  return {
    keys: { kind: "vault", address: "https://vault.alpen-ai.example:8200" },
    objects: { kind: "ceph", nodes: { "hall.alpen-ai.example/disks": "true" } },
    records: { kind: "cloudnative-pg", restoreFrom: { serverName: "records" } },
    ...more,
  };
}

/** Tenants of both sides, those named changed. */
export function tenants(more: Values): Values {
  return { ...(shared.tenants as Values), ...more };
}

/** The model of both sides as the hall has it, changed. */
export function hallModels(more: Values): Values {
  return { "apertus-8b": { ...model, pool: "l40s", contextTokens: 8_192, ...more } };
}

/** A move between two sides that nothing was refused of. */
export function moving(cloud: Side, hall: Side, more: Partial<Move> = {}): Move {
  if (!isCloud(cloud.country) || !isHall(hall.country)) throw new Error("no cloud, or no hall");
  return {
    cloud: { stack: cloud.stack, country: cloud.country },
    hall: { stack: hall.stack, country: hall.country },
    types: {},
    gbps: 1,
    on: "2026-11-22",
    ...more,
  };
}

function side(stack: string, values: Values): Side {
  return { stack, country: parseCountry(values) as Country };
}
