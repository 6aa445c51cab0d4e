import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { credentials } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { FakeEventStoreDb } from './fake-eventstoredb.js';

/** Makes one batch append with plain gRPC, because a second answer crashes the client. */
export async function batchAppendRaw(fake: FakeEventStoreDb, stream: string): Promise<BatchAppendResp[]> {
  const { address, port } = fake.endpoint;
  const service = new streamsService.StreamsClient(`${address}:${port}`, credentials.createInsecure());
  const call = service.batchAppend();
  const answers: BatchAppendResp[] = [];
  call.on('data', (answer: BatchAppendResp) => answers.push(answer));
  const message = new streams.BatchAppendReq.ProposedMessage().setId(
    new shared.UUID().setString(randomUUID()),
  );
  message.getMetadataMap().set('type', 'Measured').set('content-type', 'application/json');
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setAny(new protobufEmpty.Empty());
  const request = new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(randomUUID()))
    .setOptions(options)
    .setIsFinal(true);
  request.addProposedMessages(message);
  call.write(request);
  call.end();
  await once(call, 'end');
  service.close();
  return answers;
}
