import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { EventStore } from '../event-store/event-store.js';
import { isProjection, type Consumer } from './consumer.js';
import { Processor } from './processor.js';
import { Projector } from './projector.js';
import { ReactorHandler } from './reactor-handler.js';

export type ProcessorParts = Readonly<{
  store: EventStore;
  database: DataSource;
  databaseUrl: string;
  log: Logger;
  /** Takes a line for the operator. */
  notice: (line: string) => void;
}>;

/** The processor of a projection or of a reactor, not started yet. */
export function processorOf(consumer: Consumer, parts: ProcessorParts): Processor {
  const handler = isProjection(consumer)
    ? new Projector({ ...parts, projection: consumer })
    : new ReactorHandler(parts.database, consumer);
  return new Processor({ ...parts, handler });
}
