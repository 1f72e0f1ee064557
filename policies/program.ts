import * as pulumi from "@pulumi/pulumi";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import settings from "@pulumi/pulumi/runtime/settings.js";
import type { Jurisdiction } from "../components/country.ts";
import type { Resource } from "./fact.ts";
import { knownAmong } from "./join.ts";
import { describeAll, type Finding, type Judgement, judgeOne, judgeSeen, renderFinding, type Terms } from "./judge.ts";
import { plan, settle } from "./plan.ts";

export { plan } from "./plan.ts";

/**
 * Builds twice: first only as a plan, which is judged whole; then, if nothing in it is broken, for real. So a refusal comes
 * before the first resource is registered, with or without `--policy-pack`. What the plan could not know is judged again at
 * registration. Throws a `RunError` that lists every finding.
 */
export async function guard<T>(
  jurisdiction: Jurisdiction,
  build: () => T,
  terms: Terms = {},
): Promise<{ built: T; judgement: Judgement }> {
  const seen = describeAll(await plan(build));
  const judgement = judgeSeen(seen, jurisdiction, terms);
  const refused = judgement.findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable");
  if (refused.length > 0) {
    const count = `${refused.length} ${refused.length === 1 ? "finding" : "findings"}`;
    throw new pulumi.RunError(
      [`The plan breaks residency: ${count}, nothing was created.`, ...refused.map(renderFinding)].join("\n\n"),
    );
  }
  const known = knownAmong(seen);
  judgeAtRegistration((resource) => {
    const findings = judgeOne(resource, jurisdiction, { ...terms, known });
    return findings.filter(({ verdict }) => verdict === "broken");
  });
  return { built: build(), judgement };
}

/**
 * Judges each resource once more when it is registered: by then values that the plan had to leave open are known. A transform
 * refuses what is broken. The engine asks it, after all others, only for what is broken already and for what it changes or
 * makes itself, such as the children of a chart: to ask for each would cost as much as the whole plan.
 */
function judgeAtRegistration(broken: (resource: Resource) => Finding[]) {
  const monitor = settings.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  let refusal: Promise<Callback> | undefined;
  monitor.registerResource = (request, callback) => {
    const isFinal = !request.getRemote() && request.getTransformsList().length === 0;
    if (isFinal && broken(resourceIn(request)).length === 0) return register(request, callback);
    refusal ??= settings.getCallbacks()!.registerTransform(refuse(broken));
    refusal.then((transform) => {
      request.addTransforms(transform);
      register(request, callback);
    }, callback);
  };
  // It would run after ours, on what has been judged.
  monitor.registerStackTransform = () => {
    throw new pulumi.RunError(
      "A guarded program takes no transform of its whole stack: give it to the resources it is for.",
    );
  };
}

/** The client of the engine's resource monitor, as far as it is needed here; nobody reads what its methods return. */
type Monitor = {
  registerResource(
    request: RegisterResourceRequest,
    callback: (error: Error | null, response?: unknown) => void,
  ): unknown;
  registerStackTransform(): unknown;
};

function resourceIn(request: RegisterResourceRequest): Resource {
  const props = (request.getObject()?.toJavaScript() ?? {}) as Resource["props"];
  const [type, name, custom] = [request.getType(), request.getName(), request.getCustom()];
  return { type, name, custom, urn: name, props };
}

function refuse(broken: (resource: Resource) => Finding[]): pulumi.ResourceTransform {
  return async ({ type, name, custom, props }) => {
    const findings = broken({ type, name, custom, urn: name, ...(await settle(props)) });
    if (findings.length === 0) return undefined;
    // The engine wraps what a transform throws in the noise of a remote call, so the report is logged by itself.
    for (const finding of findings) pulumi.log.error(renderFinding(finding));
    throw new Error(`${name} breaks residency and was not created.`);
  };
}
