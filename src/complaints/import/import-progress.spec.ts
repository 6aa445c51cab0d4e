import { importStep } from './import-progress.js';

describe('the progress of an import', () => {
  it('is the part of a file that was read, in per cent', () => {
    const step = importStep({ phase: 'reading', path: 'decisions.csv', done: 3_000, total: 4_000 });
    expect(step).toMatchObject({ step: 'Reading decisions.csv', reached: '75%' });
  });

  it('is the bytes read of a pipe, whose size is unknown', () => {
    const step = importStep({ phase: 'reading', path: '/dev/stdin', done: 65_536, total: 0 });
    expect(step).toMatchObject({ step: 'Reading /dev/stdin', reached: '65,536 bytes' });
  });

  it('does not exceed 100% of a file that grows while it is read', () => {
    const step = importStep({ phase: 'reading', path: 'decisions.csv', done: 5_000, total: 4_000 });
    expect(step).toMatchObject({ reached: '100%' });
  });

  it('is the number of cases once they are recorded', () => {
    const step = importStep({ phase: 'recording', done: 12_000, total: 20_000 });
    expect(step).toEqual({ step: 'Recording cases', done: 12_000, total: 20_000 });
  });
});
