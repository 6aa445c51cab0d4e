import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CREATE_EVENT_LOG, CREATE_LOG_IDENTITY, DROP_EVENT_LOG } from './event-log.sql.js';

/** Creates the event log of the PostgreSQL engine. */
export class CreateEventLog1795219200000 implements MigrationInterface {
  async up(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    for (const statement of CREATE_EVENT_LOG) await runner.query(statement);
  }

  async down(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    for (const statement of DROP_EVENT_LOG) await runner.query(statement);
  }
}

/** Creates the id of the log, which read models record. */
export class CreateLogIdentity1795219200400 implements MigrationInterface {
  async up(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    for (const statement of CREATE_LOG_IDENTITY) await runner.query(statement);
  }

  async down(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    await runner.query('drop table public.event_log_identity');
  }
}
