import { isSecret, isUnknown, type Properties, reveal, same, type Value } from "../kubernetes-provider/properties.ts";

/** The provider's inputs as the program wrote them: what is no text crosses the wire as JSON in a text. */
export function configInputs(properties: Properties): Properties {
  const { version: _, pluginDownloadURL: __, ...inputs } = properties;
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) => !key.startsWith("__") && value !== null && value !== "")
      .map(([key, value]) => [key, isUnknown(value) ? value : parsed(isSecret(value) ? reveal(value) : value)]),
  );
}

/** Names of provider inputs that are not as they were. */
export function changedInputs(olds: Properties, news: Properties): string[] {
  const [before, after] = [configInputs(olds), configInputs(news)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !same(before[key] ?? null, after[key] ?? null),
  );
}

function parsed(value: Value): Value {
  if (typeof value !== "string" || !/^([[{]|true$|false$)/.test(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}
