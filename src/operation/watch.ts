import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { EVENT_STORE } from '../platform/tokens.js';
import type { EventStore } from '../event-store/event-store.js';
import type { BoundedDatabase } from '../platform/health/bounded-database.js';
import { singleFlight } from '../platform/health/single-flight.js';
import { toldOutside } from '../platform/health/told-outside.js';
import { projectionStatus, type ProjectionStatus } from '../projections/projection-status.js';
import { COUNTED } from '../projections/projections.health.js';

/** How long a part may take to say how it is, in milliseconds. */
export const WITHIN = 2_000;

/** What keeps the log. */
export const LOG_ENGINES = ['postgresql', 'eventstoredb'] as const;
export type LogEngine = (typeof LOG_ENGINES)[number];

/** What is asked how it is, besides the log itself. */
export type Watched = Readonly<{
  engine: LogEngine;
  /** The database of the read models, by connections that are given up after {@link WITHIN}. */
  database: Pick<BoundedDatabase, 'query'>;
  /** The projections' names. */
  projections: readonly string[];
}>;
export const WATCHED = Symbol('Watched');

/** Whether a part answers; why not, where it does not. */
export type Answering = Readonly<{ status: 'up' } | { status: 'down'; reason: string }>;

/** How everything is that the application stands on. */
export type Sight = Readonly<{
  database: Answering;
  log: Answering & Readonly<{ engine: LogEngine }>;
  /** Why not, where they cannot be told of: the database or the log does not answer. */
  projections:
    (Answering & { status: 'down' }) | Readonly<{ status: 'up'; all: readonly ProjectionStatus[] }>;
}>;

/** Looks at what the application stands on. What does not answer is waited for no longer than {@link WITHIN}. */
@Injectable()
export class Watch {
  private readonly askDatabase: () => Promise<unknown>;
  private readonly askLog: () => Promise<unknown>;
  private readonly askProjections: () => Promise<readonly ProjectionStatus[]>;

  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(WATCHED) private readonly watched: Watched,
  ) {
    const { database, projections } = watched;
    this.askDatabase = singleFlight(() => database.query('select 1'));
    this.askLog = singleFlight(() => store.head());
    this.askProjections = singleFlight(() =>
      Promise.all(projections.map((name) => projectionStatus(name, { store, database }, COUNTED))),
    );
  }

  /** Never throws: what cannot be told is told so. */
  async look(): Promise<Sight> {
    let all: readonly ProjectionStatus[] = [];
    const [database, log, projections] = await Promise.all([
      this.answering('database', this.askDatabase),
      this.answering('log', this.askLog),
      this.answering('projections', async () => {
        all = await this.askProjections();
      }),
    ]);
    return {
      database,
      log: { engine: this.watched.engine, ...log },
      projections: projections.status === 'up' ? { status: 'up', all } : projections,
    };
  }

  private async answering(part: string, ask: () => Promise<unknown>): Promise<Answering> {
    let reason = `no answer within ${WITHIN / 1_000} s`;
    const answer: Readonly<Record<string, { status: string }>> = await this.indicators
      .check(part)
      .attempt(() =>
        ask().then(
          () => undefined,
          (failure: unknown) => {
            reason = toldOutside(failure);
            throw failure;
          },
        ),
      )
      .withTimeout(WITHIN);
    return answer[part]?.status === 'up' ? { status: 'up' } : { status: 'down', reason };
  }
}
