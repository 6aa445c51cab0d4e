import { userInfo } from 'node:os';
import { commandLineActor, HTTP_ACTOR, importActor, systemActor } from './actor.js';

it('has a distinct actor for callers of the API, persons at the command line, imports and the program itself', () => {
  const { username } = userInfo();
  expect(HTTP_ACTOR).toEqual({ id: 'local-api', role: 'unidentified' });
  expect(commandLineActor()).toEqual({ id: username, role: 'operator' });
  expect(importActor()).toEqual({ id: `import:${username}`, role: 'operator' });
  expect(systemActor('register')).toEqual({ id: 'register', role: 'system' });
});
