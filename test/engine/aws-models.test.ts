import { expect, it } from "vitest";
import { awsCloud } from "../../rehearsal/clouds/aws/aws-cloud.ts";
import type { AwsType } from "../../rehearsal/clouds/aws/aws-type.ts";
import { ServiceModels } from "../../rehearsal/clouds/aws/service-models.ts";
import { inspect } from "../../rehearsal/toolchain.ts";

it("AWS's own models have every operation and every member that the simulated types name", async () => {
  const { found } = await inspect({ parts: ["awsModels"] });
  const models = new ServiceModels(found.awsModels?.path);
  expect(models.present).toBe(true);
  const lost = Object.entries(awsCloud().types).flatMap(([token, type]) => {
    const { request } = type as AwsType;
    const input = request && models.input(request.service, request.operation);
    return Object.entries(request?.members ?? {})
      .filter(([path, member]) => member && !path.includes("."))
      .filter(([, member]) => {
        const reached = member!.split(".").reduce((at: typeof input, name) => {
          const shape = at?.members?.[name]?.shape;
          return shape === undefined ? undefined : models.shape(request!.service, shape);
        }, input);
        return reached === undefined;
      })
      .map(([path]) => `${token} ${path}`);
  });
  expect(lost).toEqual([]);
});
