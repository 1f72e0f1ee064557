import type { Finding } from "../fault.ts";
import { registryOf } from "../jurisdiction.ts";
import { type Choosing, neededAddons } from "../needed-addons.ts";
import type { Sound } from "../sound.ts";
import { show } from "../wording.ts";

type Choices = NonNullable<Sound["addons"]>;
type Choice = NonNullable<Choices[string]>;

/** Add-ons that are asked for in vain or without what they need, and digests that no image is compared with. */
export function judgeAddons(file: Sound): Finding[] {
  const chosen = Object.entries(file.addons ?? {}).flatMap(([id, choice]) => (choice ? [[id, choice] as const] : []));
  return [
    ...unused(chosen, file),
    ...metricsWithoutStore(file),
    ...Object.keys(file.digests ?? {}).flatMap((image) => unfindable(image, file)),
  ];
}

/** A version of something that nobody asked for would be overlooked without a word. */
function unused(chosen: (readonly [string, Choice])[], file: Sound): Finding[] {
  if (!isWhole(file)) return [];
  const needed = neededAddons(file);
  return chosen
    .filter(([id, { mode, version }]) => !needed.has(id) && mode === undefined && version !== undefined)
    .map(([id]) => ({
      at: ["addons", id],
      of: "key" as const,
      found: `a version of ${id}, which nothing in this file needs`,
      allowed: "add-ons that something needs, or that are installed anyway",
      remedy: `add  mode: install  or take  ${id}  out`,
    }));
}

function metricsWithoutStore({ addons, monitoring, models }: Sound): Finding[] {
  if (monitoring) return [];
  const remedy = "add  freehold:monitoring: {}";
  const asked = addons?.prometheus?.mode === "install";
  const scaled = Object.entries(models ?? {}).filter(([, model]) => model?.autoscale);
  return [
    ...(asked
      ? [
          {
            at: ["addons", "prometheus", "mode"],
            found: "install, and the file has no freehold:monitoring",
            allowed: "Prometheus where it is said how long metrics are kept and on how large a volume",
            remedy,
          },
        ]
      : []),
    ...scaled.map(([name]) => ({
      at: ["models", name, "autoscale"],
      of: "key" as const,
      found: "replicas that follow the load, and the file has no freehold:monitoring",
      allowed: "autoscale where metrics tell the load",
      remedy,
    })),
  ];
}

/** An image that no reference is compared with would stay unpinned without a word. */
function unfindable(image: string, { registry, operator }: Sound): Finding[] {
  if (/^[a-z0-9][\w-]*(\/[\w.-]+)*:[\w.-]+$/.test(image)) return [];
  const ours = registry ?? `registry.${operator?.domain}`;
  const bare = image.startsWith(`${ours}/`) ? image.slice(ours.length + 1) : registryOf(image).path;
  const [path = ""] = bare.split("@");
  return [
    {
      at: ["digests", image],
      of: "key",
      found: show(image),
      allowed: "an image without its registry and with its tag, such as vllm/vllm-openai:v0.25.1",
      remedy: `write  ${/:[\w.-]+$/.test(path) ? path : `${path}:<tag>`}:`,
    },
  ];
}

/** Whether every section that says what is needed is sound. */
function isWhole(file: Sound): file is Choosing {
  const { addons, gateway, models, network, pools, tenants } = file;
  const sections = [addons, gateway?.certificate, models, network, pools, tenants];
  if (sections.some((section) => section === undefined)) return false;
  const entries = [pools, models, tenants].flatMap((section) => Object.values(section ?? {}));
  return entries.every((entry) => entry !== undefined) && Object.values(pools!).every((pool) => pool?.accelerator);
}
