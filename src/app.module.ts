import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { DataSource } from 'typeorm';
import { EVENT_STORE, type EventStore } from './event-store/event-store.js';
import { PROBE_TARGETS, type ProbeTargets } from './health/health-probe.js';
import { authorise, POLICY } from './identity/policy.js';
import { CLOCK, type Clock } from './platform/clock.js';
import { DATABASE } from './platform/postgres/database.js';
import { AWAIT_POSITION, type AwaitPosition } from './projections/await-position.js';
import type { Slice } from './projections/slice.js';
import { SLICES } from './slices.js';

/** What every slice can inject. It is opened before the Nest application and closed after it. */
export type Foundations = Readonly<{
  store: EventStore;
  /** The database of the read models. */
  database: DataSource;
  clock: Clock;
  awaitPosition: AwaitPosition;
  probeTargets: ProbeTargets;
}>;

@Global()
@Module({})
class FoundationsModule {
  static of({ store, database, clock, awaitPosition, probeTargets }: Foundations): DynamicModule {
    const providers = [
      { provide: EVENT_STORE, useValue: store },
      { provide: DATABASE, useValue: database },
      { provide: CLOCK, useValue: clock },
      { provide: AWAIT_POSITION, useValue: awaitPosition },
      { provide: PROBE_TARGETS, useValue: probeTargets },
      { provide: POLICY, useValue: authorise },
    ];
    return { module: FoundationsModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

@Module({})
export class AppModule {
  /** The application on given foundations: the same for the API, the command line and the tests. */
  static on(foundations: Foundations, slices: readonly Slice[] = SLICES): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        FoundationsModule.of(foundations),
        ...slices.flatMap(({ module }) => module ?? []),
      ],
    };
  }
}
