import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInput } from '../platform/errors.js';
import { contentHash, type CommandContext } from './command-context.js';
import type { EventStore } from '../event-store/event-store.js';
import { StreamCommandHandler, type Aggregate } from './command-handler.js';

const CommandClaimedSchema = z.strictObject({
  /** Hash of the command that the key stands for from now on. */
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
});
/** The one event that can stand in a key's stream, at version 1. */
export const commandEventSchemas = { CommandClaimed: CommandClaimedSchema };

/** The stream of an idempotency key: `command-` and the SHA-256 of the key. */
export const COMMAND_STREAMS = 'command-';

type CommandClaimed = Readonly<{ type: 'CommandClaimed'; data: z.infer<typeof CommandClaimedSchema> }>;
type Claim = CommandClaimed['data'];

const aggregate: Aggregate<Claim, CommandClaimed> = {
  streamPrefix: COMMAND_STREAMS,
  schemas: commandEventSchemas,
  evolve: (_, event) => event.data,
};

/**
 * Binds an idempotency key to one command where the content, not the address, names the stream it goes to:
 * there the stream itself cannot tell that the key came before with another content. The claim is an event of
 * a stream of the key's own, so it holds on every engine and across crashes: a repeat finds it and goes on.
 *
 * @throws InvalidInput `idempotency-key-reused` when the key was claimed for another content.
 */
export async function claimIdempotencyKey(
  store: EventStore,
  command: object,
  envelope: CommandContext,
): Promise<void> {
  const claim: Claim = { contentHash: contentHash(command) };
  const key = createHash('sha256').update(envelope.id).digest('hex');
  await new StreamCommandHandler(store, aggregate).handle(key, command, envelope, (claimed) => {
    if (claimed === null) return [{ type: 'CommandClaimed', data: claim }];
    if (claimed.contentHash === claim.contentHash) return [];
    throw new InvalidInput(
      `the key ${envelope.id} was used with another content`,
      [],
      'idempotency-key-reused',
    );
  });
}
