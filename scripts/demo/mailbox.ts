import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { portOf } from '../launch/port-of.ts';
import type { DemoAddition } from './addition.ts';
import { mailboxList, mailboxPage, mailboxScript } from './mailbox-page.ts';
import { MessageServers } from './message-servers.ts';

/** A mail server, a message centre for SMS, and a page that shows the messages of both. */
export const mailbox: DemoAddition = async ({ folder }) => {
  const servers = await new MessageServers().start();
  const page = await startMailboxPage(servers);
  const passwordFile = join(folder, 'message-centre.secret');
  await writeFile(passwordFile, 'demo', { mode: 0o600 });
  const host = '127.0.0.1';
  return {
    config: {
      notify: {
        email: {
          host,
          port: servers.smtpPort,
          tls: 'none',
          from: { name: 'Servizio varco', address: 'noreply@varco.example.it' },
        },
        sms: {
          kind: 'smpp',
          host,
          port: servers.smppPort,
          tls: false,
          systemId: 'varco',
          passwordFile,
          from: 'varco',
        },
      },
    },
    ready: () => Promise.resolve([{ label: 'The mailbox, e-mail and SMS', url: page.url }]),
    async stop() {
      await page.stop();
      await servers.stop();
    },
  };
};

/** Serves the page on a free port of loopback. */
export async function startMailboxPage(
  servers: MessageServers,
): Promise<{ url: string; stop(): Promise<void> }> {
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const port = portOf(server);
    // Refuses other host names that resolve to this address (DNS rebinding).
    if (request.headers.host !== `127.0.0.1:${port}`) {
      response.writeHead(421).end();
    } else if (request.url === '/events') {
      followMail(servers, response, open);
    } else {
      answer(servers, request, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  return { url: `http://127.0.0.1:${port}/`, stop: () => close(server, open) };
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

function answer(servers: MessageServers, { url = '/' }: IncomingMessage, response: ServerResponse) {
  const send = (type: string, body: string | Buffer, policy = POLICY) =>
    response
      .writeHead(200, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': policy,
      })
      .end(body);
  const html = 'text/html; charset=utf-8';
  const part = /^\/mail\/(\d+)\/(html|file\/(\d+))$/.exec(url);
  const mail = part && servers.mails[Number(part[1])];
  const file = part?.[3] === undefined ? undefined : mail?.attachments[Number(part[3])];
  if (url === '/') {
    send(html, mailboxPage(servers), `${POLICY}; script-src 'self'; connect-src 'self'`);
  } else if (url === '/list') {
    send(html, mailboxList(servers));
  } else if (url === '/mailbox.js') {
    send('text/javascript; charset=utf-8', mailboxScript);
  } else if (file) {
    send(file.contentType, file.content);
  } else if (mail && part?.[2] === 'html') {
    // A mail's HTML may only display itself.
    send(html, String(mail.html), `${POLICY}; sandbox`);
  } else {
    response.writeHead(404).end();
  }
}

function followMail(servers: MessageServers, response: ServerResponse, open: Set<ServerResponse>) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': here\n\n');
  open.add(response);
  const stop = servers.listen(() => response.write('data: new\n\n'));
  response.on('close', () => {
    stop();
    open.delete(response);
  });
}

async function close(server: Server, open: Set<ServerResponse>): Promise<void> {
  for (const response of open) {
    response.end();
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
