import type { z } from 'zod';

/** A type's schema: a plain one while it stands at version 1, else one with all the versions there were. */
export type EventSchema = z.ZodType | VersionedSchema;

/** The schema of the present version. */
export type CurrentSchema<Schema extends EventSchema> =
  Schema extends VersionedSchema<infer Present> ? Present : Schema;

/** Leads from the version before to one version: an earlier version's data in, this one's out, or it throws. */
export type UpcastStep = Readonly<{ to: number; upcast: (data: unknown) => unknown }>;

/**
 * An event type that has changed: the schema of every version ever written, and a pure function from each to the
 * next. The schema of an earlier version is never changed again, for the log holds events of it.
 *
 * An upcast changes data only. One event stays one, for revisions, positions and skips count stored events; and a
 * type keeps its name, for what is called otherwise can be another type, which `evolve` takes beside the old one.
 */
export class VersionedSchema<Present extends z.ZodType = z.ZodType> {
  /** Made by {@link firstVersion} and {@link upcastTo}. */
  constructor(
    /** The first version's schema first. */
    readonly schemas: readonly z.ZodType[],
    readonly present: Present,
    /** The first leads to version 2. */
    readonly steps: readonly UpcastStep[],
  ) {}

  /**
   * Adds the next version.
   *
   * @param upcast makes its data of the data of the version before. Pure, and it leaves what it is given as it was;
   *   its result is parsed by the new version's schema.
   */
  upcastTo<Next extends z.ZodType>(
    schema: Next,
    upcast: (data: Readonly<z.output<Present>>) => z.input<Next>,
  ): VersionedSchema<Next> {
    const step: UpcastStep = {
      to: this.schemas.length + 1,
      upcast: (data) => schema.parse(upcast(data as z.output<Present>)),
    };
    return new VersionedSchema([...this.schemas, schema], schema, [...this.steps, step]);
  }
}

/**
 * The first version of a type that has changed since:
 * `firstVersion(DecisionRecordedV1Schema).upcastTo(DecisionRecordedSchema, (data) => ({ … }))`.
 */
export function firstVersion<First extends z.ZodType>(schema: First): VersionedSchema<First> {
  return new VersionedSchema([schema], schema, []);
}

/** The schema by which a type is written now. */
export function currentSchema<Schema extends EventSchema>(schema: Schema): CurrentSchema<Schema> {
  return (schema instanceof VersionedSchema ? schema.present : schema) as CurrentSchema<Schema>;
}

/** The schemas of all versions of a type, the first one first. */
export function schemasOf(schema: EventSchema): readonly z.ZodType[] {
  return schema instanceof VersionedSchema ? schema.schemas : [schema];
}

/** The version at which a type is written now. */
export function currentVersion(schema: EventSchema): number {
  return schema instanceof VersionedSchema ? schema.schemas.length : 1;
}

/** The steps that lead from a version to the present one. */
export function upcastsFrom(version: number, schema: EventSchema): readonly UpcastStep[] {
  return schema instanceof VersionedSchema ? schema.steps.slice(version - 1) : [];
}
