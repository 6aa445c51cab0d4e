import { parentPort } from 'node:worker_threads';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';

const fake = await FakeEventStoreDb.start();
parentPort?.postMessage(fake.url);
