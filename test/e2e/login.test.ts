import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { toDataURL } from 'qrcode';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../scripts/demo/identity-provider.ts';
import { launchChromium } from '../../scripts/launch/chromium.ts';
import { freePort } from '../../scripts/launch/free-port.ts';
import { type SeededPerson, seedPeople } from '../../scripts/sample/seed-people.ts';
import type { App } from '../../server/app.ts';
import { commandLine } from '../../server/fleet/access/actor.ts';
import type { Role } from '../../server/fleet/access/roles.ts';
import { loginConfigSchema } from '../../server/login/login-config.ts';
import { hashPassword } from '../../server/login/password.ts';
import { newPinHalf } from '../../server/login/pins.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/store.ts';
import { startApp, testKeyring } from '../support/server-app.ts';
import { webAssets } from '../support/web-assets.ts';
import { checkPage, openWindow, type Window, type windows } from '../support/web-browser.ts';

const PASSWORD = 'cavallo giusto batteria';
let folder: string;
let store: Store;
let app: App;
let origin: string;
let provider: IdentityProvider;
let people: SeededPerson[];
let browser: Browser;
const sent: { to: string; text: string }[] = [];
let heard: () => void = () => {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-login-'));
  const port = await freePort();
  origin = `http://localhost:${port}`;
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  const known = [{ codiceFiscale: 'VRDGNN75C52H501A', name: 'Giovanna Verdi' }];
  provider = await startIdentityProvider({ people: known, origin, provider: 'spid' });
  const clientSecretFile = join(folder, 'client.secret');
  await writeFile(clientSecretFile, provider.clientSecret);
  const { issuer, clientId } = provider;
  const login = loginConfigSchema.parse({
    oidc: [{ id: 'spid', title: 'SPID', issuer, clientId, clientSecretFile }],
    pin: true,
  });
  const take = (to: string, text: string) => {
    sent.push({ to, text });
    heard();
    return Promise.resolve();
  };
  const messenger = {
    sendCode: ({ mobile }: { mobile: string }, code: string) => take(mobile, code),
    sendDetail: ({ email }: { email: string }, text: string) => take(email, text),
  };
  const web = { assets: await webAssets(), origin };
  app = await startApp(store, { login, messenger, web });
  people = await seedPeople(app);
  await app.http.listen({ host: '127.0.0.1', port });
  browser = await launchChromium(inject('chromium'));
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await provider?.stop();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

let open: Window[] = [];
afterEach(async () => {
  await Promise.all(open.map(({ context }) => context.close()));
  open = [];
});

async function visit(
  options: { size?: keyof typeof windows; javaScript?: boolean } = {},
): Promise<Window> {
  const window = await openWindow(browser, { url: origin, ...options });
  open.push(window);
  return window;
}

/** The link of an invitation, as the command line prints it. */
async function invite(role: Role): Promise<string> {
  const { secret } = await app.logins.staff.invite(commandLine, { role, sites: 'all' });
  return `${origin}/login/invitation/${secret}`;
}

const codeOf = (secret: string, at = Date.now()) =>
  new TOTP({ secret }).generate({ timestamp: at });

/** Accepts an invitation with a password; the secret of the authenticator application. */
async function accept(
  page: Page,
  link: string,
  email: string,
  check: (page: 'app' | 'recovery-codes') => Promise<void> = async () => {},
): Promise<string> {
  await page.goto(link);
  await page.getByLabel('Nome e cognome').fill('Ada Conti');
  await page.getByLabel('Indirizzo e-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Avanti' }).click();
  await page.getByRole('heading', { name: 'App di autenticazione' }).waitFor();
  const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '');
  await check('app');
  await page.getByLabel('Codice dell’app').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Crea l’accesso' }).click();
  await page.getByRole('heading', { name: 'I tuoi codici di recupero' }).waitFor();
  await check('recovery-codes');
  await page.getByRole('link', { name: 'continua' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  return secret;
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Esci' }).click();
  await page.getByRole('heading', { name: 'Sei uscito' }).waitFor();
}

describe.each([
  ['phone', true],
  ['desktop', false],
] as const)('on a %s, JavaScript %s', (size, javaScript) => {
  const name = (page: string) => `login-${page}-${size}${javaScript ? '' : '-no-script'}`;

  test('a citizen chooses, goes to the provider, and comes back', async () => {
    const { page } = await visit({ size, javaScript });
    await page.goto('/login?to=/logged-out');
    await checkPage(page, name('ways'), { javaScript });
    await page.getByRole('link', { name: 'Entra con SPID' }).click();
    await page.getByRole('heading', { name: 'Gestore d’identità' }).waitFor();
    await checkPage(page, name('provider'), { javaScript });
    await page.getByRole('button', { name: 'Giovanna Verdi' }).click();
    await page.waitForURL('**/logged-out');
    const cookies = await page.context().cookies(origin);
    const session = cookies.find(({ name: one }) => one === 'varco-loopback');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(session?.expires).toBe(-1);
  });

  test('a level that is too low is explained kindly, with the way back', async () => {
    const { page } = await visit({ size, javaScript });
    await page.goto('/login/oidc/spid');
    await page.getByLabel('Livello di sicurezza').selectOption({ label: 'SPID 1' });
    await page.getByRole('button', { name: 'Giovanna Verdi' }).click();
    await page.getByRole('heading', { name: 'livello di sicurezza più alto' }).waitFor();
    await checkPage(page, name('too-low'), { javaScript });
    await page.getByRole('link', { name: 'Torna all’accesso' }).click();
    await page.getByRole('heading', { name: 'Accedi', exact: true }).waitFor();
  });

  test('an operator accepts an invitation, logs out and in; the link is spent', async () => {
    const { page, complaints } = await visit({ size, javaScript });
    const link = await invite('operator');
    const email = `ada.${size}@example.org`;
    await page.goto(link);
    await page.getByLabel('Password').fill('password1234');
    await page.getByRole('button', { name: 'Avanti' }).click();
    await page.getByRole('alert').first().waitFor();
    await checkPage(page, name('invitation-wrong'), { javaScript });
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    const secret = await accept(page, link, email, (step) =>
      checkPage(page, name(`invitation-${step}`), { javaScript }),
    );
    await page.waitForURL('**/operator');
    await logOut(page);
    await page.goto(link);
    await page.getByRole('heading', { name: 'Invito non più valido' }).waitFor();
    await checkPage(page, name('invitation-spent'), { javaScript });
    await page.goto('/operator');
    await page.waitForURL('**/login/staff?to=%2Foperator');
    const logIn = async (password: string, at: number) => {
      await page.getByLabel('Indirizzo e-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByLabel('Codice dell’app').fill(codeOf(secret, at));
      await page.getByRole('button', { name: 'Accedi', exact: true }).click();
    };
    await logIn('not the password', Date.now());
    await page.getByRole('alert').first().waitFor();
    await checkPage(page, name('staff-wrong'), { javaScript });
    // The code of the enrolment is spent: only the next one is good.
    await logIn(PASSWORD, Date.now() + 30_000);
    await page.getByRole('heading', { name: 'Sportello' }).waitFor();
    expect(complaints).toEqual([]);
  });
});

test('a passkey: made with the invitation, then used to log in', async () => {
  const { page, context } = await visit();
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(await invite('operator'));
  const button = page.getByRole('button', { name: 'Crea una passkey' });
  await button.click();
  await page.getByRole('alert').filter({ hasText: 'Scrivi nome e cognome' }).waitFor();
  await page.getByLabel('Nome e cognome').fill('Bruno Riva');
  await page.getByLabel('Indirizzo e-mail').fill('bruno@example.org');
  await button.click();
  await page.waitForURL('**/operator');
  await logOut(page);
  await page.getByRole('link', { name: 'Accedi di nuovo' }).click();
  await page.getByRole('button', { name: 'Accedi con una passkey' }).click();
  await page.waitForURL('**/operator');
  const [entry] = await app.logins.log.read({ account: 'bruno@example.org', limit: 1 });
  expect(entry).toMatchObject({ event: 'login', way: 'passkey' });
});

describe('the desk', () => {
  const find = (label: SeededPerson['label']) =>
    people.find((person) => person.label === label) as SeededPerson;

  async function enterDesk(size: keyof typeof windows, javaScript = true): Promise<Window> {
    const window = await visit({ size, javaScript });
    const { page } = window;
    await accept(
      page,
      await invite('operator'),
      `desk.${open.length}.${Math.random()}@example.org`,
    );
    await page.waitForURL('**/operator');
    return window;
  }

  test.each([
    ['phone', true],
    ['desktop', false],
  ] as const)(
    'first level, purpose, the citizen’s code, and the giudizio once: %s, %s',
    async (size, javaScript) => {
      const { page, complaints } = await enterDesk(size, javaScript);
      const name = (step: string) => `desk-${step}-${size}${javaScript ? '' : '-no-script'}`;
      const one = find('entitledWithCompanion');
      await checkPage(page, name('scan'), { javaScript });
      // A wedge types the code and Enter; the cursor is then where the codice fiscale goes.
      await page.getByLabel('Codice QR').fill(one.text);
      await page.getByLabel('Codice QR').press('Enter');
      await page.waitForURL('**/operator/check');
      expect(await page.getByLabel('Codice QR').inputValue()).toBe(one.text);
      await page.getByLabel('Codice fiscale della persona').fill(one.person.codiceFiscale);
      await page.getByRole('button', { name: 'Verifica' }).click();
      await page.getByRole('heading', { name: 'Esito del primo livello' }).waitFor();
      await checkPage(page, name('first-level'), { javaScript });
      expect(await page.getByRole('row', { name: /Invalidità civile/ }).textContent()).toContain(
        'Sì',
      );
      expect(await page.content()).not.toContain(one.person.codiceFiscale);
      await page.getByRole('button', { name: 'Manda il codice' }).click();
      await page.getByText('Scegli la finalità.').first().waitFor();
      await checkPage(page, name('purpose'), { javaScript });
      await page.getByLabel('Finalità').selectOption('contrassegno-parcheggio');
      const arrived = new Promise<void>((resolve) => {
        heard = resolve;
      });
      await page.getByRole('button', { name: 'Manda il codice' }).click();
      await arrived;
      const { to, text: code } = sent.at(-1) as (typeof sent)[number];
      expect(to).toBe(one.person.mobile);
      await page.getByLabel('Codice di 6 cifre').fill(code === '000000' ? '000001' : '000000');
      await page.getByRole('button', { name: 'Mostra il giudizio' }).click();
      await page.getByText('Il codice non è giusto').first().waitFor();
      await checkPage(page, name('code-wrong'), { javaScript });
      await page.getByLabel('Codice di 6 cifre').fill(code);
      const answered = page.waitForResponse('**/operator/reveal');
      await page.getByRole('button', { name: 'Mostra il giudizio' }).click();
      const { 'cache-control': cache } = (await answered).headers();
      expect(cache).toBe('no-store');
      await page.getByText('impossibilitato a deambulare').waitFor();
      expect(await page.content()).toContain('content="120;url=/operator"');
      await checkPage(page, name('giudizio'), { javaScript });
      // Neither way back to it is there a copy: the browser has nothing to show.
      await page.goBack().catch(() => {});
      await page.goForward().catch(() => {});
      expect(await page.getByText('impossibilitato a deambulare').count()).toBe(0);
      expect(complaints).toEqual([]);
      const kinds = (await store.db.selectFrom('audit').select(['kind', 'body']).execute())
        .filter(({ body }) => body.includes('operator:'))
        .map(({ kind }) => kind);
      expect(kinds.slice(-4)).toEqual([
        'firstLevel',
        'secondLevel.codeSent',
        'secondLevel',
        'secondLevel',
      ]);
    },
  );

  test('two minutes on the screen, and then nothing is left', async () => {
    const { page } = await enterDesk('desktop');
    await page.clock.install();
    const one = find('entitled');
    await page.getByLabel('Codice QR').fill(one.text);
    await page.getByLabel('Codice fiscale della persona').fill(one.person.codiceFiscale);
    await page.getByRole('button', { name: 'Verifica' }).click();
    await page.getByLabel('Finalità').selectOption('esenzione-ticket');
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await page.getByRole('button', { name: 'Manda il codice' }).click();
    await arrived;
    await page.getByLabel('Codice di 6 cifre').fill(sent.at(-1)?.text ?? '');
    await page.getByRole('button', { name: 'Mostra il giudizio' }).click();
    await page.getByText('80 %').waitFor();
    await page.getByText('Ancora 120 secondi').first().waitFor();
    await page.clock.runFor(119_000);
    await page.getByText('80 %').waitFor();
    await page.clock.runFor(2_000);
    await page.waitForURL('**/operator');
    expect(await page.content()).not.toContain('80 %');
  });

  test('the e-mail form: the operator sees only that it was sent', async () => {
    const { page } = await enterDesk('desktop');
    const one = find('entitled');
    await page.getByLabel('Codice QR').fill(one.text);
    await page.getByLabel('Codice fiscale della persona').fill(one.person.codiceFiscale);
    await page.getByRole('button', { name: 'Verifica' }).click();
    await page.getByLabel('Finalità').selectOption('collocamento-mirato');
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await page.getByRole('button', { name: 'e-mail' }).click();
    await arrived;
    expect(sent.at(-1)?.to).toBe(one.person.email);
    await page.getByRole('heading', { name: 'Inviato' }).waitFor();
    expect(await page.content()).not.toContain('80 %');
    await checkPage(page, 'desk-mailed');
  });

  test('the camera in the page reads a code with our own WebAssembly', async () => {
    const { page, complaints, context } = await enterDesk('phone');
    const one = find('entitled');
    const picture = await toDataURL(one.text, { scale: 6, margin: 6 });
    // The camera alone is replaced: a picture of the code, drawn again and again, is its stream.
    await context.addInitScript((source: string) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [640, 640];
      const image = new Image();
      image.src = source;
      const draw = () => {
        const context2d = canvas.getContext('2d');
        context2d?.fillRect(0, 0, 640, 640);
        context2d?.drawImage(image, 80, 80, 480, 480);
        requestAnimationFrame(draw);
      };
      draw();
      Object.defineProperty(navigator, 'mediaDevices', {
        value: { getUserMedia: () => Promise.resolve(canvas.captureStream(15)) },
      });
    }, picture);
    const asked = page.waitForResponse((answer) => answer.url().endsWith('.wasm'));
    await page.reload();
    await page.getByRole('button', { name: 'Usa la fotocamera' }).click();
    expect((await asked).url().startsWith(origin)).toBe(true);
    await page.getByText('Codice letto').waitFor();
    expect(await page.getByLabel('Codice QR').inputValue()).toBe(one.text);
    expect(complaints).toEqual([]);
  });

  test('a viewer has no desk; an administrator no second level', async () => {
    const viewer = await visit();
    await accept(viewer.page, await invite('viewer'), 'viewer@example.org').catch(() => {});
    expect((await viewer.page.goto('/operator'))?.status()).toBe(403);
    const { page } = await visit();
    await accept(page, await invite('administrator'), 'admin@example.org');
    await page.goto('/operator');
    const one = find('entitled');
    await page.getByLabel('Codice QR').fill(one.text);
    await page.getByLabel('Codice fiscale della persona').fill(one.person.codiceFiscale);
    await page.getByRole('button', { name: 'Verifica' }).click();
    await page.getByText('solo da chi ha il ruolo di operatore').waitFor();
    expect(await page.getByLabel('Finalità').count()).toBe(0);
  });
});

test('an administrator invites, resets and disables; nobody else sees the page', async () => {
  const { page, complaints } = await visit();
  await accept(page, await invite('administrator'), 'boss@example.org');
  await page.goto('/staff');
  await page.getByLabel('Sedi').fill('not a site!');
  await page.getByRole('button', { name: 'Crea l’invito' }).click();
  await page.getByText('Scrivi «all»').first().waitFor();
  await checkPage(page, 'staff-accounts-wrong');
  await page.getByLabel('Ruolo').selectOption('operator');
  await page.getByLabel('Sedi').fill('torino, venezia');
  await page.getByRole('button', { name: 'Crea l’invito' }).click();
  const link = (await page.locator('code').textContent()) ?? '';
  await checkPage(page, 'staff-accounts');
  const other = await visit({ size: 'phone' });
  await accept(other.page, link, 'new.one@example.org');
  expect((await other.page.goto('/staff'))?.status()).toBe(403);
  await page.goto('/staff');
  const row = page.getByRole('row').filter({ hasText: 'new.one@example.org' });
  expect(await row.textContent()).toContain('torino, venezia');
  await row.getByRole('button', { name: 'Disattiva' }).click();
  await page.getByRole('row').filter({ hasText: 'disattivato' }).first().waitFor();
  await other.page.goto('/operator');
  await other.page.waitForURL('**/login/staff?**');
  expect(complaints).toEqual([]);
});

test('one’s own account: a passkey more and less, and out on every device', async () => {
  const { page, context } = await visit({ size: 'phone' });
  await accept(page, await invite('operator'), 'own@example.org');
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto('/account');
  await page.getByLabel('Nome della passkey').fill('portatile');
  await page.getByRole('button', { name: 'Aggiungi una passkey' }).click();
  await page.getByRole('button', { name: 'Togli portatile' }).waitFor();
  await checkPage(page, 'account');
  // The passkey is a proof too; what was begun then goes on.
  await ageLogins();
  await page.getByRole('button', { name: 'Togli portatile' }).click();
  await page.getByRole('button', { name: 'Conferma con una passkey' }).click();
  await page.getByText('Non hai ancora passkey').waitFor();
  await page.getByRole('button', { name: 'Esci da tutti i dispositivi' }).click();
  await page.getByText('su ogni dispositivo, sono chiuse').waitFor();
  await checkPage(page, 'logged-out-everywhere');
});

/** Makes every login some minutes old, so that a dangerous act needs a new proof. */
async function ageLogins(): Promise<void> {
  await store.db.updateTable('session').set({ confirmed_at: 0 }).execute();
}

test.each([
  ['phone', true],
  ['desktop', false],
] as const)(
  'one’s own password, recovery codes and sessions; a dangerous act asks again: %s, JavaScript %s',
  async (size, javaScript) => {
    const { page, complaints } = await visit({ size, javaScript });
    const name = (step: string) => `account-${step}-${size}${javaScript ? '' : '-no-script'}`;
    const email = `many.${size}@example.org`;
    let codes: string[] = [];
    const secret = await accept(page, await invite('administrator'), email, async (step) => {
      codes = step === 'app' ? [] : await page.locator('li code').allTextContents();
    });
    expect(codes).toHaveLength(10);
    await logOut(page);
    await page.goto('/login/staff');
    await page.getByLabel('Indirizzo e-mail').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByText('Non hai l’app con te?').click();
    await page.getByLabel('Codice di recupero').fill(codes[0] ?? '');
    await checkPage(page, name('staff-recovery'), { javaScript });
    await page.getByRole('button', { name: 'Accedi', exact: true }).click();
    await page.waitForURL('**/fleet');
    const other = await visit();
    await other.page.goto('/login/staff');
    await other.page.getByLabel('Indirizzo e-mail').fill(email);
    await other.page.getByLabel('Password').fill(PASSWORD);
    await other.page.getByText('Non hai l’app con te?').click();
    await other.page.getByLabel('Codice di recupero').fill(codes[1] ?? '');
    await other.page.getByRole('button', { name: 'Accedi', exact: true }).click();
    await other.page.waitForURL('**/fleet');
    await page.goto('/account');
    await page.getByText('Te ne restano 8').waitFor();
    await page.getByText('Chrome su Linux').first().waitFor();
    await checkPage(page, name('page'), { javaScript });
    await page.getByLabel('Password attuale').fill(PASSWORD);
    await page.getByLabel('Nuova password').fill('Francesca1984');
    await page.getByRole('button', { name: 'Cambia la password' }).click();
    await page.getByText('facile da indovinare').first().waitFor();
    await checkPage(page, name('password-wrong'), { javaScript });
    await page.getByRole('button', { name: 'Chiudi', exact: false }).first().click();
    await page.getByText('La sessione è chiusa').waitFor();
    await other.page.goto('/fleet');
    await other.page.waitForURL('**/login/staff?**');
    await ageLogins();
    await page.goto('/staff');
    await page.getByLabel('Ruolo').selectOption('viewer');
    await page.getByRole('button', { name: 'Crea l’invito' }).click();
    await page.getByRole('heading', { name: 'Conferma che sei tu' }).waitFor();
    await page.getByLabel('Codice dell’app').fill('000000');
    await page.getByRole('button', { name: 'Conferma e prosegui' }).click();
    await page.getByRole('alert').first().waitFor();
    await checkPage(page, name('confirm'), { javaScript });
    await page.getByLabel('Codice dell’app').fill(codeOf(secret, Date.now() + 30_000));
    await page.getByRole('button', { name: 'Conferma e prosegui' }).click();
    await page.getByText('Il link dell’invito').waitFor();
    expect(complaints).toEqual([]);
  },
);

/** Puts a PIN of 16 where the issue of one puts it: how its halves travel is tested with the messages. */
async function givenPin({ person }: SeededPerson): Promise<string> {
  const pin = newPinHalf() + newPinHalf();
  const code_mac = testKeyring.codeMac(person.codiceFiscale);
  const { id } = await store.db
    .selectFrom('person')
    .select('id')
    .where('code_mac', '=', code_mac)
    .executeTakeFirstOrThrow();
  const times = { issued_at: Date.now(), expires_at: Date.now() + 86_400_000 };
  const password = await hashPassword(pin);
  const state = 'issued' as const;
  const row = { code_mac, person_id: id, state, password, ...times };
  await store.db.insertInto('pin').values(row).execute();
  return pin;
}

test('a PIN in two halves becomes one of eight, which lets its owner in', async () => {
  const { page, complaints } = await visit({ size: 'phone', javaScript: false });
  const one = people[0] as SeededPerson;
  await page.goto('/login/pin');
  await checkPage(page, 'pin', { javaScript: false });
  await page.getByLabel('Codice fiscale').fill(one.person.codiceFiscale);
  await page.getByLabel('PIN').fill('ABCDEFGH');
  await page.getByRole('button', { name: 'Entra' }).click();
  await page.getByText('non corrispondono').first().waitFor();
  await page.getByLabel('PIN').fill(await givenPin(one));
  await page.getByRole('button', { name: 'Entra' }).click();
  const shown = (await page.locator('code').textContent()) ?? '';
  await checkPage(page, 'pin-new', { javaScript: false });
  await page.getByLabel('Riporta').fill('ABCDEFGH');
  await page.getByRole('button', { name: 'Conferma' }).click();
  await page.getByText('Non è il PIN mostrato').first().waitFor();
  await page.getByLabel('Riporta').fill(shown.toLowerCase());
  await page.getByRole('button', { name: 'Conferma' }).click();
  await page.waitForURL('**/portal**');
  const [entry] = await app.logins.log.read({ account: one.person.codiceFiscale, limit: 1 });
  expect(entry).toMatchObject({ event: 'login', way: 'pin' });
  expect(complaints).toEqual([]);
});
