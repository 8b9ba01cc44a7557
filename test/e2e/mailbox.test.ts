import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startMailboxPage } from '../../scripts/demo/mailbox.ts';
import { MessageServers } from '../../scripts/demo/message-servers.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { renderMail } from '../../server/notify/render.ts';
import { SmppTransport } from '../../server/notify/smpp.ts';
import { SmtpTransport } from '../../server/notify/smtp.ts';
import { systemClock } from '../../shared/clock.ts';
import { checkPage, openWindow } from '../support/web-browser.ts';

let servers: MessageServers;
let mailbox: Awaited<ReturnType<typeof startMailboxPage>>;
let browser: Browser;
let mail: SmtpTransport;
let sms: SmppTransport;

beforeAll(async () => {
  servers = await new MessageServers().start();
  mailbox = await startMailboxPage(servers);
  const host = '127.0.0.1';
  const from = { name: 'varco', address: 'noreply@varco.example.it' };
  mail = new SmtpTransport({ host, port: servers.smtpPort, tls: 'none', from }, {});
  sms = new SmppTransport(
    {
      kind: 'smpp',
      host,
      port: servers.smppPort,
      tls: false,
      systemId: 'varco',
      systemType: '',
      from: 'varco',
    },
    { password: 'demo' },
    systemClock,
  );
  browser = await launchChromium(inject('chromium'));
});
afterAll(async () => {
  await browser?.close();
  await mail?.stop();
  await sms?.stop();
  await mailbox?.stop();
  await servers?.stop();
});

const id = '7a0c2f5e-0000-4000-8000-000000000001';

test('what is sent stands in the mailbox by itself, with its file', async () => {
  const { page, context, complaints } = await openWindow(browser, { url: mailbox.url });
  await page.goto('/');
  await page.getByText('Nothing yet.').waitFor();
  await sms.send({ id, to: '+393331234567', text: 'Codice: 012345' });
  await page.getByText('Codice: 012345').waitFor();
  const content = Buffer.from('%PDF-1.7');
  const attachments = [{ filename: 'qr-code.pdf', contentType: 'application/pdf', content }];
  await mail.send({
    id,
    to: 'anna@example.org',
    ...renderMail('credentialPdf', {}, 'it'),
    attachments,
  });
  await page.getByRole('link', { name: 'qr-code.pdf' }).waitFor();
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'E-mail to anna@example.org',
    'SMS to +393331234567',
  ]);
  await checkPage(page, 'mailbox');
  const file = await page.request.get('/mail/0/file/0');
  expect(await file.text()).toBe('%PDF-1.7');
  expect(complaints).toEqual([]);
  await context.close();
});

test('a mail as a mail program shows it has no fault for axe, in every language', async () => {
  const { page, context, complaints } = await openWindow(browser, { url: mailbox.url });
  for (const language of ['it', 'en', 'de', 'fr', 'sl'] as const) {
    const words = renderMail('secondLevelCode', { code: '012345' }, language);
    await mail.send({ id, to: 'anna@example.org', ...words, attachments: [] });
    await page.goto(`/mail/${servers.mails.length - 1}/html`);
    await page.getByRole('heading', { level: 1, name: words.subject }).waitFor();
    // There it is in a sandbox, in which axe can't run either.
    await page.goto('about:blank');
    await page.setContent(words.html);
    await checkPage(page, `mail-${language}`);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

test('another site’s name that points here is not answered', async () => {
  const { request } = await import('node:http');
  const { port } = new URL(mailbox.url);
  const status = await new Promise((resolve) => {
    const headers = { host: 'evil.example.org' };
    request({ host: '127.0.0.1', port, headers }, (answer) => resolve(answer.statusCode)).end();
  });
  expect(status).toBe(421);
});
