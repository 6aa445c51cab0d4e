import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import type { AuthorityType } from '../../src/authorities/authority-type.js';
import { letterModel, type LetterModel, type LetterParts } from '../../src/letters/model/letter-model.js';
import { readLetterProse } from '../../src/letters/run/input-files.js';
import { percent } from '../../src/statistics/rates/percent.js';
import { reportingRulesFor } from '../../src/reporting-years/reporting-rules.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import type { AuthorityStatistics, Average, Rate } from '../../src/statistics/rates/statistics.types.js';

/** A rate: its count, its base, and the average of similar authorities in whole per cents. */
type Figures = readonly [count: number, of: number, average: number | null];

export type Council = Readonly<{
  code: string;
  name: string;
  type: AuthorityType;
  upheld: Figures;
  compliance: Figures;
  satisfactoryRemedies: Figures;
  late?: number;
  synthetic?: boolean;
}>;

/** The figures and averages printed in the letters of 22 July 2020. */
export const BLABY: Council = {
  code: 'E07000129',
  name: 'Blaby District Council',
  type: 'district',
  upheld: [3, 4, 45],
  compliance: [2, 2, 99],
  satisfactoryRemedies: [1, 3, 20],
};

export const WORCESTERSHIRE: Council = {
  code: 'E10000034',
  name: 'Worcestershire County Council',
  type: 'county',
  upheld: [19, 22, 66],
  compliance: [11, 12, 100],
  satisfactoryRemedies: [3, 19, 9],
  late: 3,
};

export const REDDITCH: Council = {
  code: 'E07000236',
  name: 'Redditch Borough Council',
  type: 'district',
  upheld: [0, 0, 45],
  compliance: [0, 0, 99],
  satisfactoryRemedies: [0, 0, 20],
};

export const RULES_2019_20 = reportingRulesFor(reportingYear('2019-20'));

/** The statistics object of a council for 2019-20. */
export function statisticsOf(council: Council): AuthorityStatistics {
  const { code, name, type, late = 0, synthetic = false } = council;
  return {
    authority: { code: AuthorityCodeSchema.parse(code), name, type },
    year: reportingYear('2019-20'),
    upheld: rate(council.upheld),
    compliance: { ...rate(council.compliance), late },
    satisfactoryRemedies: rate(council.satisfactoryRemedies),
    upheldPer100k: null,
    decided: {
      'invalid-or-incomplete': 0,
      'advice-given': 0,
      'referred-back': 0,
      'closed-after-initial-enquiries': 0,
      'not-upheld': council.upheld[1] - council.upheld[0],
      upheld: council.upheld[0],
    },
    basis: { position: '00000000000000004711', snapshot: null, rules: ['outcome-date@1'], synthetic },
  };
}

/** A council's letter with the shipped prose, to its Chief Executive by default. */
export async function letterOf(
  council: Council,
  parts: Partial<Pick<LetterParts, 'recipient' | 'paragraphs'>> = {},
): Promise<LetterModel> {
  return letterModel({
    statistics: statisticsOf(council),
    recipient: { title: 'Chief Executive' },
    paragraphs: [],
    rules: RULES_2019_20,
    prose: await readLetterProse(),
    ...parts,
  });
}

function rate([count, of, average]: Figures): Rate {
  return { count, of, percent: percent(count, of), average: average === null ? null : averageOf(average) };
}

function averageOf(wholePercent: number): Average {
  return { count: wholePercent, of: 100, percent: wholePercent, authorities: 10 };
}
