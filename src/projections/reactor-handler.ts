import type { DataSource } from 'typeorm';
import type { RecordedEvent } from '../event-store/event-store.js';
import { lockCheckpoint, moveCheckpoint } from './checkpoint.js';
import { checkRecordedLog } from './log-identity-check.js';
import type { PageOptions } from './page-writer.js';
import { writeUntilPoison, type PoisonEvent } from './poison-event.js';
import type { PageHandler } from './processor.js';
import type { Reactor } from './reactor.js';
import { inSchema, LIVE_SCHEMA } from './schema-transaction.js';

/** Hands each event of a page to a reactor, in one transaction with the checkpoint. */
export class ReactorHandler implements PageHandler {
  constructor(
    private readonly database: DataSource,
    readonly consumer: Reactor,
  ) {}

  async handle(page: readonly RecordedEvent[], options: PageOptions): Promise<PoisonEvent | null> {
    for (const event of page) {
      if (options.skipped.has(event.position)) continue;
      const poison = await writeUntilPoison([event], async () => {
        if (this.consumer.isInterestedIn(event)) await this.passTo(event, options, true);
      });
      if (poison !== null) return poison;
    }
    const last = page.at(-1);
    // Nothing is done for the events after the last act, but they need not be read again.
    if (last !== undefined) await this.passTo(last, options, false);
    return null;
  }

  /** Moves the checkpoint to an event, unless another process has, and acts on it in the same transaction. */
  private async passTo(event: RecordedEvent, { log }: PageOptions, acts: boolean): Promise<void> {
    await inSchema(this.database, LIVE_SCHEMA, async (transaction) => {
      const checkpoint = await lockCheckpoint(this.consumer.name, transaction);
      checkRecordedLog(this.consumer, checkpoint, log);
      if (checkpoint.position >= event.position) return;
      if (acts) await this.consumer.react(event, transaction);
      await moveCheckpoint(this.consumer, event.position, transaction);
    });
  }
}
