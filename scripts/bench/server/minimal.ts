import { createHash, createHmac, randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { WebSocketServer } from 'ws';

/** What the minimal loop's database holds of one person. */
export interface MinimalPerson {
  credentialId: string;
  codiceFiscale: string;
}

/** Made-up people. */
export function minimalPeople(persons: number): MinimalPerson[] {
  return Array.from({ length: persons }, (_, index) => ({
    credentialId: index.toString(16).padStart(32, '0'),
    codiceFiscale: `RSSMRA80A01H${String(index).padStart(4, '0')}`,
  }));
}

/** The least a WebSocket server can do with a message: echo it. */
export function startEcho(): WebSocketServer {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(data, { binary: false }));
  });
  return server;
}

/**
 * The least a verification can be: parse, HMAC, two prepared look-ups, a chained audit row, one commit
 * for all requests that arrived together, a reply. No schema, no limits, no proof, no idempotency.
 */
export function startMinimal(path: string, people: readonly MinimalPerson[]): WebSocketServer {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`create table person (id integer primary key, mac text unique, status text);
    create table credential (id text primary key, person integer, state text);
    create table audit (sequence integer primary key, body text, hash text)`);
  const key = randomBytes(32);
  const macOf = (code: string) => createHmac('sha256', key).update(code).digest('hex');
  db.transaction(() => {
    for (const [index, { credentialId, codiceFiscale }] of people.entries()) {
      const mac = macOf(codiceFiscale);
      db.prepare('insert into person values (?, ?, ?)').run(index, mac, '{"percentage":80}');
      db.prepare('insert into credential values (?, ?, ?)').run(credentialId, index, 'live');
    }
  })();
  const findCredential = db.prepare<[string], { person: number; state: string }>(
    'select person, state from credential where id = ?',
  );
  const findPerson = db.prepare<[number], { mac: string; status: string }>(
    'select mac, status from person where id = ?',
  );
  const insert = db.prepare('insert into audit values (?, ?, ?)');
  let sequence = 0;
  let hash = '';
  let waiting: (() => () => void)[] = [];
  const commit = db.transaction((batch: typeof waiting) => batch.map((work) => work()));
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const [, id, , payload] = JSON.parse(String(data));
      waiting.push(() => {
        const mac = macOf(payload.codiceFiscale);
        const credential = findCredential.get(payload.credentialId);
        const person = findPerson.get(credential?.person ?? -1);
        const granted = person?.mac === mac && JSON.parse(person.status).percentage >= 68;
        const body = JSON.stringify({ request: payload.requestId, subject: mac, granted });
        hash = createHash('sha256')
          .update(hash + body)
          .digest('hex');
        sequence += 1;
        insert.run(sequence, body, hash);
        return () => socket.send(JSON.stringify([3, id, { granted }]));
      });
      if (waiting.length === 1) {
        setImmediate(() => {
          const batch = waiting;
          waiting = [];
          for (const answer of commit(batch)) {
            answer();
          }
        });
      }
    });
  });
  return server;
}
