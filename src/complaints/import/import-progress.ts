import type { Progress } from '../../platform/cli/progress.js';

const number = new Intl.NumberFormat('en-GB');

/** How far an import is: it reads each file (in bytes; total 0 where unknown), then records the cases. */
export type ImportProgress =
  | Readonly<{ phase: 'reading'; path: string; done: number; total: number }>
  | Readonly<{ phase: 'recording'; done: number; total: number }>;

/** How far an import is, as the command line shows it: each file by its bytes, then the cases. */
export function importStep(progress: ImportProgress): Progress {
  const { done, total } = progress;
  if (progress.phase === 'recording') return { step: 'Recording cases', done, total };
  const reached =
    total === 0 ? `${number.format(done)} bytes` : `${Math.floor((100 * Math.min(done, total)) / total)}%`;
  return { step: `Reading ${progress.path}`, done, total, reached };
}
