import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { VarcoError } from '../../shared/errors.ts';
import type { Language } from '../../shared/language.ts';
import type { WebAsset } from './assets.ts';
import { contentSecurity, type PageNeeds } from './headers.ts';
import { isolateTexts } from './isolate-texts.ts';
import { queryOf } from './request-fields.ts';
import { LANGUAGE_COOKIE, languageOf } from './request-language.ts';
import { type Account, type NavigationLink, Shell } from './shell/shell.tsx';
import { shellWords } from './shell/shell-words.ts';
import type { ProblemName } from './shell/words/words.ts';

/** A page, without what stands around it. */
export interface Page {
  title: string;
  body: ComponentChildren;
  /** HTTP status; 200 without it. */
  status?: number | undefined;
  /** Names of islands whose scripts the page loads. */
  islands?: readonly string[];
  /** Further style sheets, by asset name; `site.css` is always there. */
  styles?: readonly string[];
  layout?: 'narrow' | 'wide';
  navigation?: readonly NavigationLink[];
  account?: Account | undefined;
  refresh?: { afterS: number; url: string };
  /** What the page needs of the browser beyond the strictest policy. */
  needs?: PageNeeds;
}

const ALWAYS = ['bootstrap-italia.css', 'site.css'];
const LANGUAGE_DAYS = 365;

isolateTexts();

/** Renders pages; every answer says that it may not be kept, framed or added to. */
export class Pages {
  readonly #paths: ReadonlyMap<string, string>;

  constructor(assets: readonly WebAsset[]) {
    this.#paths = new Map(assets.map(({ name, path }) => [name, path]));
  }

  /** Answers with a page in the language of the request. */
  send(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
    const language = this.#keepLanguage(request, reply);
    const html = renderToString(
      <Shell
        language={language}
        title={page.title}
        layout={page.layout ?? 'narrow'}
        navigation={page.navigation ?? []}
        account={page.account}
        styles={[...ALWAYS, ...(page.styles ?? [])].map((name) => this.path(name))}
        scripts={(page.islands ?? []).map((name) => this.path(name))}
        refresh={page.refresh}
        inLanguage={(other) => inLanguage(request.url, other)}
      >
        {page.body}
      </Shell>,
    );
    if (page.needs?.camera) {
      reply.header('permissions-policy', 'camera=(self)');
    }
    return reply
      .code(page.status ?? 200)
      .type('text/html; charset=utf-8')
      .headers({
        'content-security-policy': contentSecurity(page.needs),
        'cache-control': 'no-store',
        'content-language': language,
        vary: 'accept-language, cookie',
      })
      .send(`<!doctype html>${html}`);
  }

  /** Answers with a page that says what went wrong, kindly and without details. */
  problem(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
    const { title, text } = shellWords[languageOf(request)].problems[problemOf(status)];
    const body = (
      <>
        <h1>{title}</h1>
        <p class="lead">{text}</p>
      </>
    );
    return this.send(request, reply, { title, body, status });
  }

  /**
   * The address of an asset.
   *
   * @throws VarcoError `assetUnknown`: a programming fault.
   */
  path(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) {
      throw new VarcoError('assetUnknown', `No asset is called ${name}`);
    }
    return path;
  }

  /** A language chosen by a link stays chosen. */
  #keepLanguage(request: FastifyRequest, reply: FastifyReply): Language {
    const language = languageOf(request);
    if (queryOf(request, 'lang') === language) {
      reply.setCookie(LANGUAGE_COOKIE, language, {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: request.protocol === 'https',
        maxAge: LANGUAGE_DAYS * 86_400,
      });
    }
    return language;
  }
}

/** Whether who asks is a person's browser: it is answered with pages, a program with JSON. */
export function wantsPage(request: FastifyRequest): boolean {
  return /\btext\/html\b/.test(request.headers.accept ?? '');
}

/** This address with another language; only its path and query, and never another site's. */
function inLanguage(url: string, language: Language): string {
  // Not read as a whole address: `//` alone is none.
  const searchParams = new URLSearchParams(url.split('?').slice(1).join('?'));
  searchParams.set('lang', language);
  return `?${searchParams}`;
}

const problems: Readonly<Record<number, ProblemName>> = {
  400: 'badRequest',
  401: 'forbidden',
  403: 'forbidden',
  404: 'notFound',
  405: 'notFound',
  413: 'tooLarge',
  429: 'tooMany',
  503: 'unavailable',
};

function problemOf(status: number): ProblemName {
  return problems[status] ?? (status >= 500 ? 'internal' : 'badRequest');
}
