import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import type { Endpoint } from './grpc-errors.js';

/** The server's features, by which the client chooses its calls. */
export function getSupportedMethods(
  _: ServerUnaryCall<Empty, SupportedMethods>,
  callback: sendUnaryData<SupportedMethods>,
): void {
  const methods = ['Append', 'BatchAppend', 'Delete', 'Read', 'Tombstone'].map((name) =>
    new features.SupportedMethod()
      .setServiceName('event_store.client.streams.Streams')
      .setMethodName(name.toLowerCase())
      .setFeaturesList(name === 'Read' ? ['position', 'events'] : []),
  );
  callback(
    null,
    new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion('23.10.6'),
  );
}

/** A cluster of one leader. */
export const readGossip =
  (leader: () => Endpoint) =>
  (_: ServerUnaryCall<Empty, ClusterInfo>, callback: sendUnaryData<ClusterInfo>): void => {
    const { address, port } = leader();
    const member = new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString('4c2f1a60-5b7e-4d52-9a0e-3f0f2f6f7f10'))
      .setTimeStamp(String(Date.now() * 10_000))
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(address).setPort(port));
    callback(null, new gossip.ClusterInfo().setMembersList([member]));
  };
