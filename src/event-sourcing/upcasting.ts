import type { z } from 'zod';

/** The schema of an event type: a plain schema while the type is at version 1, then one with all its versions. */
export type EventSchema = z.ZodType | VersionedSchema;

/** The schema of the present version. */
export type CurrentSchema<Schema extends EventSchema> =
  Schema extends VersionedSchema<infer Present> ? Present : Schema;

/** Upcasts data of the version before `to` to the version `to`. It throws where it cannot. */
export type UpcastStep = Readonly<{ to: number; upcast: (data: unknown) => unknown }>;

/**
 * An event type that has changed: the schema of every version ever written, and a pure function from each version to
 * the next. Never change the schema of an earlier version: the log holds events of it.
 *
 * An upcast changes data only. It never splits or drops an event, because revisions, positions and skips count stored
 * events. It never renames a type; an event with a new name is a new type, which `evolve` handles beside the old one.
 */
export class VersionedSchema<Present extends z.ZodType = z.ZodType> {
  /** Use {@link firstVersion} and {@link upcastTo}. */
  constructor(
    /** The schemas of all versions, the first version's first. */
    readonly schemas: readonly z.ZodType[],
    readonly present: Present,
    /** The first step upcasts to version 2. */
    readonly steps: readonly UpcastStep[],
  ) {}

  /**
   * Adds the next version.
   *
   * @param upcast makes data of this version from data of the version before. It is pure and does not change its
   *   argument. Its result is parsed by the schema of this version.
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
 * Begins the schema of a type that has changed, with its first version:
 * `firstVersion(DecisionRecordedV1Schema).upcastTo(DecisionRecordedSchema, (data) => ({ … }))`.
 */
export function firstVersion<First extends z.ZodType>(schema: First): VersionedSchema<First> {
  return new VersionedSchema([schema], schema, []);
}

/** The schema of the present version of a type. */
export function currentSchema<Schema extends EventSchema>(schema: Schema): CurrentSchema<Schema> {
  return (schema instanceof VersionedSchema ? schema.present : schema) as CurrentSchema<Schema>;
}

/** The schemas of all versions of a type, the first one first. */
export function schemasOf(schema: EventSchema): readonly z.ZodType[] {
  return schema instanceof VersionedSchema ? schema.schemas : [schema];
}

/** The present version of a type. */
export function currentVersion(schema: EventSchema): number {
  return schema instanceof VersionedSchema ? schema.schemas.length : 1;
}

/** The steps that upcast a version to the present one. */
export function upcastsFrom(version: number, schema: EventSchema): readonly UpcastStep[] {
  return schema instanceof VersionedSchema ? schema.steps.slice(version - 1) : [];
}
