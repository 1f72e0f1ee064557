import type { Finding } from "../fault.ts";
import { ownServer } from "../model-servers.ts";
import type { Sound } from "../sound.ts";
import { show } from "../wording.ts";
import { type Server, usersOf } from "./servers.ts";

/** What controllers append to a name still fits a label of 63 characters. */
const longest = 52;
/** Groups of pods carry the number of the group as well. */
const longestOfGroups = 48;

/** Names that Kubernetes cannot give to what a set of replicas is made of, and two sets that would share one. */
export function judgeServerNames(file: Sound, servers: Server[]): Finding[] {
  return [
    ...servers.flatMap((server) => [...judgeLength(server), ...judgeLetter(server)]),
    ...judgeShared(file, servers),
  ];
}

function judgeLength({ name, model, tenant, nodes }: Server): Finding[] {
  const most = nodes > 1 ? longestOfGroups : longest;
  if (name.length <= most) return [];
  return [
    {
      ...place(model, tenant),
      found: `${name}, ${name.length} characters${called(model, tenant)}`,
      allowed: `at most ${most} characters, so that Kubernetes can name the pods`,
      remedy: tenant === undefined ? "give the model a shorter name" : "give the tenant or the model a shorter name",
    },
  ];
}

function judgeLetter({ name, model, tenant }: Server): Finding[] {
  if (/^[a-z]/.test(name)) return [];
  return [
    {
      ...place(model, tenant),
      found: `${show(name)}${called(model, tenant)}`,
      allowed: "a name that begins with a letter: Kubernetes gives no other to a service",
      remedy: `put a letter first, as in  m-${tenant ?? model}:`,
    },
  ];
}

/** `a` with own replicas of `b-c` and a model `a-b-c` would be one and the same object. */
function judgeShared(file: Sound, servers: Server[]): Finding[] {
  const byName = new Map(servers.map((server) => [server.name, server]));
  return Object.entries(usersOf(file)).flatMap(([tenant, { models, ownReplicas }]) =>
    models.flatMap((model) => {
      const name = ownServer(tenant, model);
      const server = byName.get(name);
      if (ownReplicas === 0 || server === undefined) return [];
      const alone = server.tenant === tenant && server.model === model && !Object.hasOwn(file.models ?? {}, name);
      if (alone) return [];
      return [
        {
          ...place(model, tenant),
          found: `${name}${called(model, tenant)}, and so is another set of replicas of this file`,
          allowed: "a name for each set of replicas: the model's, or <tenant>-<model> where they are a tenant's own",
          remedy: "give the tenant or one of the models another name",
        },
      ];
    }),
  );
}

function place(model: string, tenant: string | undefined): Pick<Finding, "at" | "of"> {
  return { at: tenant === undefined ? ["models", model] : ["tenants", tenant], of: "key" };
}

function called(model: string, tenant: string | undefined): string {
  return tenant === undefined ? "" : `, which is what ${tenant}'s own replicas of ${model} are called`;
}
