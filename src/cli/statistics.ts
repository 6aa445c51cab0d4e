import { Argument, Option, type Command } from 'commander';
import { AuthorityCodeSchema, type AuthorityCode } from '../authorities/authority-code.js';
import { parseArgument } from '../platform/cli/argument.js';
import { runCommand, type Invocation } from './run-command.js';
import { EXIT } from '../platform/cli/exit-code.js';
import { textTable, type Column } from '../platform/cli/text-table.js';
import { AsAtSchema, type AsAt } from '../statistics/as-at.js';
import { ReportingYearSchema, type ReportingYear } from '../statistics/rates/reporting-year.js';
import { StatisticsOfAuthority, StatisticsOfYear } from '../statistics/api/statistics.queries.js';
import type {
  AuthorityStatistics,
  CountedRate,
  GroupStatistics,
  YearStatistics,
} from '../statistics/rates/statistics.types.js';

type Options = Readonly<{ authority?: AuthorityCode; asAt?: AsAt; json?: boolean }>;

/** `upheld statistics YEAR`: the rates of one council, or of all with their types and the nation. */
export function addStatisticsCommand(program: Command): void {
  program
    .command('statistics')
    .summary('show the rates of a reporting year')
    .description(
      'Shows the upheld, compliance and satisfactory-remedy rates of a reporting year: of one council with ' +
        'the averages of its type, or of all councils, types and the nation.',
    )
    .addArgument(
      new Argument('<year>', 'reporting year, such as 2019-20').argParser(parseArgument(ReportingYearSchema)),
    )
    .addOption(
      new Option('--authority <code>', 'one council, by its ONS code').argParser(
        parseArgument(AuthorityCodeSchema),
      ),
    )
    .addOption(
      new Option(
        '--as-at <moment>',
        'as known at a position of the log, or an instant such as 2020-07-01T12:00:00Z',
      ).argParser(parseArgument(AsAtSchema)),
    )
    .option('--json', 'print JSON')
    .action(async (year: ReportingYear, options: Options) => {
      await runCommand((invocation) => statistics(invocation, year, options), options);
    });
}

async function statistics(
  { upheld, queries, print }: Invocation,
  year: ReportingYear,
  { authority, asAt, json }: Options,
) {
  await upheld.caughtUp();
  if (authority === undefined) {
    const all = await queries.execute(new StatisticsOfYear(year, { asAt }));
    for (const line of json ? [JSON.stringify(all, null, 2)] : yearLines(all)) print(line);
  } else {
    const one = await queries.execute(new StatisticsOfAuthority(authority, year, { asAt }));
    for (const line of json ? [JSON.stringify(one, null, 2)] : authorityLines(one)) print(line);
  }
  return EXIT.done;
}

const SYNTHETIC = 'SYNTHETIC: invented figures beside real names';

function authorityLines({
  authority,
  year,
  upheld,
  compliance,
  satisfactoryRemedies,
  basis,
}: AuthorityStatistics) {
  const average = (rate: AuthorityStatistics['upheld']) =>
    rate.average === null ? '-' : `${printedRate(rate.average)} of ${rate.average.authorities} councils`;
  const rows = [
    ['Upheld', printedRate(upheld), average(upheld)],
    [`Compliance (${compliance.late} late)`, printedRate(compliance), average(compliance)],
    ['Satisfactory remedies', printedRate(satisfactoryRemedies), average(satisfactoryRemedies)],
  ];
  return [
    `${authority.name} (${authority.code}, ${authority.type}), ${year}`,
    ...(basis.synthetic ? [SYNTHETIC] : []),
    ...textTable([{ title: 'rate' }, { title: authority.name }, { title: 'similar authorities' }], rows),
  ];
}

const COLUMNS: readonly Column[] = [
  { title: 'council' },
  { title: 'code' },
  { title: 'upheld', align: 'right' },
  { title: 'compliance', align: 'right' },
  { title: 'late', align: 'right' },
  { title: 'satisfactory remedies', align: 'right' },
];

function yearLines({ year, authorities, types, national, basis }: YearStatistics): string[] {
  const councils = authorities.map(({ authority, ...figures }) =>
    row(authority.name, authority.code, figures),
  );
  const groups = types.map(({ type, authorities: members, ...figures }) =>
    row(`${type} (${members} councils)`, '', figures),
  );
  const all = row(`national (${national.authorities} councils)`, '', national);
  return [
    `Statistics for ${year}, per cent and count of base`,
    ...(basis.synthetic ? [SYNTHETIC] : []),
    ...textTable(COLUMNS, [...councils, ...groups, all]),
  ];
}

function row(
  name: string,
  code: string,
  figures: Pick<GroupStatistics, 'upheld' | 'compliance' | 'satisfactoryRemedies'>,
): string[] {
  const { upheld, compliance, satisfactoryRemedies } = figures;
  return [
    name,
    code,
    printedRate(upheld),
    printedRate(compliance),
    String(compliance.late),
    printedRate(satisfactoryRemedies),
  ];
}

/** A rate is always shown with the numbers behind it: `75% (3 of 4)`, and `none` for 0 of 0. */
function printedRate({ count, of, percent }: CountedRate): string {
  return percent === null ? 'none' : `${percent}% (${count} of ${of})`;
}
