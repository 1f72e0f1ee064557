import { isMap, isNode, type Node, type YAMLMap } from "yaml";
import { CountryFaults, type Fault, type Locate, type Position } from "./fault.ts";
import { openPage } from "./stack-file-page.ts";
import { keyToPlain, nodeAt, type Page, toPlain } from "./stack-file-values.ts";
import { either, nearest, show } from "./wording.ts";

const namespace = "freehold:";
const pulumiKeys = ["config", "secretsprovider", "encryptionsalt", "encryptedkey", "environment"];

/** A stack file as it stands on disk: Pulumi's own format, read strictly. */
export type StackFile = {
  path: string;
  /** What stands under `freehold:`, without that prefix. A secret stays `{ secure: "..." }`. */
  values: Record<string, unknown>;
  /** Pulumi's own top-level keys: `secretsprovider`, `encryptionsalt`, ... */
  top: Record<string, unknown>;
  locate: Locate;
  /** Where one of the top-level keys stands. */
  locateTop(key: string): Position | undefined;
  /** What is wrong with it short of being unreadable. */
  faults: Fault[];
};

/** Reads a stack file. Throws one `CountryFaults` where nothing can be read from it. */
export function readStackFile(path: string): StackFile {
  const { page, root } = openPage(
    path,
    { allowed: "a section config: with the country's settings", remedy: "begin with  config:" },
    {
      allowed: "a stack file with a config section",
      remedy: `start from the example:  cp stacks/Pulumi.ch.yaml ${path}`,
    },
  );
  const { top, strays } = readTop(root, page);
  const config = readConfig(root, page);
  if (!config || page.unreadable) throw new CountryFaults(page.faults);
  return {
    path,
    values: { ...strays, ...config },
    top,
    locate: ([first, ...rest], of) => {
      const key =
        root.getIn(["config", `${namespace}${first}`], true) === undefined ? String(first) : `${namespace}${first}`;
      return nodeAt(root, ["config", key, ...rest], page, of);
    },
    locateTop: (key) => nodeAt(root, [key], page),
    faults: page.faults,
  };
}

/** Pulumi's keys, and sections that were written beside `config` instead of under it. */
function readTop(root: YAMLMap, page: Page) {
  const top: Record<string, unknown> = {};
  const strays: Record<string, unknown> = {};
  for (const { key, value } of root.items) {
    const name = keyToPlain(key as Node, "", page);
    if (name === undefined || name === "config") continue;
    const plain = toPlain(value as Node | null, name, page);
    if (pulumiKeys.includes(name)) top[name] = plain;
    else strayKey(name, key as Node, page);
    if (name.startsWith(namespace)) strays[name.slice(namespace.length)] = plain;
  }
  return { top, strays };
}

function strayKey(name: string, node: Node, page: Page): void {
  const [meant] = nearest(name, pulumiKeys);
  const remedy = name.startsWith(namespace) ? "move it under  config:" : meant ? `write  ${meant}:` : "take it out";
  page.fault(node.range?.[0], {
    path: name,
    found: `the key ${show(name)}, which Pulumi does not have at the top of a stack file`,
    allowed: either(pulumiKeys),
    remedy,
  });
}

function readConfig(root: YAMLMap, page: Page): Record<string, unknown> | undefined {
  const config = root.get("config", true) as Node | undefined;
  if (!isMap(config)) {
    // A key that is spelt almost so has been reported, and says it better.
    if (config || page.faults.length === 0) {
      page.fault(nodeOffset(root, "config"), {
        path: "config",
        found: config ? show(toPlain(config, "config", page)) : "nothing",
        allowed: "a section with the country's settings, freehold:country and so on",
        remedy: `${config ? "write" : "add"}  config:  and under it, indented,  freehold:country: CH  and the others`,
      });
    }
    return undefined;
  }
  const values: Record<string, unknown> = {};
  for (const { key, value } of config.items) {
    const name = keyToPlain(key as Node, "config", page);
    if (name === undefined) continue;
    const section = name.startsWith(namespace) ? name.slice(namespace.length) : name;
    // Other namespaces belong to Pulumi and its providers.
    if (section === name && name.includes(":")) continue;
    if (section === name) {
      page.fault((key as Node).range?.[0], {
        path: name,
        found: `the key ${show(name)}, without a namespace`,
        allowed: `keys with a namespace, such as ${namespace}${name}`,
        remedy: `write  ${namespace}${name}:`,
      });
    }
    values[section] ??= toPlain(value as Node | null, `${namespace}${section}`, page);
  }
  return values;
}

function nodeOffset(root: YAMLMap, key: string): number | undefined {
  const found = root.items.find((item) => isNode(item.key) && String(item.key) === key)?.key;
  return isNode(found) ? found.range?.[0] : root.range?.[0];
}
