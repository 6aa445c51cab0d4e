import type { DataSource } from 'typeorm';
import type { EventStore, RecordedEvent } from '../event-store/event-store.js';
import { writePage, type PageOptions } from './page-writer.js';
import { writeUntilPoison, type PoisonEvent } from './poison-event.js';
import type { PageHandler } from './processor.js';
import type { Projection } from './projection.js';
import { upgradeTables } from './rebuild/upgrade-tables.js';

export type ProjectorOptions = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  projection: Projection;
  /** Takes a line for the operator when tables of an older version are rebuilt. */
  notice: (line: string) => void;
}>;

/**
 * Folds pages of the log into a projection's tables. A page and its checkpoint are one transaction, so every event counts
 * exactly once, also after a crash.
 */
export class Projector implements PageHandler {
  readonly consumer: Projection;
  private isUpgradeAnnounced = false;

  constructor(private readonly options: ProjectorOptions) {
    this.consumer = options.projection;
  }

  /** Rebuilds tables that an older version of the projection filled; they serve meanwhile. */
  prepare(signal: AbortSignal): Promise<'ready' | 'stopped'> {
    return upgradeTables({
      ...this.options,
      signal,
      announceStart: (line) => {
        if (!this.isUpgradeAnnounced) this.options.notice(line);
        this.isUpgradeAnnounced = true;
      },
      announceEnd: this.options.notice,
    });
  }

  handle(page: readonly RecordedEvent[], options: PageOptions): Promise<PoisonEvent | null> {
    const { database, projection } = this.options;
    return writeUntilPoison(page, (events) => writePage(database, projection, events, options));
  }
}
