import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The read model of the statistics. `statistics_tally` holds the present counts; the counts as at an earlier position
 * are the sum of the changes up to it. Register and provenance keep every version for the same purpose.
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

/**
 * Adds the counts of a year after every 8,192 of its changes (tally-snapshots.ts), so that an earlier figure is summed
 * from fewer changes than that. The statement makes the snapshots of changes projected earlier, by the same rule.
 */
export class AddTallyMilestones1795219200500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table statistics_year (
        year text collate "C" primary key,
        changes integer not null
      );
      create table statistics_tally_milestone (
        year text collate "C" not null,
        position bigint not null,
        authority text collate "C" not null,
        measure text collate "C" not null,
        count integer not null,
        primary key (year, position, authority, measure)
      );
      insert into statistics_year (year, changes)
        select year, count(*) from statistics_change group by year;
      insert into statistics_tally_milestone (year, position, authority, measure, count)
        select place.year, place.position, change.authority, change.measure, sum(change.delta)
        from (
          select distinct year, position
          from (
            select year, position, row_number() over (partition by year order by position) as number
            from statistics_change
          ) as numbered
          where number % 8192 = 0
        ) as place
        join statistics_change as change on change.year = place.year and change.position <= place.position
        group by place.year, place.position, change.authority, change.measure
        having sum(change.delta) <> 0;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table statistics_year, statistics_tally_milestone');
  }
}

/**
 * Renames tables and a column after what they hold. `statistics_case` held whole complaints; when the projection has been
 * rebuilt at version 2, it holds only the facts that count.
 */
export class RenameStatisticsTables1795219200700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table statistics_page rename to statistics_time_index;
      alter index if exists statistics_page_pkey rename to statistics_time_index_pkey;
      alter table statistics_tally_milestone rename to statistics_tally_snapshot;
      alter index if exists statistics_tally_milestone_pkey rename to statistics_tally_snapshot_pkey;
      alter table statistics_case rename column complaint to facts;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table statistics_case rename column facts to complaint;
      alter index if exists statistics_tally_snapshot_pkey rename to statistics_tally_milestone_pkey;
      alter table statistics_tally_snapshot rename to statistics_tally_milestone;
      alter index if exists statistics_time_index_pkey rename to statistics_page_pkey;
      alter table statistics_time_index rename to statistics_page;`);
  }
}
