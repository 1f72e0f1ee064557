import { credentials } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { anySize } from "../plugin-server.ts";
import { findChart, installChart, isUnproven } from "./chart.ts";
import type { Cluster } from "./cluster.ts";
import type { Engine } from "./engine.ts";
import { fromStruct, type Properties, toStruct } from "./properties.ts";

/** Answers a component that the official provider would build of many resources: a Helm chart, by its definitions. */
export async function construct(
  request: providerPb.ConstructRequest,
  cluster: Cluster,
  engine: Engine,
  cancelled: AbortSignal,
): Promise<providerPb.ConstructResponse> {
  const type = request.getType();
  if (type !== "kubernetes:helm.sh/v4:Chart") {
    throw new Error(`${type}: a rehearsal builds no such component; declare its objects as resources`);
  }
  const chart = findChart(fromStruct(request.getInputs()));
  const outputs: Properties = {
    resources: [],
    customResourceDefinitions: chart?.definitions.map(({ name }) => name) ?? [],
  };
  if (chart && !request.getDryrun()) await installChart(chart, cluster, cancelled);
  const urn = await register(request, outputs);
  if (chart && isUnproven(chart)) {
    const { version, proven } = chart;
    engine.log(
      "warning",
      urn,
      `${version} was not proven: a rehearsal has the definitions of ${proven}, so its objects are checked against those`,
    );
  }
  return new providerPb.ConstructResponse().setUrn(urn).setState(toStruct(outputs));
}

/** Makes the component known to the engine, without children. */
async function register(request: providerPb.ConstructRequest, outputs: Properties): Promise<string> {
  const monitor = new resourceGrpc.ResourceMonitorClient(
    request.getMonitorendpoint(),
    credentials.createInsecure(),
    anySize,
  );
  try {
    const registration = new resourcePb.RegisterResourceRequest()
      .setType(request.getType())
      .setName(request.getName())
      .setParent(request.getParent())
      .setCustom(false)
      .setObject(toStruct({}))
      .setDependenciesList(request.getDependenciesList())
      .setAliasesList(request.getAliasesList().map((alias) => alias))
      .setAcceptsecrets(true)
      .setSupportsresultreporting(true);
    const urn = await new Promise<string>((resolve, reject) =>
      monitor.registerResource(registration, (error, response) => (error ? reject(error) : resolve(response.getUrn()))),
    );
    const result = new resourcePb.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(toStruct(outputs));
    await new Promise<void>((resolve, reject) =>
      monitor.registerResourceOutputs(result, (error) => (error ? reject(error) : resolve())),
    );
    return urn;
  } finally {
    monitor.close();
  }
}
