import { userInfo } from 'node:os';
import { commandLineActor, HTTP_ACTOR, importActor, systemActor } from './actor.js';

it('tells callers of the API, persons at the command line, imports and the program itself apart', () => {
  const { username } = userInfo();
  expect(HTTP_ACTOR).toEqual({ id: 'local-api', role: 'unidentified' });
  expect(commandLineActor()).toEqual({ id: username, role: 'operator' });
  expect(importActor()).toEqual({ id: `import:${username}`, role: 'operator' });
  expect(systemActor('register')).toEqual({ id: 'register', role: 'system' });
});
