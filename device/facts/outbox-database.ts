import { chmodSync, closeSync, existsSync, openSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { errorCode } from '../../shared/errors.ts';
import { OWNER_ONLY_FILE } from '../storage/disk.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS owed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class TEXT NOT NULL CHECK (class IN ('fact', 'telemetry')),
  fact_key TEXT UNIQUE,
  body TEXT NOT NULL,
  refused_code TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS waiting ON owed (class, id) WHERE refused_code IS NULL;
`;

const SUFFIXES = ['', '-wal', '-shm'];

/** The write-ahead log goes with its database: left behind it would be replayed into the new one. */
export function setAside(path: string, aside: string): void {
  for (const suffix of SUFFIXES) {
    if (existsSync(path + suffix)) {
      renameSync(path + suffix, aside + suffix);
    }
  }
}

/** @throws the system's or SQLite's error; a damaged database is found here. */
export function openDatabase(path: string): Database.Database {
  // SQLite gives its companions the mode of the database, which is its owner's alone, whatever the umask.
  closeSync(openSync(path, 'a', OWNER_ONLY_FILE));
  for (const suffix of SUFFIXES.filter((one) => existsSync(path + one))) {
    chmodSync(path + suffix, OWNER_ONLY_FILE);
  }
  const database = new Database(path);
  try {
    database.pragma('journal_mode = WAL');
    // An acknowledged fact survives a power cut: the journal is synced at every commit.
    database.pragma('synchronous = FULL');
    database.pragma('secure_delete = ON');
    const check = database.pragma('quick_check(1)', { simple: true });
    if (check !== 'ok') {
      throw new Database.SqliteError('quick_check failed', 'SQLITE_CORRUPT');
    }
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whether a database is damaged, as against one that can't be reached. */
export function isDamage(error: unknown): boolean {
  return ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].includes(errorCode(error).split('_', 2).join('_'));
}
