import { createRequire } from "node:module";

type Struct = { toJavaScript(): Record<string, unknown> };
type Holder = { getProperties(): Struct | undefined; setProperties(properties: Struct): void };
type SentResource = Holder & { getUrn(): string; getProvider(): Holder | undefined };
type SentStack = { getResourcesList(): SentResource[] };

/** One call of the protocol, as far as it is needed here. */
export type Call<Request> = { requestDeserialize(bytes: Buffer): Request };

/** The analyzer's protocol as the policy SDK itself finds it: it is the one that will be served. */
export function analyzer(): Record<string, Call<unknown>> {
  return sdk("@pulumi/pulumi/proto/analyzer_grpc_pb").AnalyzerService;
}

/** A module as the policy SDK itself finds it. */
function sdk(module: string) {
  return createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"))(module);
}

/** A resource's properties as the engine sent them, and those of its provider. */
export type Sent = { props: Record<string, unknown>; provider?: Record<string, unknown> };

/**
 * Takes the properties out of what the engine sends, before the SDK sees them: it would open secrets without saying which they
 * were, make promises of assets, and do so once for every policy. Policies are handed none. To be called before the pack is
 * made; the answer tells the properties of a resource by its URN.
 */
export function readAlong(): (urn: string) => Sent | undefined {
  const { Struct: Properties } = sdk("google-protobuf/google/protobuf/struct_pb") as { Struct: new () => Struct };
  const none = new Properties();
  const taken = (holder: Holder | undefined) => {
    const properties = holder?.getProperties();
    holder?.setProperties(none);
    return properties;
  };
  const sent = new Map<string, { props: Struct | undefined; provider: Struct | undefined }>();
  const take = (resource: SentResource) =>
    void sent.set(resource.getUrn(), { props: taken(resource), provider: taken(resource.getProvider()) });
  const service = analyzer();
  along(service.analyze as Call<SentResource>, take);
  along(service.analyzeStack as Call<SentStack>, (stack) => stack.getResourcesList().forEach(take));
  return (urn) => {
    const found = sent.get(urn);
    if (found === undefined) return undefined;
    // Read once; the whole is sent again in the end.
    sent.delete(urn);
    const provider = found.provider?.toJavaScript();
    return { props: found.props?.toJavaScript() ?? {}, ...(provider && { provider }) };
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
