import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import type { Sites } from '../../fleet/places/sites.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { FirstLevel } from '../../verification/first-level.ts';
import type { SecondLevel } from '../../verification/second-level.ts';
import { accountOf } from '../login/account.ts';
import type { Page, Pages } from '../page-renderer.tsx';
import { deskWords } from './desk-words.ts';

export interface DeskDeps {
  pages: Pages;
  firstLevel: FirstLevel;
  secondLevel: SecondLevel;
  sites: Pick<Sites, 'list'>;
  keyring: Keyring;
  host: string;
  alsoHosts: readonly string[];
  now: () => number;
}

/** One request of an operator, with what every step needs. */
export interface Visit {
  deps: DeskDeps;
  request: FastifyRequest;
  reply: FastifyReply;
  language: Language;
}

/** Answers with a page of the desk. */
export function send(
  { deps, request, reply, language }: Visit,
  page: Partial<Page> & { body: VNode },
) {
  const { title } = deskWords[language];
  return deps.pages.send(request, reply, { title, account: accountOf(request), ...page });
}
