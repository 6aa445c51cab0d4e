import { Unavailable } from '../refusal.js';

/**
 * The application cannot do its work at present (503). The problem details carry, as members of their own
 * (RFC 9457, section 3.2), what each part said of itself; the filter logs nothing, for it would at every question.
 */
export class NotReady extends Unavailable {
  constructor(
    message: string,
    /** Members of the answer; none may be named as one of a problem's. */
    readonly health: Readonly<Record<string, unknown>>,
  ) {
    super('not-ready', message);
  }
}
