import { Unavailable } from '../errors.js';

/** The application cannot do its work at present (503). Not logged, for it would be at every question. */
export class NotReady extends Unavailable {
  readonly #health: Readonly<Record<string, unknown>>;

  /** @param health what each part said of itself: members of the problem details. */
  constructor(message: string, health: Readonly<Record<string, unknown>>) {
    super('not-ready', message);
    this.#health = health;
  }

  override get members(): Readonly<Record<string, unknown>> {
    return this.#health;
  }

  override get isLogged(): boolean {
    return false;
  }
}
