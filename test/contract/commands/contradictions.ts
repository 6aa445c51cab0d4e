import { contentHash } from '../../../src/event-sourcing/command-context.js';
import type { HistoryEntry } from '../../../src/event-sourcing/aggregate.js';
import { UpheldError } from '../../../src/platform/errors.js';
import { accountAggregate, decideAccount, type Account, type AccountEvent } from './account.js';
import { answerOf, type Answered } from './processes.js';

export type History = readonly HistoryEntry<AccountEvent>[];

/**
 * Checks the answers to the commands on one account against the final events of its stream. Each answer must be right at
 * a revision that the stream had at some time between the sending and the answering of its command. Each event must have
 * been decided on the events before it, once for each command.
 * @returns the answers and events that contradict this.
 */
export function contradictions(commands: readonly Answered[], history: History): string[] {
  return [
    ...commands
      .filter((command) => command.answer !== 'answer-lost' && !isRight(command, commands, history))
      .map(({ step, id, answer }) => `${id} ${JSON.stringify(step)} was answered ${answer}`),
    ...history
      .filter((entry, revision) => idOf(history[revision - 1]) !== idOf(entry))
      .filter((entry) => !isLegal(entry, commands, history))
      .map((entry) => `${JSON.stringify(entry.event)} at ${entry.revision} by ${entry.metadata.command.id}`),
  ];
}

const idOf = (entry: History[number] | undefined) => entry?.metadata.command.id;

const stateAt = (history: History, revision: number) =>
  history
    .slice(0, revision + 1)
    .reduce<Account | null>((state, { event }) => accountAggregate.evolve(state, event), null);

function isRight(command: Answered, commands: readonly Answered[], history: History): boolean {
  const acknowledged = commands.filter(({ answered }) => answered < command.sent);
  const first = Math.max(-1, ...acknowledged.map(({ revision }) => revision ?? -1));
  const sentBefore = new Set(commands.filter(({ sent }) => sent < command.answered).map(({ id }) => id));
  for (let revision = first; revision < history.length; revision += 1) {
    // This event and those after it were stored after the command was answered.
    if (revision >= 0 && !sentBefore.has(idOf(history[revision]) ?? '')) return false;
    if (answerAt(revision, command, history) === command.answer) return true;
  }
  return false;
}

/** The right answer to a command at a revision; null if the command would have stored events that the stream lacks. */
function answerAt(revision: number, { step: { command, expected }, id }: Answered, history: History) {
  const own = history.slice(0, revision + 1).filter((entry) => idOf(entry) === id);
  const last = own.at(-1);
  if (last !== undefined) {
    if (last.metadata.command.contentHash !== contentHash(command)) return 'idempotency-key-reused';
    const events = own.map(({ event }) => event);
    return answerOf({ events, revision: last.revision, state: stateAt(history, last.revision) });
  }
  const state = stateAt(history, revision);
  if (state !== null && expected !== undefined && expected !== revision) return 'stale-state';
  try {
    const events = decideAccount(state, command);
    const end = revision + events.length;
    const stored = history.slice(revision + 1, end + 1);
    if (stored.length < events.length || stored.some((entry) => idOf(entry) !== id)) return null;
    return answerOf({ events, revision: end, state: stateAt(history, end) });
  } catch (error) {
    if (error instanceof UpheldError) return error.code;
    throw error;
  }
}

/** Whether the events of an event's command are exactly those that the command had to store at that revision. */
function isLegal(
  entry: HistoryEntry<AccountEvent>,
  commands: readonly Answered[],
  history: History,
): boolean {
  const own = history.filter((other) => idOf(other) === idOf(entry));
  const before = stateAt(history, entry.revision - 1);
  return commands.some(({ step: { command, expected }, id }) => {
    if (id !== idOf(entry) || contentHash(command) !== entry.metadata.command.contentHash) return false;
    if (before !== null && expected !== undefined && expected !== entry.revision - 1) return false;
    const decided = decideAccount(before, command);
    return JSON.stringify(own.map(({ event }) => event)) === JSON.stringify(decided);
  });
}
