import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import type { EventStore } from '../../src/event-store/event-store.js';
import type { Position } from '../../src/event-store/position.js';
import { awaitPositionBy, type AwaitPosition } from '../../src/projections/await-position.js';
import type { Consumer } from '../../src/projections/consumer.js';
import type { Processor } from '../../src/projections/processor.js';
import { processorOf, type ProcessorParts } from '../../src/projections/processor-of.js';

/** A processor with its own connections, like another process, and a wait for its checkpoint. */
export class RunningProcessor {
  private readonly processor: Processor;
  private readonly awaitPosition: AwaitPosition;
  private readonly closing = new AbortController();

  constructor(
    private readonly consumer: Consumer,
    private readonly parts: Readonly<{ store: EventStore; database: DataSource; databaseUrl: string }> &
      Partial<ProcessorParts>,
  ) {
    this.processor = processorOf(consumer, {
      log: pino({ level: 'silent' }),
      notice: () => undefined,
      ...parts,
    });
    this.awaitPosition = awaitPositionBy({ ...parts, consumers: [consumer], closing: this.closing.signal });
  }

  start(): void {
    this.processor.start();
  }

  stop(): Promise<void> {
    return this.processor.stop();
  }

  get lastError(): string | null {
    return this.processor.lastError;
  }

  /** Waits for a position; any process may reach it. */
  waitFor(position: Position, timeoutMs: number): Promise<void> {
    return this.awaitPosition(this.consumer.name, position, timeoutMs);
  }

  /** Stops it, and closes its connections. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.stop();
    await this.parts.store.close();
    await this.parts.database.destroy();
  }
}
