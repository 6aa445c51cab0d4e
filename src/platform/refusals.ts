import { DomainRefusal } from './errors.js';

/** One rule of the domain that a command can break. Its code is the key it has in a table. */
export type Rule<Parts extends readonly unknown[]> = Readonly<{
  /** What the rule forbids: a sentence for the documentation of the API. */
  means: string;
  /** The field of the command that breaks the rule, if one does. */
  field?: string;
  /** What is wrong this time, made of the dates, codes and names at hand. */
  message: (...parts: Parts) => string;
  /** The parts of an example. */
  example: Parts;
}>;

/** Rules by their codes. Codes are stable and kebab-case. */
export type Rules = Readonly<
  Record<string, Omit<Rule<readonly unknown[]>, 'message'> & { message: (...parts: never) => string }>
>;

/** Refuses a command by one of its rules, with the parts that the rule's message is made of. */
export type Refuse<Own extends Rules> = {
  <Code extends keyof Own & string>(code: Code, ...parts: Parameters<Own[Code]['message']>): never;
  /** Lets the compiler check that a command declares all rules of a function to which it passes this. */
  readonly rules: Own;
};

/** Types a rule: the parts of its message and of its example are the same. */
export function rule<Parts extends readonly unknown[]>(own: Rule<Parts>): Rule<Parts> {
  return own;
}

/**
 * Binds refusals to the rules of one command, so that the compiler rejects a code that the command does not declare.
 * To end the control flow, the result must be held in a constant with an explicit type: `const refuse: Refuse<…>`.
 * @throws DomainRefusal (from the function).
 */
export function refuseBy<Own extends Rules>(rules: Own): Refuse<Own> {
  const refuse = (code: string, ...parts: readonly unknown[]): never => {
    throw refusalBy(rules[code], code, parts);
  };
  return Object.assign(refuse, { rules });
}

/** The refusal that a rule's own example leads to. @throws Error for a code without a rule. */
export function exampleRefusal(rules: Rules, code: string): DomainRefusal {
  const own = rules[code];
  return refusalBy(own, code, own?.example ?? []);
}

function refusalBy(own: Rules[string] | undefined, code: string, parts: readonly unknown[]): DomainRefusal {
  if (own === undefined) throw new Error(`no rule has the code ${code}`);
  // The parts are those of this rule: `Refuse` and `Rule` type them by its code.
  const message = own.message as (...parts: readonly unknown[]) => string;
  return new DomainRefusal(code, message(...parts), own.field);
}
