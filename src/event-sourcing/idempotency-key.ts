import { hash } from 'node:crypto';
import { z } from 'zod';
import type { EventStore } from '../event-store/event-store.js';
import type { Aggregate } from './aggregate.js';
import { contentHash, type CommandContext } from './command-context.js';
import { StreamCommandHandler } from './command-handler.js';

const CommandClaimedSchema = z.strictObject({
  /** Hash of the command that the key stands for from now on. */
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
});
/** The one event that can stand in a key's stream, at version 1. */
export const commandEventSchemas = { CommandClaimed: CommandClaimedSchema };

/** The prefix of the stream of an idempotency key; the SHA-256 of the key follows it. */
export const COMMAND_STREAMS = 'command-';

type CommandClaimed = Readonly<{ type: 'CommandClaimed'; data: z.infer<typeof CommandClaimedSchema> }>;

const aggregate: Aggregate<CommandClaimed['data'], CommandClaimed> = {
  streamPrefix: COMMAND_STREAMS,
  schemas: commandEventSchemas,
  evolve: (_, event) => event.data,
};

/**
 * Binds an idempotency key to one command. It is needed where the content of a command, not its address, names the
 * stream: the stream itself then cannot show that the key was used with another content. The claim is an event in a
 * stream of the key's own, so it holds on every engine and after a crash; claiming a key again for the same command
 * has no effect.
 *
 * A claim cannot be undone, so make it only for a command that was accepted on a state read from its stream.
 *
 * @throws InvalidInput `idempotency-key-reused` when the key was claimed for another content.
 */
export async function claimIdempotencyKey(
  store: EventStore,
  command: object,
  context: CommandContext,
): Promise<void> {
  const claim: CommandClaimed = { type: 'CommandClaimed', data: { contentHash: contentHash(command) } };
  // Most keys are new, so the claim is appended without a read. Where the key was claimed before, its stream holds a
  // command with this id, and the handler compares the content.
  await new StreamCommandHandler(store, aggregate).handle(
    hash('sha256', context.id),
    command,
    context,
    () => [claim],
    { firstBasis: 'no-stream' },
  );
}
