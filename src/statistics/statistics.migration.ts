import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The read model of the statistics. What is shown now stands in `statistics_tally`; what was shown at any
 * position is the sum of the changes up to it. Register and provenance keep every version for the same end.
 */
export class CreateStatistics1795219200200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table statistics_authority (
        code text collate "C" not null,
        position bigint not null,
        authority json not null,
        primary key (code, position)
      );
      create table statistics_provenance (
        store text collate "C" not null,
        position bigint not null,
        provenance json not null,
        primary key (store, position)
      );
      create table statistics_case (
        reference text collate "C" primary key,
        complaint json not null
      );
      create table statistics_change (
        year text collate "C" not null,
        position bigint not null,
        authority text collate "C" not null,
        measure text collate "C" not null,
        delta smallint not null,
        reference text collate "C" not null
      );
      create index statistics_change_by_year on statistics_change (year, position)
        include (authority, measure, delta);
      create table statistics_tally (
        year text collate "C" not null,
        authority text collate "C" not null,
        measure text collate "C" not null,
        count integer not null,
        primary key (year, authority, measure)
      );
      create table statistics_page (
        position bigint primary key,
        stored_at timestamptz(3) not null
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `drop table statistics_authority, statistics_provenance, statistics_case, statistics_change,
         statistics_tally, statistics_page`,
    );
  }
}
