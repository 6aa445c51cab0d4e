import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  BatchAppendReq,
  BatchAppendResp,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, AppendResult, ProposedEvent, ServerEvent } from './server-event.js';

/** Names of streams in messages. */
export const streamName = {
  read: (identifier: StreamIdentifier | undefined): string =>
    Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8'),

  write: (name: string): StreamIdentifier => new shared.StreamIdentifier().setStreamName(Buffer.from(name)),
};

/** The expected revision of an append or a deletion. `revision` is the value of the request's field. */
export function expectedOf(
  options: Readonly<{ hasAny(): boolean; hasNoStream(): boolean; hasStreamExists(): boolean }>,
  revision: string,
): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : Number(revision);
}

/** The event of a request. */
export function proposedEvent(
  message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage,
): ProposedEvent {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: metadata.get('type') ?? '',
    json: metadata.get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** The answer to a stored append. */
export function batchSuccess({ next, position }: AppendResult & { kind: 'done' }): BatchAppendResp.Success {
  const at = new shared.AllStreamPosition();
  at.setCommitPosition(position.toString()).setPreparePosition(position.toString());
  return new streams.BatchAppendResp.Success().setCurrentRevision(String(next)).setPosition(at);
}

const serialized = new WeakMap<ServerEvent, Buffer>();

/** The serialized response for an event. Each event is serialized once. */
export function eventResponse(event: ServerEvent): Buffer {
  const bytes = serialized.get(event) ?? Buffer.from(readResponse(event).serializeBinary());
  serialized.set(event, bytes);
  return bytes;
}

function readResponse(event: ServerEvent): ReadResp {
  const position = event.position.toString();
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(streamName.write(event.stream))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.json ? 'application/json' : 'application/octet-stream')
    .set('created', String(event.createdMs * 10_000));
  const read = new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position);
  return new streams.ReadResp().setEvent(read);
}

/** Responses of reads and subscriptions, other than events. */
export const responses = {
  confirmation: (id: string): ReadResp =>
    new streams.ReadResp().setConfirmation(
      new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id),
    ),

  caughtUp: (): ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()),

  checkpoint: (position: bigint): ReadResp =>
    new streams.ReadResp().setCheckpoint(
      new streams.ReadResp.Checkpoint()
        .setCommitPosition(position.toString())
        .setPreparePosition(position.toString()),
    ),

  streamNotFound: (stream: string): ReadResp =>
    new streams.ReadResp().setStreamNotFound(
      new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamName.write(stream)),
    ),
};
