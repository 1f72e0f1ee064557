import { model as modelFacts } from "../../../catalogue/index.ts";
import type { Finding } from "../fault.ts";
import type { Sound } from "../sound.ts";
import { type Declared, unknownName } from "./names.ts";
import { usersOf } from "./servers.ts";

/** Fallbacks that lead to no other model, cannot stand in for theirs, or would give a tenant a model that it does not have. */
export function judgeFallbacks(file: Sound, declared: Declared): Finding[] {
  return Object.entries(file.models ?? {}).flatMap(([name, model]) =>
    model?.fallback === undefined ? [] : judgeFallback(name, model.fallback, file, declared),
  );
}

function judgeFallback(name: string, fallback: string, file: Sound, declared: Declared): Finding[] {
  const at = ["models", name, "fallback"];
  const others = declared.models?.filter((model) => model !== name) ?? [];
  if (!others.includes(fallback)) return [unknownName(at, fallback, "other model", others)];
  const kinds = [name, fallback].map((one) => kindOf(file, one));
  const [kind, other] = kinds;
  if (kind !== undefined && other !== undefined && (kind === "embedding" || kind !== other)) {
    return [
      {
        at,
        found: `${fallback}, of kind ${other}, for a model of kind ${kind}`,
        allowed:
          kind === "embedding"
            ? "no fallback: vectors of another model cannot be compared with those that its clients have"
            : `another model of kind ${kind}`,
        remedy: kind === "embedding" ? "take  fallback  out" : `name a model of kind ${kind}, or take  fallback  out`,
      },
    ];
  }
  return Object.entries(usersOf(file)).flatMap(([tenant, { models }]) =>
    models.includes(name) && !models.includes(fallback)
      ? [
          {
            at,
            found: `${fallback}, which tenant ${tenant} does not have, and it has ${name}`,
            allowed: `a model of every tenant that has ${name}: nobody is answered by what is not in its models`,
            remedy: `add  ${fallback}  to the models of ${tenant}, or take  fallback  out`,
          },
        ]
      : [],
  );
}

/** What a model does with a request: one that also sees or reasons chats all the same. */
function kindOf(file: Sound, name: string): string | undefined {
  const model = file.models?.[name]?.model;
  return model === undefined ? undefined : modelFacts(model).kind.split("-")[0];
}
