import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { defaultLanguage, isLanguage, type Language, languages } from '../../shared/language.ts';
import { queryOf } from './request-fields.ts';

/** The cookie that keeps the choice of language; it says nothing else. */
export const LANGUAGE_COOKIE = 'varco-language';

/**
 * The language of an answer: the one asked for in the query (`?lang=de`), else the one chosen before,
 * else the best of `Accept-Language`, else the default.
 */
export function languageOf(request: FastifyRequest): Language {
  // Of an address that nobody can read no cookies are read either.
  const cookies: typeof request.cookies | undefined = request.cookies;
  const chosen = cookies?.[LANGUAGE_COOKIE];
  const accepted = new Negotiator(request.raw).language([...languages]);
  return [queryOf(request, 'lang'), chosen, accepted].find(isLanguage) ?? defaultLanguage;
}
