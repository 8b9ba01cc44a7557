import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import smpp, { type Pdu, type Session } from 'smpp';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpSmsTransport } from '../../../server/notify/http-sms.ts';
import { notifyConfigSchema, type SmppConfig } from '../../../server/notify/notify-config.ts';
import { outcomeOf, SmppTransport } from '../../../server/notify/smpp.ts';
import { systemClock } from '../../../shared/clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) {
    await close();
  }
});

const sms = {
  id: '7a0c2f5e-0000-4000-8000-000000000001',
  to: '+393331234567',
  text: 'Codice: 012345',
};

/** A real message centre; `answer` gives a status for each submission, or nothing for none at all. */
class MessageCentre {
  readonly submitted: Pdu[] = [];
  readonly binds: { system_id?: string; password?: string }[] = [];
  readonly sessions: Session[] = [];
  enquiries = 0;
  bindStatus = 0;
  answer: (pdu: Pdu) => number | undefined = () => 0;
  port = 0;

  async start(): Promise<this> {
    const server = smpp.createServer((session) => {
      this.sessions.push(session);
      session.on('error', () => {});
      session.on('bind_transceiver', (pdu: Pdu) => {
        const { system_id = '', password = '' } = pdu;
        this.binds.push({ system_id, password });
        session.send(pdu.response({ command_status: this.bindStatus }));
      });
      session.on('enquire_link', (pdu: Pdu) => {
        this.enquiries += 1;
        session.send(pdu.response());
      });
      session.on('unbind', (pdu: Pdu) => {
        session.send(pdu.response());
        session.close();
      });
      session.on('submit_sm', (pdu: Pdu) => {
        this.submitted.push(pdu);
        const command_status = this.answer(pdu);
        if (command_status !== undefined) {
          const message_id = String(this.submitted.length);
          session.send(pdu.response({ command_status, message_id }));
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    closers.push(async () => {
      for (const session of this.sessions) {
        session.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    });
    return this;
  }
}

const config = (port: number): SmppConfig => ({
  kind: 'smpp',
  host: '127.0.0.1',
  port,
  tls: false,
  systemId: 'varco',
  systemType: '',
  from: 'varco',
});

function transport(
  port: number,
  clock = systemClock as ConstructorParameters<typeof SmppTransport>[2],
) {
  const made = new SmppTransport(config(port), { password: 'pw' }, clock);
  closers.push(() => made.stop());
  return made;
}

function textOf({ short_message: content }: Pdu): string {
  return String(content?.message);
}

describe('SMPP', () => {
  test('binds once and submits, number and sender as the protocol has them', async () => {
    const centre = await new MessageCentre().start();
    const one = transport(centre.port);
    expect(await one.send(sms)).toEqual({ outcome: 'sent' });
    expect(await one.send(sms)).toEqual({ outcome: 'sent' });
    expect(centre.binds).toEqual([{ system_id: 'varco', password: 'pw' }]);
    const [first] = centre.submitted;
    expect(first).toMatchObject({
      source_addr: 'varco',
      source_addr_ton: 5,
      destination_addr: '393331234567',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      data_coding: 0,
      esm_class: 0,
    });
    expect(textOf(first as Pdu)).toBe(sms.text);
  });

  test('a long text comes in parts that belong together; other letters in UCS-2', async () => {
    const centre = await new MessageCentre().start();
    const one = transport(centre.port);
    const text = `Perché no? ${'è vero. '.repeat(30)}`;
    await one.send({ ...sms, text });
    expect(centre.submitted).toHaveLength(2);
    expect(centre.submitted.map(textOf).join('')).toBe(text);
    for (const [index, { esm_class, short_message: content }] of centre.submitted.entries()) {
      expect(esm_class).toBe(0x40);
      expect([...(content?.udh?.[0] ?? [])]).toEqual([0, 3, 0x7a, 2, index + 1]);
    }
    centre.submitted.length = 0;
    await one.send({ ...sms, text: 'Koda: 012345. Če ni vaša, je ne upoštevajte. Žal.' });
    expect(centre.submitted[0]).toMatchObject({ data_coding: 8 });
    expect(textOf(centre.submitted[0] as Pdu)).toBe(
      'Koda: 012345. Če ni vaša, je ne upoštevajte. Žal.',
    );
  });

  test('a wrong password keeps the channel waiting', async () => {
    const centre = await new MessageCentre().start();
    centre.bindStatus = 0x0e;
    const one = transport(centre.port);
    expect(await one.send(sms)).toEqual({ outcome: 'unreachable', code: 'smppBind0e' });
    centre.bindStatus = 0;
    expect(await one.send(sms)).toEqual({ outcome: 'sent' });
  });

  test('too fast is later, a number that is none is refused', async () => {
    const centre = await new MessageCentre().start();
    const one = transport(centre.port);
    centre.answer = () => 0x58;
    expect(await one.send(sms)).toEqual({
      outcome: 'later',
      code: 'smppThrottled',
      retryAfterMs: 5000,
    });
    centre.answer = () => 0x0b;
    expect(await one.send(sms)).toEqual({ outcome: 'refused', code: 'smpp0b' });
    centre.answer = () => 0;
    expect(await one.send(sms)).toEqual({ outcome: 'sent' });
  });

  test('the line is cut before the answer: later, and the next one binds again', async () => {
    const centre = await new MessageCentre().start();
    const one = transport(centre.port);
    centre.answer = () => {
      centre.sessions.at(-1)?.destroy();
      return undefined;
    };
    expect(await one.send(sms)).toMatchObject({ outcome: 'later' });
    centre.answer = () => 0;
    expect(await one.send(sms)).toEqual({ outcome: 'sent' });
    expect(centre.binds).toHaveLength(2);
  });

  test('a centre that takes and never answers: later, after its time', async () => {
    const centre = await new MessageCentre().start();
    const clock = new VirtualClock();
    const one = transport(centre.port, clock);
    centre.answer = () => undefined;
    const sending = one.send(sms);
    await expect.poll(() => centre.submitted.length).toBe(1);
    clock.advance(15_000);
    expect(await sending).toEqual({ outcome: 'later', code: 'smppTimeout' });
  });

  test('asks every half minute whether the centre is there, and notices when it is not', async () => {
    const centre = await new MessageCentre().start();
    const clock = new VirtualClock();
    const one = transport(centre.port, clock);
    await one.send(sms);
    for (const count of [1, 2, 3]) {
      clock.advance(30_000);
      await expect.poll(() => centre.enquiries).toBe(count);
      await expect.poll(() => clock.waiting).toBe(1);
    }
    centre.sessions[0]?.removeAllListeners('enquire_link');
    clock.advance(45_000);
    expect(await one.send(sms)).toEqual({ outcome: 'sent' });
    expect(centre.binds).toHaveLength(2);
  });

  test('nobody listens', async () => {
    const centre = await new MessageCentre().start();
    await closers.pop()?.();
    const outcome = await transport(centre.port).send(sms);
    expect(outcome).toEqual({ outcome: 'unreachable', code: 'ECONNREFUSED' });
  });

  test('something else than a message centre', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    server.on('connection', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const outcome = await transport((server.address() as AddressInfo).port).send(sms);
    expect(outcome.outcome).toBe('unreachable');
  });

  test.each([
    [0x14, 'later'],
    [0x08, 'later'],
    [0x64, 'later'],
    [0x45, 'refused'],
    [0xff, 'refused'],
  ])('status %i is %s', (status, outcome) => {
    expect(outcomeOf(status).outcome).toBe(outcome);
  });

  test('in the clear only on this machine', () => {
    const far = { ...config(2775), host: 'smsc.example.it' };
    expect(notifyConfigSchema.safeParse({ sms: far }).success).toBe(false);
    expect(notifyConfigSchema.safeParse({ sms: { ...far, tls: true } }).success).toBe(true);
  });
});

describe('HTTP gateway', () => {
  type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

  async function gateway(handle: Handler): Promise<string> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => handle(request, response, body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`;
  }

  function http(url: string, more: Record<string, unknown> = {}, timeoutMs?: number) {
    const { sms: parsed } = notifyConfigSchema.parse({ sms: { kind: 'http', url, ...more } });
    if (parsed?.kind !== 'http') {
      throw new RangeError('not an HTTP gateway');
    }
    return new HttpSmsTransport(parsed, 'token-of-the-gateway', timeoutMs);
  }

  test('posts JSON with the token and a key that is the same for every copy', async () => {
    const got: unknown[] = [];
    const url = await gateway((request, response, body) => {
      const { authorization, 'idempotency-key': key, 'content-type': type } = request.headers;
      got.push({ method: request.method, authorization, key, type, body: JSON.parse(body) });
      response.writeHead(202).end('{"id":1}');
    });
    const fields = { to: 'recipient', text: 'content', from: 'sender' };
    expect(await http(url, { from: 'varco', fields }).send(sms)).toEqual({ outcome: 'sent' });
    expect(got).toEqual([
      {
        method: 'POST',
        authorization: 'Bearer token-of-the-gateway',
        key: sms.id,
        type: 'application/json',
        body: { recipient: sms.to, content: sms.text, sender: 'varco' },
      },
    ]);
  });

  test.each<[number, Record<string, string>, unknown]>([
    [429, { 'retry-after': '7' }, { outcome: 'later', code: 'http429', retryAfterMs: 7000 }],
    [503, {}, { outcome: 'later', code: 'http503' }],
    [500, { 'retry-after': 'soon' }, { outcome: 'later', code: 'http500' }],
    [400, {}, { outcome: 'refused', code: 'http400' }],
    [401, {}, { outcome: 'unreachable', code: 'http401' }],
  ])('%i', async (status, headers, expected) => {
    const url = await gateway((_request, response) => response.writeHead(status, headers).end());
    expect(await http(url).send(sms)).toEqual(expected);
  });

  test('a redirect is not followed: the token goes nowhere else', async () => {
    let elsewhere = 0;
    const other = await gateway((_request, response) => {
      elsewhere += 1;
      response.end();
    });
    const url = await gateway((_request, response) =>
      response.writeHead(307, { location: other }).end(),
    );
    expect((await http(url).send(sms)).outcome).toBe('later');
    expect(elsewhere).toBe(0);
  });

  test('a gateway that never answers', async () => {
    const url = await gateway(() => {});
    expect(await http(url, {}, 200).send(sms)).toEqual({ outcome: 'later', code: 'httpTimeout' });
  });

  test('nobody listens', async () => {
    const url = await gateway(() => {});
    await closers.pop()?.();
    expect(await http(url).send(sms)).toEqual({ outcome: 'unreachable', code: 'ECONNREFUSED' });
  });

  test('in the clear only on this machine', () => {
    const url = 'http://sms.example.it/send';
    expect(notifyConfigSchema.safeParse({ sms: { kind: 'http', url } }).success).toBe(false);
  });
});
