import { chooseServerUser, type FindUser, type ServerUser } from './server-user.js';

const postgres: ServerUser = { uid: 101, gid: 104, name: 'postgres' };
const made: ServerUser = { uid: 998, gid: 998, name: 'upheld-postgres' };
const nobody: ServerUser = { uid: 65534, gid: 65534, name: 'nobody' };

/** A system with these users, to which others can be added. */
function system(...users: ServerUser[]) {
  const asked: string[] = [];
  const find: FindUser = (name) => Promise.resolve(users.find((user) => user.name === name));
  return {
    asked,
    find,
    make: (name: string): Promise<void> => {
      asked.push(name);
      users.push(made);
      return Promise.resolve();
    },
    cannotMake: (): Promise<void> => Promise.resolve(),
  };
}

describe('the user that PostgreSQL runs as', () => {
  it('is the one who asks, if that is not root', async () => {
    const { find, make } = system(postgres);
    expect(await chooseServerUser(false, find, make)).toBeUndefined();
  });

  it('is postgres for root, where there is one', async () => {
    const { find, make, asked } = system(nobody, made, postgres);
    expect(await chooseServerUser(true, find, make)).toEqual(postgres);
    expect(asked).toEqual([]);
  });

  it('is made for root where there is no postgres, once', async () => {
    const { find, make, asked } = system(nobody);
    expect(await chooseServerUser(true, find, make)).toEqual(made);
    expect(await chooseServerUser(true, find, make)).toEqual(made);
    expect(asked).toEqual(['upheld-postgres']);
  });

  it('is nobody for root where no user can be made', async () => {
    const { find, cannotMake } = system(nobody);
    expect(await chooseServerUser(true, find, cannotMake)).toEqual(nobody);
  });

  it('is refused for root where there is none at all, with the way out', async () => {
    const { find, cannotMake } = system();
    await expect(chooseServerUser(true, find, cannotMake)).rejects.toMatchObject({
      code: 'embedded-postgres-no-user',
      message: expect.stringContaining('DATABASE_URL') as string,
    });
  });
});
