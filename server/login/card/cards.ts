import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import * as x509 from '@peculiar/x509';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { CardConfig } from './card-config.ts';
import {
  type CardOutcome,
  checkCertificate,
  plainSerial,
  type RevocationList,
} from './certificate-check.ts';

/** How often to check whether the files of the lists have changed. */
const LOOK_EVERY_MS = 30_000;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The configured authorities with their revocation lists, read again when their files change. */
export class Cards {
  readonly #config: CardConfig;
  readonly #authorities: readonly X509Certificate[];
  readonly #log: Log;
  readonly #now: () => number;
  #revocation: ReadonlyMap<string, RevocationList> = new Map();
  #stamps = '';
  #lookedAt: number | undefined;

  constructor(deps: {
    config: CardConfig;
    authorities: readonly X509Certificate[];
    log: Log;
    now: () => number;
  }) {
    this.#config = deps.config;
    this.#authorities = deps.authorities;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** @param presented certificates in DER, the card's first. */
  async check(presented: readonly Uint8Array[]): Promise<CardOutcome> {
    await this.#refresh();
    const { requireRevocation, policies } = this.#config;
    const rules = {
      authorities: this.#authorities,
      revocation: this.#revocation,
      requireRevocation,
      policies,
    };
    return checkCertificate(presented, rules, this.#now());
  }

  /** The authorities in PEM, so that a browser offers only cards they issued. */
  get authorityPems(): string[] {
    return this.#authorities.map((one) => one.toString());
  }

  /** If a file can't be read the previous list stays in use, until its own expiry date. */
  async #refresh(): Promise<void> {
    const now = this.#now();
    if (this.#lookedAt !== undefined && now - this.#lookedAt < LOOK_EVERY_MS) {
      return;
    }
    this.#lookedAt = now;
    try {
      const files = this.#config.revocationFiles;
      const stats = await Promise.all(files.map((path) => stat(path)));
      const stamps = stats.map(({ mtimeMs, size }) => `${mtimeMs} ${size}`).join();
      if (stamps !== this.#stamps) {
        this.#revocation = await this.#readLists();
        this.#stamps = stamps;
      }
    } catch (error) {
      this.#log.error({ code: errorCode(error) }, 'a revocation list of cards is unreadable');
    }
  }

  async #readLists(): Promise<Map<string, RevocationList>> {
    const lists = new Map<string, RevocationList>();
    for (const path of this.#config.revocationFiles) {
      const list = new x509.X509Crl(await readFile(path));
      for (const authority of this.#authorities) {
        const publicKey = new x509.X509Certificate(authority.raw);
        const isTheirs = list.issuer === publicKey.subject;
        if (isTheirs && (await list.verify({ publicKey }))) {
          lists.set(authority.fingerprint256, {
            serials: new Set(list.entries.map(({ serialNumber }) => plainSerial(serialNumber))),
            thisUpdate: list.thisUpdate.getTime(),
            nextUpdate: list.nextUpdate?.getTime() ?? 0,
          });
        }
      }
    }
    return lists;
  }
}

/** @throws VarcoError `cardFilesUnusable`. */
export async function openCards(deps: {
  config: CardConfig;
  log: Log;
  now: () => number;
}): Promise<Cards> {
  try {
    const texts = await Promise.all(
      deps.config.authorityFiles.map((path) => readFile(path, 'utf8')),
    );
    const pems = texts.flatMap((text) => text.match(PEM) ?? []);
    if (pems.length === 0) {
      throw new VarcoError('noAuthority', 'There is no certificate in these files');
    }
    const authorities = pems.map((pem) => new X509Certificate(pem));
    return new Cards({ ...deps, authorities });
  } catch (cause) {
    const why = errorCode(cause);
    throw new VarcoError('cardFilesUnusable', `The cards' authorities can't be used (${why})`, {
      cause,
    });
  }
}
