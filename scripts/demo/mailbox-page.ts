import type { ParsedMail } from 'mailparser';
import type { MessageServers } from './message-servers.ts';

/** The whole page; without JavaScript, its link reloads it. */
export function mailboxPage(servers: MessageServers): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The demo’s mailbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="/mailbox.js" defer></script>
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: #17324d; background: #fff }
article { border: 1px solid #5b6f82; border-radius: 4px; padding: 0 1rem 1rem; margin: 1rem 0 }
h2 { font-size: 1.25rem; margin: 1rem 0 .25rem; overflow-wrap: anywhere }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 }
a { color: #0052a5 } a:focus-visible { outline: 3px solid #17324d; outline-offset: 2px }
</style></head><body><main>
<h1>The demo’s mailbox</h1>
<p>Every e-mail and SMS that the demo’s service sends arrives here, the newest first. Nothing leaves this machine.
<a href="/">Look again</a></p>
<p role="status" id="news"></p>
<div id="list">${mailboxList(servers)}</div>
</main></body></html>`;
}

/** The messages that have arrived, as a part of the page. */
export function mailboxList({ mails, texts, arrivals }: MessageServers): string {
  const items = arrivals.map(({ kind, index, at }) => {
    const when = new Date(at).toLocaleTimeString('en-GB');
    if (kind === 'sms') {
      const sms = texts[index];
      return article(`SMS to +${sms?.to ?? ''}`, when, `<pre>${escapeHtml(sms?.text ?? '')}</pre>`);
    }
    return mailArticle(mails[index], index, when);
  });
  return items.length === 0 ? '<p>Nothing yet.</p>' : items.reverse().join('\n');
}

function mailArticle(mail: ParsedMail | undefined, index: number, when: string): string {
  const to = [mail?.to ?? []].flat().map(({ text }) => text);
  const files = (mail?.attachments ?? []).map(
    ({ filename = 'file' }, number) =>
      `<li><a href="/mail/${index}/file/${number}">${escapeHtml(filename)}</a></li>`,
  );
  const list = files.length > 0 ? `<ul>${files.join('')}</ul>` : '';
  const links = mail?.html
    ? `<p><a href="/mail/${index}/html">As HTML: e-mail ${index + 1}</a></p>`
    : '';
  const body = `<p><b>${escapeHtml(mail?.subject ?? '')}</b></p>
<pre>${withLinks(mail?.text ?? '')}</pre>${list}${links}`;
  return article(`E-mail to ${to.join(', ')}`, when, body);
}

function article(title: string, when: string, body: string): string {
  return `<article><h2>${escapeHtml(title)}</h2><p>${when}</p>${body}</article>`;
}

/** Reloads the list when a message arrives, and announces it. */
export const mailboxScript = `
new EventSource('/events').onmessage = async () => {
  const list = await (await fetch('/list')).text();
  document.getElementById('list').innerHTML = list;
  document.getElementById('news').textContent = 'A new message has arrived.';
};
`;

function withLinks(text: string): string {
  return escapeHtml(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
