import { createRequire } from "node:module";

type Struct = { toJavaScript(): Record<string, unknown> };
type SentResource = {
  getUrn(): string;
  getProperties(): Struct | undefined;
  getProvider(): { getProperties(): Struct | undefined } | undefined;
};
type SentStack = { getResourcesList(): SentResource[] };

/** One call of the protocol, as far as it is needed here. */
export type Call<Request> = { requestDeserialize(bytes: Buffer): Request };

/** The analyzer's protocol as the policy SDK itself finds it: it is the one that will be served. */
export function analyzer(): Record<string, Call<unknown>> {
  const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"));
  return sdk("@pulumi/pulumi/proto/analyzer_grpc_pb").AnalyzerService;
}

/** A resource's properties as the engine sent them, and those of its provider. */
export type Sent = { props: Record<string, unknown>; provider?: Record<string, unknown> };

/**
 * Reads along what the engine sends: the SDK opens secrets without saying which they were, and makes promises of assets, before a
 * policy sees them. To be called before the pack is made; the answer tells the properties of a resource by its URN.
 */
export function readAlong(): (urn: string) => Sent | undefined {
  const sent = new Map<string, SentResource>();
  const keep = (resource: SentResource) => void sent.set(resource.getUrn(), resource);
  const service = analyzer();
  along(service.analyze as Call<SentResource>, keep);
  along(service.analyzeStack as Call<SentStack>, (stack) => stack.getResourcesList().forEach(keep));
  return (urn) => {
    const resource = sent.get(urn);
    if (resource === undefined) return undefined;
    // Read once; the whole is sent again in the end.
    sent.delete(urn);
    const provider = resource.getProvider()?.getProperties()?.toJavaScript();
    return { props: resource.getProperties()?.toJavaScript() ?? {}, ...(provider && { provider }) };
  };
}

/** Lets somebody see each request as it is decoded. */
export function along<Request>(call: Call<Request>, see: (request: Request) => void): void {
  const decode = call.requestDeserialize;
  call.requestDeserialize = (bytes) => {
    const request = decode(bytes);
    see(request);
    return request;
  };
}
