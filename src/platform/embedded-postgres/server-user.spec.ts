import { chooseServerUser, type FindUser, type ServerUser } from './server-user.js';

const postgres: ServerUser = { uid: 101, gid: 104, name: 'postgres' };
const created: ServerUser = { uid: 998, gid: 998, name: 'upheld-postgres' };
const nobody: ServerUser = { uid: 65534, gid: 65534, name: 'nobody' };

/** A system with these users, in which others can be created. */
function system(...users: ServerUser[]) {
  const requested: string[] = [];
  const find: FindUser = (name) => Promise.resolve(users.find((user) => user.name === name));
  return {
    requested,
    find,
    make: (name: string): Promise<void> => {
      requested.push(name);
      users.push(created);
      return Promise.resolve();
    },
    failToMake: (): Promise<void> => Promise.resolve(),
  };
}

describe('the user that PostgreSQL runs as', () => {
  it('is the user of this process, if that is not root', async () => {
    const { find, make } = system(postgres);
    expect(await chooseServerUser(false, find, make)).toBeUndefined();
  });

  it('is postgres for root, where that user exists', async () => {
    const { find, make, requested } = system(nobody, created, postgres);
    expect(await chooseServerUser(true, find, make)).toEqual(postgres);
    expect(requested).toEqual([]);
  });

  it('is created once for root where there is no postgres', async () => {
    const { find, make, requested } = system(nobody);
    expect(await chooseServerUser(true, find, make)).toEqual(created);
    expect(await chooseServerUser(true, find, make)).toEqual(created);
    expect(requested).toEqual(['upheld-postgres']);
  });

  it('is nobody for root where no user can be created', async () => {
    const { find, failToMake } = system(nobody);
    expect(await chooseServerUser(true, find, failToMake)).toEqual(nobody);
  });

  it('is refused with a solution for root where there is no such user at all', async () => {
    const { find, failToMake } = system();
    await expect(chooseServerUser(true, find, failToMake)).rejects.toMatchObject({
      code: 'embedded-postgres-no-user',
      message: expect.stringContaining('DATABASE_URL') as string,
    });
  });
});
