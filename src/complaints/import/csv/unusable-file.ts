import { InvalidInput } from '../../../platform/errors.js';

/** A file that cannot be imported at all; nothing of any file is stored (exit 2). */
export class UnusableFile extends InvalidInput {
  constructor(
    readonly path: string,
    reason: string,
  ) {
    super(`${path}: ${reason}`, [{ pointer: path, detail: reason }], 'unusable-file');
  }
}
