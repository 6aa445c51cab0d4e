import { PassThrough } from 'node:stream';
import { importStep } from '../../complaints/import/import-progress.js';
import type { ImportProgress } from '../../complaints/import/import-history.js';
import { progressDisplay, startProgress, type ProgressOutput } from './progress.js';

function output(isTTY: boolean) {
  const stream = new PassThrough();
  const written: string[] = [];
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const terminal: ProgressOutput = Object.assign(stream, { isTTY, columns: 120 });
  return { terminal, text: () => written.join('') };
}

function importProgress(terminal: ProgressOutput, now?: () => number) {
  const { show, end } = progressDisplay(terminal, now);
  return {
    end,
    show: (progress: ImportProgress) => {
      show(importStep(progress));
    },
  };
}

describe('progress where there is no terminal', () => {
  it('is a line for each step and one every few seconds', () => {
    const { terminal, text } = output(false);
    let now = 0;
    const { show, end } = importProgress(terminal, () => now);
    show({ phase: 'reading', file: 'decisions.csv', done: 0, total: 4_000 });
    show({ phase: 'reading', file: 'decisions.csv', done: 1_000, total: 4_000 });
    now = 5_000;
    show({ phase: 'reading', file: 'decisions.csv', done: 3_000, total: 4_000 });
    show({ phase: 'recording', done: 0, total: 20_000 });
    now = 11_000;
    show({ phase: 'recording', done: 12_000, total: 20_000 });
    end();
    expect(text()).toBe(
      'Reading decisions.csv\nReading decisions.csv: 75%\nRecording cases\nRecording cases: 12,000 of 20,000\n',
    );
  });

  it('tells bytes of a pipe, whose size is not known', () => {
    const { terminal, text } = output(false);
    let now = 0;
    const { show } = importProgress(terminal, () => now);
    show({ phase: 'reading', file: '/dev/stdin', done: 0, total: 0 });
    now = 6_000;
    show({ phase: 'reading', file: '/dev/stdin', done: 65_536, total: 0 });
    expect(text()).toContain('Reading /dev/stdin: 65,536 bytes\n');
  });
});

describe('progress on a terminal', () => {
  it('is a bar for each step', () => {
    const { terminal, text } = output(true);
    const { show, end } = importProgress(terminal);
    show({ phase: 'reading', file: 'decisions.csv', done: 4_000, total: 4_000 });
    show({ phase: 'recording', done: 10_000, total: 20_000 });
    end();
    expect(text()).toContain(`Reading decisions.csv [${'='.repeat(30)}] 100%`);
    expect(text()).toContain(`Recording cases [${'='.repeat(15)}${'-'.repeat(15)}] 10,000 of 20,000`);
  });
});

describe('progress of one step', () => {
  it('counts what is done', () => {
    const { terminal, text } = output(true);
    const progress = startProgress('Letters', 343, terminal);
    progress.advance(100);
    progress.advance(243);
    progress.end();
    expect(text()).toContain(`Letters [${'='.repeat(30)}] 343 of 343`);
  });
});
