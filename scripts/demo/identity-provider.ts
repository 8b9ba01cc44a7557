import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Configuration, Provider } from 'oidc-provider';
import { portOf } from '../launch/port-of.ts';

/** A person known to the provider. */
export interface KnownPerson {
  codiceFiscale: string;
  name: string;
  /** Shown after the name on the login page. */
  label?: string;
}

/** An OpenID provider that plays a SPID gateway on this machine. */
export interface IdentityProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  stop(): Promise<void>;
}

const LEVELS = [1, 2, 3].map((level) => `https://www.spid.gov.it/SpidL${level}`);
const FORM_BYTES_MAX = 4096;

/**
 * Starts a real OpenID provider (`oidc-provider`) on a free port of loopback. Only the login is simulated:
 * users choose a person instead of typing a password.
 *
 * @param options.origin the client's address; its callback is `/login/oidc/PROVIDER/callback`.
 */
export async function startIdentityProvider(options: {
  people: readonly KnownPerson[];
  origin: string;
  /** The provider's id in the client's config. */
  provider: string;
  /** For tests: changes to the configuration. */
  change?: Partial<Configuration>;
}): Promise<IdentityProvider> {
  const { people, origin } = options;
  const restoreConsole = muteLibrary();
  // Imported only now, since the library prints warnings when it is loaded.
  const { default: OpenidProvider } = await import('oidc-provider');
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  const clientSecret = randomBytes(32).toString('base64url');
  const clientId = 'varco';
  const provider = new OpenidProvider(issuer, {
    ...configuration(people),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${origin}/login/oidc/${options.provider}/callback`],
        post_logout_redirect_uris: [`${origin}/login`],
      },
    ],
    ...options.change,
  });
  const answer = provider.callback();
  handle = (request, response) => {
    if (request.url?.startsWith('/interaction/')) {
      interact(provider, people, request, response).catch(() => response.writeHead(400).end());
    } else {
      void answer(request, response);
    }
  };
  const stop = async () => {
    await close(server);
    restoreConsole();
  };
  return { issuer, clientId, clientSecret, stop };
}

/** Suppresses the library's warnings about production, which do not concern a demo. @returns the undo. */
function muteLibrary(): () => void {
  const { info, warn } = console;
  const filter =
    (write: typeof info) =>
    (...parts: unknown[]) =>
      String(parts[0]).includes('oidc-provider ') ? undefined : write(...parts);
  console.info = filter(info);
  console.warn = filter(warn);
  return () => Object.assign(console, { info, warn });
}

function configuration(people: readonly KnownPerson[]): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' });
  const key = { ...jwk, kty: 'RSA', use: 'sig', alg: 'RS256', kid: 'demo' } as const;
  return {
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    acrValues: LEVELS,
    claims: { openid: ['sub'], profile: ['name', 'fiscalNumber'], acr: null },
    // SPID's gateways put the claims into the ID token.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => {
      const person = people.find(({ codiceFiscale }) => codiceFiscale === sub);
      return (
        person && {
          accountId: sub,
          claims: () => ({ sub, name: person.name, fiscalNumber: `TINIT-${sub}` }),
        }
      );
    },
    // No consent screen: logging in grants the client what it needs.
    async loadExistingGrant(ctx) {
      const { provider, client, session } = ctx.oidc;
      const accountId = session?.accountId;
      if (!client || accountId === undefined) {
        return undefined;
      }
      const grant = new provider.Grant({ clientId: client.clientId, accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  };
}

async function interact(
  provider: Provider,
  people: readonly KnownPerson[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    });
    response.end(page(uid, people));
    return;
  }
  const form = new URLSearchParams(await readBody(request));
  const person = people.find(({ codiceFiscale }) => codiceFiscale === form.get('person'));
  const level = LEVELS.find((one) => one === form.get('level'));
  const result =
    person && level
      ? { login: { accountId: person.codiceFiscale, acr: level, remember: false } }
      : { error: 'access_denied', error_description: 'The user cancelled' };
  await provider.interactionFinished(request, response, result, {
    mergeWithLastSubmission: false,
  });
}

function page(uid: string, people: readonly KnownPerson[]): string {
  const buttons = people.map(
    ({ codiceFiscale, name, label = '' }) =>
      `<li><button name="person" value="${codiceFiscale}">${name}</button> ${label}</li>`,
  );
  const options = LEVELS.map(
    (level, index) =>
      `<option value="${level}"${index === 1 ? ' selected' : ''}>SPID ${index + 1}</option>`,
  );
  return `<!doctype html>
<html lang="it"><head><meta charset="utf-8"><title>Gestore d’identità dimostrativo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem;
  color: #17324d; background: #fff }
button, select { font: inherit; min-height: 48px; padding: .5rem 1rem }
button { background: #0059b3; color: #fff; border: 0; border-radius: 4px }
button:focus-visible, select:focus-visible { outline: 3px solid #17324d; outline-offset: 2px }
ul { padding: 0; list-style: none } li { margin: .75rem 0 }
</style></head><body><main>
<h1>Gestore d’identità dimostrativo</h1>
<p>Chi sei? Qui si sceglie una persona di esempio: un gestore vero chiederebbe le credenziali.</p>
<form method="post" action="/interaction/${uid}">
<p><label for="level">Livello di sicurezza</label><br><select id="level" name="level">
${options.join('\n')}
</select></p>
<ul>${buttons.join('\n')}
<li><button name="person" value="">Annulla</button></li></ul>
</form></main></body></html>`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > FORM_BYTES_MAX) {
      throw new RangeError('The form is too large');
    }
  }
  return text;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
