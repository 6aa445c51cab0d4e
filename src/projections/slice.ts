import type { DynamicModule, Type } from '@nestjs/common';
import type { MigrationInterface } from 'typeorm';
import type { StreamDefinition } from '../event-sourcing/event-registry.js';
import type { Projection } from './projection.js';

/**
 * One part of the application, as the rest of the program sees it: what it keeps in the log, what it derives from the
 * log, and what it adds to the application. Each is named once, in `src/slices.ts`.
 */
export type Slice = Readonly<{
  name: string;
  /** The streams it writes and the events that can stand in them. */
  streams?: readonly StreamDefinition[];
  /** What it does to the schema of the database; all slices' migrations run in the order of their timestamps. */
  migrations?: readonly (new () => MigrationInterface)[];
  /** Its read models. */
  projections?: readonly Projection[];
  /** Its handlers, controllers and pages. */
  module?: Type | DynamicModule;
}>;
