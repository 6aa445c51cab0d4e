import { access, constants, lstat, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Unavailable, UpheldError } from '../errors.js';
import { makeFolder } from './make-folder.js';
import { findUser } from './server-user.js';
import { systemCode, ignoreErrors } from '../system-error.js';

/** The part of a data folder that belongs to PostgreSQL. */
export interface StateFolder {
  /** The data folder itself, absolute and without symbolic links. */
  readonly dataFolder: string;
  /** The folder in it with the password, the log and the presence files, and the cluster if the server can reach it. */
  readonly path: string;
}

/** PostgreSQL limits paths to 1,024 bytes; this leaves room for what it appends. */
const MAX_PATH_BYTES = 900;

/**
 * The state folder of a data folder; creates both if they are missing.
 * @throws Unavailable when the data folder is not a folder, cannot be written, or belongs to another user.
 */
export async function openStateFolder(given: string): Promise<StateFolder> {
  const named = resolve(given);
  // Files of PostgreSQL have the path on one line.
  if (/\p{Cc}/u.test(named) || Buffer.byteLength(named) > MAX_PATH_BYTES) {
    throw new Unavailable(
      'embedded-postgres-path',
      `the path of the data folder is too long (more than ${MAX_PATH_BYTES} bytes) or has control characters; set UPHELD_DATA to another folder`,
    );
  }
  try {
    await makeFolder(named);
    const dataFolder = await realpath(named);
    const path = join(dataFolder, 'postgres');
    // Private at first; opened as far as necessary once the server's user is known.
    await ignoreErrors(['EEXIST'], mkdir(path, { mode: 0o700 }));
    const folder = await lstat(path);
    if (!folder.isDirectory()) throw notAFolder(path);
    if (process.geteuid !== undefined && folder.uid !== process.geteuid()) {
      throw await othersFolder(dataFolder, folder.uid);
    }
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return { dataFolder, path };
  } catch (error) {
    throw explained(error, named);
  }
}

const NOT_A_FOLDER = ['EEXIST', 'ENOTDIR', 'ELOOP'];

function explained(error: unknown, folder: string): unknown {
  const code = systemCode(error);
  if (code === undefined || error instanceof UpheldError) return error;
  if (NOT_A_FOLDER.includes(code)) return notAFolder(folder);
  return new Unavailable(
    'embedded-postgres-not-writable',
    `the data folder ${folder} cannot be written by this user (${code}); set UPHELD_DATA to one that can`,
    { cause: error },
  );
}

const notAFolder = (path: string): Unavailable =>
  new Unavailable(
    'embedded-postgres-not-a-folder',
    `${path} is in the way: it, or something above it, is not a folder; set UPHELD_DATA to a folder`,
  );

async function othersFolder(dataFolder: string, uid: number): Promise<Unavailable> {
  const owner = uid === 0 ? 'root' : ((await findUser(String(uid)))?.name ?? `the user with number ${uid}`);
  return new Unavailable(
    'embedded-postgres-other-user',
    `the database in ${dataFolder} was made by ${owner}: run as that user, or set UPHELD_DATA to another folder`,
  );
}
