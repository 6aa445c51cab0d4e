import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import rpc from '@eventstore/db-client/generated/status_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import protobufAny from 'google-protobuf/google/protobuf/any_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Expected } from './server-event.js';

/** The largest append, in bytes of all its events. */
export const MAX_APPEND_BYTES = 1_048_576;

/** The address of a node. */
export type Endpoint = Readonly<{ address: string; port: number }>;

/** An error with a status and the trailers by which the client recognises it. */
function failure(code: status, details: string, trailers: Record<string, string>): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const notLeader = ({ address, port }: Endpoint): ServiceError =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': address,
    'leader-endpoint-port': String(port),
  });

export const streamDeleted = (stream: string): ServiceError =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const wrongExpectedVersion = (stream: string, expected: Expected, current: number): ServiceError =>
  failure(status.FAILED_PRECONDITION, 'WrongExpectedVersion', {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(
      typeof expected === 'number' ? expected : { any: -2, no_stream: -1, stream_exists: -4 }[expected],
    ),
    ...(current < 0 ? {} : { 'actual-version': String(current) }),
  });

export const appendTooLarge = (): ServiceError =>
  failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_BYTES} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(MAX_APPEND_BYTES),
  });

export const unavailable = (): ServiceError => failure(status.UNAVAILABLE, 'Server Is Not Ready', {});

/** Errors in the answers of a batch append, with details as the client unpacks them. */
export const batchErrors = {
  wrongExpectedVersion(expected: Expected, current: number): Status {
    const details = new shared.WrongExpectedVersion();
    if (current < 0) details.setCurrentNoStream(new protobufEmpty.Empty());
    else details.setCurrentStreamRevision(String(current));
    if (expected === 'any') details.setExpectedAny(new protobufEmpty.Empty());
    else if (expected === 'no_stream') details.setExpectedNoStream(new protobufEmpty.Empty());
    else if (expected === 'stream_exists') details.setExpectedStreamExists(new protobufEmpty.Empty());
    else details.setExpectedStreamPosition(String(expected));
    return packed('event_store.client.WrongExpectedVersion', details);
  },

  streamDeleted(stream: string): Status {
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(stream));
    const details = new shared.StreamDeleted();
    details.setStreamIdentifier(identifier);
    return packed('event_store.client.StreamDeleted', details);
  },

  tooLarge(): Status {
    const details = new shared.MaximumAppendSizeExceeded();
    details.setMaxappendsize(MAX_APPEND_BYTES);
    return packed('event_store.client.MaximumAppendSizeExceeded', details);
  },

  /** The server did not handle the append. Only the message says so. */
  notHandled: (): Status => packed('google.protobuf.Empty', new protobufEmpty.Empty(), 'Server Is Not Ready'),
};

function packed(name: string, details: { serializeBinary(): Uint8Array }, message = name): Status {
  const any = new protobufAny.Any();
  any.pack(details.serializeBinary(), name);
  const error = new rpc.Status();
  error.setMessage(message);
  error.setDetails(any);
  return error;
}
