/** The servers of EventStoreDB that tests run on: the fake (without a URL before it is started), and a real one. */
export const EVENTSTOREDB_SERVERS: [name: string, url: string | undefined][] = [['the fake', undefined]];
if (process.env['TEST_EVENTSTORE_URL'] !== undefined) {
  EVENTSTOREDB_SERVERS.push(['a real server', process.env['TEST_EVENTSTORE_URL']]);
}
