import { describe, expect, it } from "vitest";
import { SdkShapes, type Shape } from "../../../rehearsal/clouds/sdk-shapes.ts";

const aws = new SdkShapes("@pulumi/aws");
const azure = new SdkShapes("@pulumi/azure-native");
const nested = (shape: Shape | undefined) => (shape?.kind === "object" ? shape.properties() : undefined);

describe("shapes read from an SDK's declarations", () => {
  it("say what is required, and what nests in it", () => {
    const { inputs } = aws.resource("aws:eks/nodeGroup:NodeGroup");
    expect(inputs.get("scalingConfig")?.required).toBe(true);
    expect(inputs.get("taints")).toMatchObject({ required: false, shape: { kind: "list" } });
    expect(nested(inputs.get("scalingConfig")?.shape)?.get("maxSize")).toEqual({
      required: true,
      shape: { kind: "number" },
    });
    expect(inputs.get("labels")?.shape).toEqual({ kind: "map", of: { kind: "string" } });
  });

  it("say of outputs which always have a value", () => {
    const { outputs } = aws.resource("aws:eks/nodeGroup:NodeGroup");
    expect(outputs.get("arn")).toEqual({ always: true });
    expect(outputs.get("labels")).toEqual({ always: false });
  });

  it("know the values of an enum, and whether others may be given", () => {
    const { inputs } = azure.resource("azure-native:containerservice:AgentPool");
    expect(inputs.get("osType")?.shape).toEqual({ kind: "enum", values: ["Linux", "Windows"], open: true });
    const rules = nested(azure.resource("azure-native:storage:StorageAccount").inputs.get("networkRuleSet")?.shape);
    expect(rules?.get("defaultAction")?.shape).toMatchObject({ kind: "enum", open: false, values: ["Allow", "Deny"] });
  });

  it("know the provider's own inputs, and a function's", () => {
    expect(aws.provider().has("allowedAccountIds")).toBe(true);
    expect(aws.arguments("aws:eks/getClusterVersions:getClusterVersions").has("clusterType")).toBe(true);
    expect(azure.arguments("azure-native:authorization:getClientConfig").size).toBe(0);
  });

  it("are none for a type that the package does not have", () => {
    expect(() => aws.resource("aws:eks/nothing:Nothing")).toThrow("the package has no eks/nothing.d.ts");
  });
});
