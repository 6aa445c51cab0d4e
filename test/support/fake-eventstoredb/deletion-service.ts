import type { sendUnaryData, ServerUnaryCall, ServiceError } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { streamDeleted, unavailable, wrongExpectedVersion } from './grpc-errors.js';
import { expectedOf, streamName } from './messages.js';
import type { ServerLog } from './server-log.js';

/** Soft deletion of streams, and tombstones. */
export class DeletionService {
  constructor(private readonly log: ServerLog) {}

  readonly delete = (
    call: ServerUnaryCall<DeleteReq, DeleteResp>,
    callback: sendUnaryData<DeleteResp>,
  ): void => {
    const at = this.#delete(call.request.getOptions(), 'soft');
    const position = new streams.DeleteResp.Position();
    if (at instanceof Error) callback(at);
    else callback(null, new streams.DeleteResp().setPosition(withPosition(position, at)));
  };

  readonly tombstone = (
    call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
    callback: sendUnaryData<TombstoneResp>,
  ): void => {
    const at = this.#delete(call.request.getOptions(), 'tombstone');
    const position = new streams.TombstoneResp.Position();
    if (at instanceof Error) callback(at);
    else callback(null, new streams.TombstoneResp().setPosition(withPosition(position, at)));
  };

  /** Deletes a stream. Returns the position of the deletion. */
  #delete(
    options: DeleteReq.Options | TombstoneReq.Options | undefined,
    how: 'soft' | 'tombstone',
  ): bigint | ServiceError {
    if (options === undefined) return unavailable();
    const stream = streamName.read(options.getStreamIdentifier());
    const expected = expectedOf(options, options.getRevision());
    const result = this.log.delete(stream, expected, how);
    if (result.kind === 'done') return result.position;
    if (result.kind === 'stream-deleted') return streamDeleted(stream);
    return wrongExpectedVersion(stream, expected, result.current);
  }
}

function withPosition<P extends DeleteResp.Position | TombstoneResp.Position>(position: P, at: bigint): P {
  position.setCommitPosition(at.toString());
  position.setPreparePosition(at.toString());
  return position;
}
