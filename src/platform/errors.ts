/**
 * The closed family of errors the application answers with on purpose. Each has a stable code, and is
 * mapped to HTTP and to an exit code in one place each; anything else is a defect (500, exit 1).
 */
export abstract class UpheldError extends Error {
  abstract readonly kind: 'refused' | 'invalid' | 'not-found' | 'conflict' | 'stale' | 'unavailable';

  constructor(
    /** Stable, kebab-case; the last part of the problem's `type`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  /** What its problem details hold besides their own members (RFC 9457, section 3.2); none is named as one of these. */
  get members(): Readonly<Record<string, unknown>> {
    return {};
  }

  /** Whether the server logs it where it is no fault of the caller's. */
  get isLogged(): boolean {
    return true;
  }
}

/** A rule of the domain forbids it (409, exit 3). `field` names the command's field at fault, if one is. */
export class DomainRefusal extends UpheldError {
  readonly kind = 'refused';

  constructor(
    code: string,
    message: string,
    readonly field?: string,
  ) {
    super(code, message);
  }
}

/** One thing wrong with an input: a JSON pointer into the body, or the name of a parameter. */
export interface InputFault {
  readonly pointer: string;
  readonly detail: string;
}

/** The input is not of the right form (422 or 400, exit 2). */
export class InvalidInput extends UpheldError {
  readonly kind = 'invalid';

  constructor(
    message: string,
    readonly faults: readonly InputFault[] = [],
    code = 'invalid-input',
  ) {
    super(code, message);
  }
}

/** The thing named does not exist (404, exit 3). */
export class NotFound extends UpheldError {
  readonly kind = 'not-found';

  constructor(what: string, id: string) {
    super(`${what.replaceAll(' ', '-')}-not-found`, `there is no ${what} ${id}`);
  }
}

/** Someone else wrote first, and trying again did not help (409, exit 1). */
export class Conflict extends UpheldError {
  readonly kind = 'conflict';
}

/** `If-Match` names a state that is no longer the present one (412). */
export class StaleState extends UpheldError {
  readonly kind = 'stale';

  constructor(message: string) {
    super('stale-state', message);
  }
}

/** A part this needs does not answer at present; nothing was stored, or it is safe to repeat (503, exit 1). */
export class Unavailable extends UpheldError {
  readonly kind = 'unavailable';

  /** Whether it passes by itself, so that the same request may be sent again in a while. */
  get isTransient(): boolean {
    return true;
  }
}
