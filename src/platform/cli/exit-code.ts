import { UpheldError } from '../errors.js';

/** The exit codes of the command line (design 4). */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  partial: 4,
  mismatch: 6,
  /** Ended by Ctrl-C: 128 plus SIGINT, as shells expect. */
  interrupted: 130,
} as const;
/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code an error leads to: the one place where errors are mapped for the command line. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof UpheldError)) return EXIT.unexpected;
  switch (error.kind) {
    case 'invalid':
      return EXIT.usage;
    case 'refused':
    case 'not-found':
    case 'stale':
      return EXIT.refused;
    case 'conflict':
    case 'unavailable':
      return EXIT.unexpected;
    default:
      return error.kind satisfies never;
  }
}
