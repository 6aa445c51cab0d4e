import { Unavailable } from '../errors.js';

/** The application cannot do its work at present (503). Not logged: probes ask every few seconds. */
export class NotReady extends Unavailable {
  readonly #health: Readonly<Record<string, unknown>>;

  /** @param health of each component: members of the problem details. */
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
