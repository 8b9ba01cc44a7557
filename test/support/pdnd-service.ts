import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { portOf } from '../../scripts/launch/port-of.ts';

/** How the service misbehaves, if at all. */
export type Mood = 'well' | 'silent' | 'failing' | 'garbled' | 'huge' | 'revoking';

/**
 * A platform and an e-service on loopback. They check every claim and signature of the client assertion
 * and of the tracking evidence as documented by the PDND, and refuse anything that is wrong.
 */
export class PdndService {
  readonly clientKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #platform = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch((error: unknown) => {
      this.refusals.push(String(error));
      response.writeHead(401).end();
    });
  });
  readonly #usedIds = new Set<string>();
  readonly verbali = new Map<string, unknown[]>();
  readonly refusals: string[] = [];
  vouchers = 0;
  questions = 0;
  mood: Mood = 'well';
  voucherLifeS = 600;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.clientKey = privateKey;
    this.#publicKey = publicKey;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get config() {
    const port = portOf(this.#server);
    return {
      tokenUrl: `http://127.0.0.1:${port}/token.oauth2`,
      assertionAudience: 'auth.test.interop.example/client-assertion',
      clientId: 'client-1',
      keyId: 'kid-1',
      purposeId: 'purpose-1',
      serviceUrl: `http://127.0.0.1:${port}/service`,
      userLocation: 'varco-test',
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.url === '/token.oauth2') {
      await this.#token(new URLSearchParams(body), response);
    } else {
      await this.#service(request, body, response);
    }
  }

  async #token(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const { assertionAudience, clientId, purposeId, serviceUrl } = this.config;
    same(form.get('grant_type'), 'client_credentials');
    same(form.get('client_id'), clientId);
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    same(form.get('client_assertion_type'), type);
    const payload = await this.#check(form.get('client_assertion') ?? '', {
      audience: assertionAudience,
      subject: clientId,
    });
    same(payload.purposeId, purposeId);
    const id = String(payload.jti);
    same(this.#usedIds.has(id), false);
    this.#usedIds.add(id);
    this.vouchers += 1;
    const token = await new SignJWT({ digest: payload.digest, purposeId })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
      .setAudience(serviceUrl)
      .setExpirationTime(`${this.voucherLifeS}s`)
      .sign(this.#platform.privateKey);
    const answer = { access_token: token, expires_in: this.voucherLifeS, token_type: 'Bearer' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  async #service(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    this.questions += 1;
    if (this.mood === 'silent') {
      return;
    }
    const { serviceUrl, purposeId, userLocation } = this.config;
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const { payload } = await jwtVerify(token, this.#platform.publicKey, { audience: serviceUrl });
    const evidence = String(request.headers['agid-jwt-trackingevidence']);
    const tracked = await this.#check(evidence, { audience: serviceUrl });
    same(tracked.purposeId, purposeId);
    same(tracked.userLocation, userLocation);
    same(typeof tracked.LoA, 'string');
    same(/^\d{13}$/.test(String(tracked.dnonce)), true);
    const value = createHash('sha256').update(evidence).digest('hex');
    same(JSON.stringify(payload.digest), JSON.stringify({ alg: 'SHA256', value }));
    const { codiceFiscale }: { codiceFiscale: string } = JSON.parse(body);
    const verbali = this.verbali.get(codiceFiscale);
    switch (this.mood) {
      case 'failing':
        response.writeHead(503).end();
        return;
      case 'garbled':
        response.writeHead(200).end('{"verbali":[{"protocol":1}]}');
        return;
      case 'huge':
        response.writeHead(200).end(`{"verbali":[],"x":"${'x'.repeat(300_000)}"}`);
        return;
      case 'revoking':
        this.mood = 'well';
        response.writeHead(401).end();
        return;
      default:
        response
          .writeHead(verbali ? 200 : 404, { 'content-type': 'application/json' })
          .end(verbali ? JSON.stringify({ verbali }) : '{}');
    }
  }

  async #check(jwt: string, options: { audience: string; subject?: string }) {
    const { clientId, keyId } = this.config;
    same(decodeProtectedHeader(jwt).kid, keyId);
    const { payload } = await jwtVerify(jwt, this.#publicKey, {
      ...options,
      issuer: clientId,
      algorithms: ['RS256'],
      typ: 'JWT',
      requiredClaims: ['jti', 'iat', 'exp'],
    });
    return payload;
  }
}

function same(found: unknown, wanted: unknown): void {
  if (found !== wanted) {
    throw new Error(`found ${String(found)}, wanted ${String(wanted)}`);
  }
}
