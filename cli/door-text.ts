import process from "node:process";
import { styleText } from "node:util";
import { addon, countryName } from "../catalogue/index.ts";
import type { Country } from "../components/country.ts";
import { providersOf } from "../components/gateway/tokens.ts";
import type { Door } from "../rehearsal/door.ts";
import { type Home, shellQuoted } from "../rehearsal/home.ts";
import type { Toolchain } from "../rehearsal/toolchain.ts";

/** Who comes in by an open door and how, as a person reads it: what is real, addresses and keys, lines to try. */
export function doorText(
  home: Home,
  country: Country,
  { envoy, postgres, valkey }: Partial<Toolchain>,
  door: Door,
): string[] {
  const bold = (words: string) => styleText("bold", words, { stream: process.stdout });
  const tenants = Object.entries(door.tenants);
  const names = Math.max(...tenants.map(([name]) => name.length)) + 2;
  const addresses = Math.max(...tenants.map(([, { baseUrl }]) => baseUrl.length)) + 2;
  return [
    bold(`The door of ${countryName(country.country)} is open.`),
    "",
    `  real           Envoy Gateway ${addon("envoy-gateway").proven}, AI Gateway ${addon("ai-gateway").proven}, Envoy ${envoy?.version}, its rate limiter, Valkey ${valkey?.version}:`,
    "                 their own controllers read the objects that the stack made; nothing is configured twice",
    "  simulated      model servers (vLLM's dialect, no model behind it), cert-manager's issuing of certificates",
    ...(country.storage?.records.kind === "cloudnative-pg"
      ? [
          `                 CloudNativePG's operator: one real Postgres ${postgres?.version}, without replicas, backups or the hourly deletion`,
        ]
      : []),
    `  proxy          ${door.proxy} leads to *.${country.gateway.host} and nowhere else`,
    `  root           ${door.root}`,
    ...providersOf(country.tenants).map(
      ([tenant, { issuer, audience }], index) =>
        `  ${index === 0 ? "tokens" : "      "}         ${tenant} takes those of ${issuer}, for ${audience}; none are issued here`,
    ),
    "",
    ...tenants.map(([name, { baseUrl, key }]) => `  ${name.padEnd(names)}${baseUrl.padEnd(addresses)}${key}`),
    ...(tenants.length > 0 ? ["", bold("Try"), ...linesToTry(home, door)] : []),
    "",
    `  A change of stacks/Pulumi.${home.stack}.yaml is live here within seconds of its update. Close it: npx freehold door ${home.stack} --close`,
  ];
}

/** The same question as the first tenant by curl, and by OpenAI's own clients for Python and TypeScript, unchanged. */
function linesToTry({ stack }: Home, { proxy, root, tenants }: Door): string[] {
  const [name, { baseUrl, key, models }] = Object.entries(tenants)[0]!;
  const model = models[0];
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  const python = `OpenAI().chat.completions.create(model="${model}", messages=[{"role": "user", "content": "Hello"}])`;
  const typescript = `await new OpenAI().chat.completions.create({ model: "${model}", messages: [{ role: "user", content: "Hello" }] })`;
  return [
    `  curl --proxy ${proxy} --cacert ${shellQuoted(root)} ${baseUrl}/chat/completions \\`,
    `    -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '${body}'`,
    `  eval "$(npx freehold door ${stack} --env ${name})"   then, in that shell, any client of OpenAI's as it is:`,
    `    python3 -c 'from openai import OpenAI; print(${python})'`,
    `    npx node --input-type=module -e 'import OpenAI from "openai"; console.log(${typescript})'`,
  ];
}
