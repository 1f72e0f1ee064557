import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { apiKey } from "../../../components/gateway.ts";
import { plan } from "../../../policies/program.ts";
import { ask } from "./door.ts";
import { gatewayOf, host, keySeed, makeGateway, objects, tenant } from "./planned.ts";

const key = (said: object = {}) => ({ generation: 1, revoked: false, ...said });
const value = (name: string, generation = 1) => apiKey(keySeed, { tenant: "bank", key: name, generation });
const late = "2099-12-31";
const lateSeconds = Date.parse("2100-01-01") / 1000;

/** Data of a Secret, decoded. */
// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
const held = (made: Record<string, any>, secret: string) =>
  Object.fromEntries(
    Object.entries<string>(made[`Secret/${secret}`].data).map(([id, text]) => [
      id,
      Buffer.from(text, "base64").toString(),
    ]),
  );

describe("the value of a key", () => {
  it("is what it was before tenants had several", () => {
    expect(value("default")).toBe("fh-CeCKqtZbUWm325Zj5RsPpCL9_AZ-6muB33pOD5d3oBE");
    expect(value("default", 2)).toBe("fh--Uc2nbEloVVYgud3dUdNtR6tkHgjYDAK8Uy5fb-USfQ");
  });

  it("is its own for each tenant, name, generation and seed", () => {
    const of = (tenant: string, name: string, generation: number, seed = keySeed) =>
      apiKey(seed, { tenant, key: name, generation });
    const values = [
      of("bank", "default", 1),
      of("bank", "ci", 1),
      of("bank", "ci", 2),
      of("bank", "ci", 12),
      of("bank", "1", 2),
      of("clinic", "ci", 1),
      of("bank", "ci", 1, `${keySeed}x`),
    ];
    expect(new Set(values).size).toBe(values.length);
    expect(of("bank", "ci", 1)).toBe("fh-4A-W8LAyU6S0m5GzXqNkvcbhwp0uUHGvU7l2siD6V6w");
  });
});

describe("the Secrets of keys", () => {
  const keys = {
    default: key({ generation: 2, overlapUntil: late }),
    ci: key({ expires: late, costCentre: "4711" }),
    night: key(),
    old: key({ expires: "2020-01-01" }),
    lost: key({ revoked: true }),
  };

  it("hold what is good now by its client id, and nothing that has expired or was revoked", async () => {
    const made = objects(await gatewayOf(["apertus"], { bank: tenant(["apertus"], { keys }) }));
    expect(held(made, "tenant-keys")).toEqual({
      bank: value("default", 2),
      [`bank.default.${lateSeconds}`]: value("default"),
      [`bank.ci.${lateSeconds}`]: value("ci"),
      "bank.night": value("night"),
    });
  });

  it("are one's own with all one's keys where the sector asks for it", async () => {
    const clinic = tenant(["apertus"], { ownKey: true, keys: { default: key(), ci: key() } });
    const made = objects(await gatewayOf(["apertus"], { bank: tenant(["apertus"]), clinic }));
    expect(Object.keys(held(made, "key-clinic"))).toEqual(["clinic", "clinic.ci"]);
    expect(Object.keys(held(made, "tenant-keys"))).toEqual(["bank"]);
  });

  it("stay, empty, where every key of theirs was revoked, so that nothing but they changes", async () => {
    const of = (revoked: boolean) =>
      gatewayOf(["apertus"], { bank: tenant(["apertus"], { keys: { default: key({ revoked }) } }) });
    const [before, after] = [objects(await of(false)), objects(await of(true))];
    expect(held(after, "tenant-keys")).toEqual({});
    const changed = Object.keys(after).filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
    expect(changed).toEqual(["Secret/tenant-keys"]);
    expect(ask(after, { key: value("default"), host: `bank.${host}`, model: "apertus" }).status).toBe(401);
    expect(ask(before, { key: value("default"), host: `bank.${host}`, model: "apertus" }).status).toBe(200);
  });

  it("say their values as secrets alone, and so does the output", async () => {
    let told: pulumi.Output<unknown> | undefined;
    const resources = await plan(() => {
      told = makeGateway(["apertus"], { bank: tenant(["apertus"], { keys }) }).keys;
    });
    const texts = ["default", "ci", "night"].flatMap((name) => [
      value(name),
      Buffer.from(value(name)).toString("base64"),
    ]);
    const leaks = resources.filter(({ props, secrets = [] }) => {
      const open = JSON.stringify(props, (_, text) => (secrets.includes(text) ? "secret" : text));
      return texts.some((text) => open.includes(text));
    });
    expect(leaks.map(({ urn }) => urn)).toEqual([]);
    expect(resources.some(({ secrets }) => secrets?.includes(texts[3]!))).toBe(true);
    expect(await pulumi.isSecret(told!)).toBe(true);
  });
});
