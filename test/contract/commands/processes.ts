import fc from 'fast-check';
import { AggregateReader } from '../../../src/event-sourcing/aggregate.js';
import { commandContext } from '../../../src/event-sourcing/command-context.js';
import {
  StreamCommandHandler,
  type CommandResult,
  type HandleOptions,
} from '../../../src/event-sourcing/command-handler.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { Unavailable, UpheldError } from '../../../src/platform/errors.js';
import {
  accountAggregate,
  accountCommands,
  decideAccount,
  type Account,
  type AccountCommand,
  type AccountEvent,
} from './account.js';

/** One command that a process sends. */
export type Step = Readonly<{
  process: number;
  account: number;
  command: AccountCommand;
  /** The number of its idempotency key, of which there are few; none when undefined. */
  key: number | undefined;
  expected: number | undefined;
  /** Whether the answer of its append is lost after the events are stored. */
  losesAnswer: boolean;
  /** Whether its process is restarted before the command. */
  restarts: boolean;
}>;

export const ACCOUNTS = [0, 1];

const mostlyUndefined = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const oneIn = (number: number) => fc.nat(number - 1).map((drawn) => drawn === 0);

/** Commands of three processes on two accounts. */
export const steps = fc.array(
  fc.record<Step>({
    process: fc.nat(2),
    account: fc.constantFrom(...ACCOUNTS),
    command: accountCommands,
    key: mostlyUndefined(fc.nat(3)),
    expected: mostlyUndefined(fc.integer({ min: -1, max: 8 })),
    losesAnswer: oneIn(8),
    restarts: oneIn(15),
  }),
  { minLength: 10, maxLength: 40 },
);

/** The part of a log that the handlers need. */
export type Log = Pick<EventStore, 'append' | 'readStream'>;

/** A log that can lose the answer of an append after the events are stored. */
class AnswerLosingLog implements Log {
  losesNextAnswer = false;
  readonly readStream: Log['readStream'];

  constructor(private readonly log: Log) {
    this.readStream = log.readStream.bind(log);
  }

  async append(...append: Parameters<Log['append']>) {
    const appended = await this.log.append(...append);
    if (!this.losesNextAnswer) return appended;
    throw new Unavailable('answer-lost', 'the answer was lost');
  }
}

/** A command that was sent, and its answer. */
export type Answered = Readonly<{
  step: Step;
  id: string;
  /** The code of an error, or {@link answerOf} a result. */
  answer: string;
  /** The revision in the answer; undefined for an error. */
  revision: number | undefined;
  /** Times on a clock that all processes share. */
  sent: number;
  answered: number;
}>;

/** A result as text: how many events, the revision, and the state at it. */
export function answerOf({
  events,
  revision,
  state,
}: Omit<CommandResult<Account, AccountEvent>, 'position'>) {
  return `${events.length} events, at ${revision}: ${JSON.stringify(state)}`;
}

/** Processes, each with its own command handler, on the accounts of one run in one log. */
export class Processes {
  readonly #handlers = new Map<number, StreamCommandHandler<Account, AccountEvent>>();
  readonly #logs: readonly AnswerLosingLog[];
  #clock = 0;
  #commands = 0;

  /**
   * @param run prefix of the ids of the accounts.
   * @param keepsStates false for handlers that decide every command upon a read.
   */
  constructor(
    logs: readonly Log[],
    private readonly run: string,
    private readonly keepsStates: boolean,
  ) {
    this.#logs = [0, 1, 2].map((process) => new AnswerLosingLog(logAt(logs, process)));
  }

  async inSequence(planned: readonly Step[]): Promise<Answered[]> {
    const answered: Answered[] = [];
    for (const step of planned) answered.push(await this.#send(step));
    return answered;
  }

  /** Runs all processes at the same time, each with its commands in sequence. */
  async concurrently(planned: readonly Step[]): Promise<Answered[]> {
    const ofProcess = (number: number) => planned.filter(({ process }) => process === number);
    return (await Promise.all([0, 1, 2].map((process) => this.inSequence(ofProcess(process))))).flat();
  }

  async historyOf(account: number) {
    return (await new AggregateReader(logAt(this.#logs, 0), accountAggregate).load(this.#idOf(account)))
      .history;
  }

  async #send(step: Step): Promise<Answered> {
    const { process, command, key, losesAnswer, restarts } = step;
    const id = key === undefined ? `command-${(this.#commands += 1)}` : `key-${key}`;
    const log = logAt(this.#logs, process);
    const known = restarts || !this.keepsStates ? undefined : this.#handlers.get(process);
    const handler = known ?? new StreamCommandHandler(log, accountAggregate);
    this.#handlers.set(process, handler);
    log.losesNextAnswer = losesAnswer;
    const context = commandContext({ id: 'test', role: 'caseworker' }, new Date('2026-04-01T09:00:00Z'), id);
    const sent = this.#tick();
    const outcome = await handler
      .handle(
        this.#idOf(step.account),
        command,
        context,
        (account) => decideAccount(account, command),
        this.#optionsOf(step),
      )
      .catch((error: unknown) => {
        if (error instanceof UpheldError) return error;
        throw error;
      });
    const isError = outcome instanceof UpheldError;
    const answer = isError ? outcome.code : answerOf(outcome);
    const revision = isError ? undefined : outcome.revision;
    return { step, id, answer, revision, sent, answered: this.#tick() };
  }

  #optionsOf({ command, expected }: Step): HandleOptions {
    if (!this.keepsStates) return { expected, firstBasis: 'read' };
    return { expected, firstBasis: command.type === 'Open' ? 'no-stream' : 'recent' };
  }

  #idOf(account: number): string {
    return `${this.run}-${account}`;
  }

  #tick(): number {
    return (this.#clock += 1);
  }
}

function logAt<Each>(logs: readonly Each[], index: number): Each {
  const log = logs[index % logs.length];
  if (log === undefined) throw new Error('processes need a log');
  return log;
}
