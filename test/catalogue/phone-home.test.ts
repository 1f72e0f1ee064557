import { describe, expect, it } from "vitest";
import { placeOf } from "../../catalogue/index.ts";
import { packageFacts } from "../../catalogue/package.ts";
import { phoneHome } from "../../catalogue/phone-home.ts";
import { reachOf } from "../../policies/sweep/address.ts";

describe("what reaches the outside without saying so", () => {
  const { programs, keys, structures, lines } = phoneHome();

  it("leads to hosts that the public DNS answers", () => {
    const hosts = [...Object.values(programs), ...Object.values(keys), ...structures, ...lines].flatMap(({ host }) =>
      host === undefined ? [] : [host.replace(/\{[^}]+\}/, "account")],
    );
    expect(hosts.length).toBeGreaterThan(120);
    expect(hosts.filter((host) => reachOf(host) !== "public")).toEqual([]);
  });

  it("is recognised by something, and means one thing", () => {
    const strange = Object.entries(programs).filter(([, { is }]) =>
      is.some(({ image, runs, variable }) => !image && !runs && !variable),
    );
    expect(strange).toEqual([]);
    for (const { host, place, hidden, world } of structures) {
      expect([host, place, hidden, world].filter(Boolean)).toHaveLength(1);
    }
  });

  it("tells a switch that is on from one that is off", () => {
    const { DO_NOT_TRACK } = programs.vLLM?.unless.env ?? {};
    expect(["1", "true", "on"].map((value) => DO_NOT_TRACK?.test(value))).toEqual([true, true, true]);
    expect(["0", "", "no"].map((value) => DO_NOT_TRACK?.test(value))).toEqual([false, false, false]);
    const { RAY_USAGE_STATS_ENABLED } = programs.Ray?.unless.env ?? {};
    expect(["0", "1"].map((value) => RAY_USAGE_STATS_ENABLED?.test(value))).toEqual([true, false]);
  });
});

describe("a package that has no adapter of its own", () => {
  it.each([
    ["random", "silent"],
    ["hcloud", "cloud"],
    ["vault", "service"],
    ["docker", "described"],
    ["azure", "hole"],
  ])("%s is %s", (name, is) => {
    expect(packageFacts(name)?.is).toBe(is);
  });

  it("is a stranger where nobody listed it", () => {
    expect(["acme", "constructor"].map(packageFacts)).toEqual([undefined, undefined]);
  });
});

it.each([
  ["fsn1", "DE"],
  ["hel1", "FI"],
  ["ch-gva-2", "CH"],
  ["fr-par-1", "FR"],
  ["GRA11", "FR"],
  ["DE1", "DE"],
  ["de/fra", "DE"],
  ["eu-frankfurt-1", "DE"],
  ["eu-ch2", "CH"],
])("%s stands in %s", (name, country) => {
  expect(placeOf(name)?.country).toBe(country);
});
