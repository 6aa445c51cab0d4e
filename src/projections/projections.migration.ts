import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each projection and reactor has come in the log, and the event that stopped it. */
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

/** The last error, which every process can show, and the log that the checkpoint belongs to. */
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

/** Version of the projection that filled the tables; every one was at version 1 before. */
export class AddProjectionVersion1795219200600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table projection_checkpoint add column version integer not null default 1');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table projection_checkpoint drop column version');
  }
}
