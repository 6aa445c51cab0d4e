import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CREATE_EVENT_LOG, CREATE_LOG_IDENTITY, DROP_EVENT_LOG } from './event-log.sql.js';

/** The event log of the PostgreSQL engine. */
export class CreateEventLog1795219200000 implements MigrationInterface {
  async up(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    for (const statement of CREATE_EVENT_LOG) await runner.query(statement);
  }

  async down(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    for (const statement of DROP_EVENT_LOG) await runner.query(statement);
  }
}

/** The name of the log, by which read models know it. */
export class CreateLogIdentity1795219200400 implements MigrationInterface {
  async up(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    for (const statement of CREATE_LOG_IDENTITY) await runner.query(statement);
  }

  async down(runner: Pick<QueryRunner, 'query'>): Promise<void> {
    await runner.query('drop table public.event_log_identity');
  }
}
