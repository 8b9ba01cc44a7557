import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmailConfig, notifyConfigSchema } from '../../../server/notify/notify-config.ts';
import { renderMail } from '../../../server/notify/render.ts';
import { outcomeOf, SmtpTransport } from '../../../server/notify/smtp.ts';
import type { OutgoingMail } from '../../../server/notify/transport.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) {
    await close();
  }
});

interface Received {
  mail: ParsedMail;
  raw: string;
  from: string;
  to: string[];
}

/** A real SMTP server that keeps what it is given. */
async function mailServer(
  options: SMTPServerOptions = {},
): Promise<{ port: number; got: Received[] }> {
  const got: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        got.push({
          mail: await simpleParser(raw),
          raw: raw.toString('utf8'),
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
        });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  closers.push(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  return { port: (listening.address() as AddressInfo).port, got };
}

/** A socket that a test speaks for. */
async function rawServer(speak: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    speak(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const config = (port: number, more: Partial<EmailConfig> = {}): EmailConfig => ({
  host: '127.0.0.1',
  port,
  tls: 'none',
  from: { name: 'Servizio varco', address: 'noreply@varco.example.it' },
  ...more,
});

const mail: OutgoingMail = {
  id: '7a0c2f5e-0000-4000-8000-000000000001',
  to: 'anna@example.org',
  ...renderMail('credentialPdf', {}, 'sl'),
  attachments: [
    { filename: 'qr-code.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7') },
  ],
};

function transport(...given: ConstructorParameters<typeof SmtpTransport>): SmtpTransport {
  const made = new SmtpTransport(...given);
  closers.push(() => made.stop());
  return made;
}

const fast = { connectMs: 300, socketMs: 300 };

describe('a mail', () => {
  test('arrives in plain text and HTML, with its file, without a name in its address', async () => {
    const { port, got } = await mailServer();
    expect(await transport(config(port), {}).send(mail)).toEqual({ outcome: 'sent' });
    const [one] = got;
    expect(one?.to).toEqual(['anna@example.org']);
    expect(one?.from).toBe('noreply@varco.example.it');
    expect(one?.mail.subject).toBe(mail.subject);
    expect(one?.mail.text?.trim()).toBe(mail.text.trim());
    expect(one?.mail.html).toContain('<html lang="sl">');
    expect(one?.mail.messageId).toBe(`<${mail.id}@varco.example.it>`);
    expect(one?.mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(one?.mail.attachments).toMatchObject([
      { filename: 'qr-code.pdf', contentType: 'application/pdf' },
    ]);
    expect(one?.raw).toMatch(/^To: anna@example\.org$/m);
  });

  test('a hundred go over a few connections', async () => {
    let connections = 0;
    const { port, got } = await mailServer({
      onConnect(_session, callback) {
        connections += 1;
        callback();
      },
    });
    const one = transport(config(port), {});
    const sent = Array.from({ length: 100 }, (_, index) =>
      one.send({ ...mail, attachments: [], to: `a${index}@example.org` }),
    );
    expect(new Set((await Promise.all(sent)).map(({ outcome }) => outcome))).toEqual(
      new Set(['sent']),
    );
    expect(got).toHaveLength(100);
    expect(connections).toBeLessThanOrEqual(4);
  });

  test('is signed with DKIM where the config names a key', async () => {
    const { port, got } = await mailServer();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const dkimKey = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const dkim = { domain: 'varco.example.it', selector: 's1', keyFile: '-' };
    await transport(config(port, { dkim }), { dkimKey }).send(mail);
    expect(got[0]?.raw).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; .*d=varco\.example\.it;/m);
    expect(got[0]?.raw.replace(/\s+/g, ' ')).toContain('s=s1;');
  });

  test('the account is used; a wrong password keeps the channel waiting, not the message', async () => {
    const { port, got } = await mailServer({
      authOptional: false,
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      onAuth({ username, password }, _session, callback) {
        const good = username === 'varco' && password === 'secret';
        callback(good ? null : new Error('no'), good ? { user: 'varco' } : undefined);
      },
    });
    const user = { user: 'varco' };
    expect(await transport(config(port, user), { password: 'wrong' }).send(mail)).toEqual({
      outcome: 'unreachable',
      code: 'EAUTH',
    });
    expect(await transport(config(port, user), { password: 'secret' }).send(mail)).toEqual({
      outcome: 'sent',
    });
    expect(got).toHaveLength(1);
  });
});

describe('TLS', () => {
  test('a server that does not offer it is given nothing', async () => {
    const { port, got } = await mailServer();
    const outcome = await transport(config(port, { tls: 'starttls' }), {}).send(mail);
    expect(outcome).toMatchObject({ outcome: 'unreachable', code: 'ETLS' });
    expect(got).toEqual([]);
  });

  test('a certificate that nobody vouches for is not taken', async () => {
    // The server's own, self-signed one.
    const { port, got } = await mailServer({ disabledCommands: [] });
    const outcome = await transport(config(port, { tls: 'starttls' }), {}).send(mail);
    expect(outcome.outcome).toBe('unreachable');
    expect(got).toEqual([]);
  });

  test.each([
    ['mail.example.it', 'none', false],
    ['mail.example.it', 'starttls', true],
    ['127.0.0.1', 'none', true],
    ['localhost', 'none', true],
  ])('%s with %s: %s', (host, tls, ok) => {
    const email = { ...config(25), host, tls };
    expect(notifyConfigSchema.safeParse({ email }).success).toBe(ok);
  });
});

describe('what goes wrong', () => {
  const answering =
    (responseCode: number) =>
    (_address: unknown, _session: unknown, callback: (error: Error) => void) =>
      callback(Object.assign(new Error('no'), { responseCode }));

  test.each<[string, SMTPServerOptions, unknown]>([
    ['nobody of that name', { onRcptTo: answering(550) }, { outcome: 'refused', code: 'smtp550' }],
    ['greylisted', { onRcptTo: answering(451) }, { outcome: 'later', code: 'smtp451' }],
    ['mailbox full', { onRcptTo: answering(452) }, { outcome: 'later', code: 'smtp452' }],
    [
      'our address is not allowed',
      { onMailFrom: answering(553) },
      { outcome: 'later', code: 'smtp553' },
    ],
    [
      'refused after the data',
      {
        onData(stream, _session, callback) {
          stream.resume();
          stream.on('end', () => callback(Object.assign(new Error('spam'), { responseCode: 554 })));
        },
      },
      { outcome: 'refused', code: 'smtp554' },
    ],
  ])('%s', async (_what, options, expected) => {
    const { port } = await mailServer(options);
    expect(await transport(config(port), {}).send(mail)).toEqual(expected);
  });

  test('nobody listens', async () => {
    const port = await rawServer(() => {});
    await closers.pop()?.();
    const outcome = await transport(config(port), {}).send(mail);
    expect(outcome).toEqual({ outcome: 'unreachable', code: 'ECONNREFUSED' });
  });

  test('a server that accepts and says nothing', async () => {
    const port = await rawServer(() => {});
    const outcome = await transport(config(port), {}, fast).send(mail);
    expect(outcome).toEqual({ outcome: 'later', code: 'ETIMEDOUT' });
  });

  test('a server that falls silent in the middle', async () => {
    const port = await rawServer((socket) => {
      socket.write('220 slow ESMTP\r\n');
      socket.once('data', () => socket.write('250 slow\r\n'));
    });
    const outcome = await transport(config(port), {}, fast).send(mail);
    expect(outcome).toEqual({ outcome: 'later', code: 'ETIMEDOUT' });
  });

  test('the line is cut in the middle of the mail; the next one goes', async () => {
    const { port, got } = await mailServer();
    let cutAfter = 2000;
    const through = await rawServer((socket) => {
      const onward = connect(port, '127.0.0.1');
      onward.on('error', () => {});
      onward.on('close', () => socket.destroy());
      socket.on('close', () => onward.destroy());
      onward.pipe(socket);
      let passed = 0;
      socket.on('data', (chunk: Buffer) => {
        passed += chunk.length;
        if (passed > cutAfter) {
          socket.destroy();
        } else {
          onward.write(chunk);
        }
      });
    });
    const one = transport(config(through), {}, { connectMs: 2000, socketMs: 2000 });
    const long = { ...mail, text: 'a line of the mail\n'.repeat(500) };
    expect(await one.send(long)).toMatchObject({ outcome: 'later' });
    expect(got).toEqual([]);
    cutAfter = Number.POSITIVE_INFINITY;
    expect(await one.send(long)).toEqual({ outcome: 'sent' });
    expect(got).toHaveLength(1);
  });

  test.each([
    [{ code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'refused'],
    [{ code: 'EMESSAGE', responseCode: 552, command: 'DATA' }, 'refused'],
    [{ code: 'EMESSAGE', responseCode: 421, command: 'DATA' }, 'later'],
    [{ code: 'EDNS', originalCode: 'ENOTFOUND' }, 'unreachable'],
    [{ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'unreachable'],
    [{ code: 'ESOCKET', originalCode: 'ECONNRESET' }, 'later'],
    [{ code: 'EAUTH', responseCode: 535 }, 'unreachable'],
    [{}, 'later'],
  ])('%o is %s', (error, outcome) => {
    expect(outcomeOf(error).outcome).toBe(outcome);
  });
});
