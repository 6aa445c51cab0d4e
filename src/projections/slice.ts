import type { DynamicModule, Type } from '@nestjs/common';
import type { MigrationInterface } from 'typeorm';
import type { StreamDefinition } from '../event-sourcing/event-registry.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Projection } from './projection.js';
import type { Reactor } from './reactor.js';

/**
 * One part of the application, as the rest of the program sees it: its streams in the log, its read models and reactors,
 * and its module. `src/slices.ts` lists all of them.
 */
export type Slice = Readonly<{
  name: string;
  /** The streams it writes and the events that they can contain. */
  streams?: readonly StreamDefinition[];
  /** Its changes to the schema of the database; all slices' migrations run in the order of their timestamps. */
  migrations?: readonly (new () => MigrationInterface)[];
  /** Its read models. */
  projections?: readonly Projection[];
  /** What it does once for each event. */
  reactors?: readonly Reactor[];
  /** Runs each time the log is opened, before anything is projected; may run in several processes at once. */
  onOpen?: (store: EventStore, now: Date) => Promise<void>;
  /** Its handlers, controllers and pages. */
  module?: Type | DynamicModule;
}>;
