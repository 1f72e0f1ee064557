import { beforeAll, expect, it } from "vitest";
import { countNamespace, keyHeader, tenantHeader } from "../../../components/gateway/names.ts";
import { gatewayOf, objects, tenant } from "./planned.ts";

// What the program does is tested in the real Envoy: test/engine/door-answers.test.ts.

// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
let made: Record<string, any>;
let program: string;
beforeAll(async () => {
  made = objects(await gatewayOf(["apertus"], { bank: tenant(["apertus"]) }));
  program = made["EnvoyExtensionPolicy/ai"].spec.lua[0].inline;
});

it("stands on every route of the gateway, as the one program there is", () => {
  expect(made["EnvoyExtensionPolicy/ai"].spec).toEqual({
    targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "ai" }],
    lua: [{ type: "Inline", inline: expect.stringContaining("function envoy_on_request(handle)") }],
  });
});

it("speaks of the headers and counts that the other objects read", () => {
  for (const name of [tenantHeader, keyHeader, countNamespace]) expect(program).toContain(`"${name}"`);
  const { cost } = made["BackendTrafficPolicy/ai"].spec.rateLimit.global.rules[0];
  expect(cost.response.metadata).toEqual({ namespace: countNamespace, key: "total" });
  const { json } = made["EnvoyProxy/ai"].spec.telemetry.accessLog.settings[0].format;
  for (const name of ["counted", "in", "cached", "out", "total", "served"]) {
    expect(json[name]).toBe(`%DYNAMIC_METADATA(${countNamespace}:${name})%`);
    expect(program).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

it("names the limit that requests have", () => {
  expect(made["ClientTrafficPolicy/ai"].spec.connection.bufferLimit).toBe("50Mi");
  expect(program).toContain("larger than 50 MiB");
});

it("uses nothing that Envoy Gateway's trial of it lacks", () => {
  const lacking =
    /(?<!["\w])(require|load|loadstring|dofile|setmetatable|getmetatable|rawget|rawset|io|package|debug)\s*[.(]/;
  expect(program).not.toMatch(lacking);
  expect("local file = io.open(path)").toMatch(lacking);
});
