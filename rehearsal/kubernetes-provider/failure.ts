import { status } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import { CallError } from "../plugin-server.ts";
import { ApiError } from "./client.ts";
import { type Properties, toStruct } from "./properties.ts";

/** An object that is in the cluster but not ready: the engine keeps it, and its next update goes on from there. */
export function notReady(
  message: string,
  { id, outputs, inputs, reasons }: { id: string; outputs: Properties; inputs?: Properties; reasons: string[] },
): CallError {
  const detail = new providerPb.ErrorResourceInitFailed()
    .setId(id)
    .setProperties(toStruct(outputs))
    .setReasonsList(reasons)
    .setInputs(inputs && toStruct(inputs));
  const packed = new anyPb.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const details = new statusPb.Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([packed]);
  return new CallError(message, status.UNKNOWN, details.serializeBinary());
}

export const isNotFound = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 404;
export const isReason = (error: unknown, reason: string) => error instanceof ApiError && error.reason === reason;

/** What to do about a refusal that the API server's own words do not tell. */
export function explained(error: unknown, fieldManager?: string): Error {
  const said = error as Error;
  if (isReason(error, "AlreadyExists")) {
    return new Error(
      `${said.message}\n\nThe object is in the cluster already, and not in this stack.\n` +
        "  remedy   a renamed resource: give it an alias, or deleteBeforeReplace\n" +
        "           some fields of an object that others own: a Patch resource\n" +
        "           an object to take over: pulumi import",
    );
  }
  if (isReason(error, "Conflict") && fieldManager) {
    return new Error(
      `${said.message}\n\nThe fields belong to another field manager than ours (${fieldManager}).\n` +
        `  remedy   leave them out, or take them with the annotation pulumi.com/patchForce: "true"`,
    );
  }
  return said;
}
