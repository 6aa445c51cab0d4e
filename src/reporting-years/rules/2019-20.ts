import { localDate } from '../../platform/local-date.js';
import { reportingYear } from '../../statistics/rates/reporting-year.js';
import type { BlockWording, ReportingRules } from '../reporting-rules.types.js';
import { AVERAGE_LINE, baseLine } from './wording.js';

const UPHELD: BlockWording = {
  rate: 'upheld',
  heading: 'Complaints upheld',
  lines: [
    { role: 'rate', text: '{{percent}}% of complaints we investigated were upheld.' },
    AVERAGE_LINE,
    {
      role: 'count',
      count: 'upheld',
      singular: '{{upheld}} upheld decision',
      plural: '{{upheld}} upheld decisions',
    },
    baseLine('investigations', 'detailed investigations'),
  ],
  withoutFigures: 'The Ombudsman carried out no detailed investigations during this period',
};

const COMPLIANCE: BlockWording = {
  rate: 'compliance',
  heading: 'Compliance with Ombudsman recommendations',
  lines: [
    {
      role: 'rate',
      text: 'In {{percent}}% of cases we were satisfied the authority had successfully implemented our recommendations.',
    },
    AVERAGE_LINE,
    baseLine('complianceOutcomes', 'compliance outcomes'),
    {
      role: 'note',
      text:
        'Failure to comply with our recommendations is rare. An authority with a compliance rate below 100% ' +
        'should scrutinise those complaints where it failed to comply and identify any learning.',
    },
  ],
  withoutFigures: 'No recommendations were due for compliance in this period',
};

const SATISFACTORY_REMEDIES: BlockWording = {
  rate: 'satisfactoryRemedies',
  heading: 'Satisfactory remedies provided by the authority',
  lines: [
    {
      role: 'rate',
      text:
        'In {{percent}}% of upheld cases we found the authority had provided a satisfactory remedy ' +
        'before the complaint reached the Ombudsman.',
    },
    AVERAGE_LINE,
    {
      role: 'count',
      count: 'satisfactoryRemedies',
      singular: '{{satisfactoryRemedies}} satisfactory remedy decision',
      plural: '{{satisfactoryRemedies}} satisfactory remedy decisions',
    },
    // This year's letters print the number of investigations here, although the rate is of upheld cases.
    baseLine('investigations', 'detailed investigations'),
  ],
  withoutFigures: 'The Ombudsman did not uphold any detailed investigations during this period',
};

/** The letters of 22 July 2020. */
export const RULES_2019_20: ReportingRules = {
  id: 'letter-2019-20@1',
  year: reportingYear('2019-20'),
  subjectYear: '2020',
  letterDate: localDate('2020-07-22'),
  publicationDate: localDate('2020-07-29'),
  delivery: 'By email',
  blocks: [UPHELD, COMPLIANCE, SATISFACTORY_REMEDIES],
};
