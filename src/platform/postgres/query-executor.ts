/** Runs SQL: a data source, an entity manager, a query runner or a pool. */
export type QueryExecutor = { query(sql: string, parameters?: unknown[]): Promise<unknown> };
