import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each projection has read the log, and the event that stopped it, if one did. */
export class CreateProjections1795219200100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table projection_checkpoint (
        projection text primary key,
        position bigint not null,
        updated_at timestamptz not null default now()
      );
      create table projection_dead_letter (
        projection text primary key,
        position bigint not null,
        event_id uuid not null,
        stream text not null,
        revision integer not null,
        type text not null,
        error text not null,
        attempts integer not null,
        failed_at timestamptz not null default now()
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table projection_checkpoint, projection_dead_letter');
  }
}

/** What went wrong last, for those who ask another process; and which log the read models come from. */
export class AddProjectionStatus1795219200300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table projection_checkpoint
        add column last_error text,
        add column failed_at timestamptz,
        add column log text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table projection_checkpoint drop column last_error, drop column failed_at, drop column log',
    );
  }
}
