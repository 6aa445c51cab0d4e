import { DomainRefusal } from '../platform/errors.js';
import type { ReportingYear } from '../statistics/rates/reporting-year.js';
import type { ReportingRules } from './reporting-rules.types.js';
import { RULES_2019_20 } from './rules/2019-20.js';

const RULES: readonly ReportingRules[] = [RULES_2019_20];

/**
 * The rules for the letters of a year. Rates derive for any year; only letters need rules.
 * @throws DomainRefusal `no-reporting-rules` for a year without rules, naming the years that have them.
 */
export function reportingRulesFor(year: ReportingYear): ReportingRules {
  const rules = RULES.find((candidate) => candidate.year === year);
  if (rules !== undefined) return rules;
  const years = RULES.map((candidate) => candidate.year).join(', ');
  throw new DomainRefusal(
    'no-reporting-rules',
    `no letters can be written for ${year}: there are reporting rules for ${years} only`,
    'year',
  );
}
