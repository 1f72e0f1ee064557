import { describe, expect, it } from "vitest";
import { firstStepOf } from "../../../components/bootstrap.ts";
import { jurisdiction } from "../../../components/country.ts";
import { judge } from "../../../policies/judge.ts";
import { plan } from "../../../policies/program.ts";
import { brazil, india, made } from "./countries.ts";

describe.each([
  ["AWS", india],
  ["Azure", brazil],
] as const)("what the first step makes on %s", (_, country) => {
  it("leaves the guards nothing to find, neither in the plan nor once all is known", async () => {
    const make = await (await firstStepOf(country())).load();
    const planned = await plan(() => make("state"));
    const at = jurisdiction(country());
    expect(planned.length).toBeGreaterThan(5);
    expect(judge(planned, at).findings.filter(({ verdict }) => verdict !== "pending")).toEqual([]);
    expect(judge((await made(country())).resources, at).findings).toEqual([]);
  });

  it("is found by them where it stands abroad or is opened", async () => {
    const { resources } = await made(country());
    const opened = resources.map((each) => ({
      ...each,
      props: JSON.parse(
        JSON.stringify(each.props)
          .replaceAll('"defaultAction":"Deny"', '"defaultAction":"Allow"')
          .replaceAll('"blockPublicPolicy":true', '"blockPublicPolicy":false')
          .replaceAll(/"region":"ap-south-1"|"location":"brazilsouth"/g, (text) => text.replace(/:.*/, ':"eastus"')),
      ),
    }));
    expect(judge(opened, jurisdiction(country())).findings.length).toBeGreaterThan(1);
  });

  it("stays where it is when the stack is destroyed", async () => {
    const { resources, spared } = await made(country());
    const inTheCloud = resources.filter(({ type }) => !/^(pulumi|freehold):/.test(type));
    expect(spared.sort()).toEqual(inTheCloud.map(({ type, name }) => `${type} ${name}`).sort());
    expect(spared.length).toBeGreaterThan(2);
  });
});
