/**
 * The closed family of errors that the application answers with on purpose. Each has a stable code. One place maps
 * them to HTTP, another to exit codes. Any other error is a defect (500, exit 1).
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

  /** Extension members of its problem details (RFC 9457, section 3.2); no name is one of the standard members. */
  get members(): Readonly<Record<string, unknown>> {
    return {};
  }

  /** Whether the server logs it when its status is 500 or more. */
  get isLogged(): boolean {
    return true;
  }
}

/** A rule of the domain forbids it (409, exit 3). */
export class DomainRefusal extends UpheldError {
  readonly kind = 'refused';

  constructor(
    code: string,
    message: string,
    /** The field of the command that breaks the rule, if one does. */
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

/** The input is not of the right form (422, exit 2). */
export class InvalidInput extends UpheldError {
  readonly kind = 'invalid';

  constructor(
    message: string,
    readonly faults: readonly InputFault[] = [],
    code = 'invalid-input',
  ) {
    super(code, message);
  }

  /** Whether the input could not be read at all: 400 rather than 422. */
  get isMalformed(): boolean {
    return false;
  }
}

/** The input breaks the syntax of its own format, so that nothing in it can be judged (400, exit 2). */
export class MalformedInput extends InvalidInput {
  constructor(code: `malformed-${string}`, message: string, faults: readonly InputFault[] = []) {
    super(message, faults, code);
  }

  override get isMalformed(): boolean {
    return true;
  }
}

/** The thing named does not exist (404, exit 3). */
export class NotFound extends UpheldError {
  readonly kind = 'not-found';

  public constructor(code: `${string}-not-found`, message: string) {
    super(code, message);
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

/** A part the application needs does not answer. Nothing was stored, or the request is safe to repeat (503, exit 1). */
export class Unavailable extends UpheldError {
  readonly kind = 'unavailable';

  /** Whether it passes by itself, so that the same request may be sent again later. */
  get isTransient(): boolean {
    return true;
  }
}
