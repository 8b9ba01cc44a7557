import type { FastifyInstance } from 'fastify';
import { PRIVACY_VERSION } from '../../credential/eligibility.ts';
import { access } from '../../route-access.ts';
import { accountOf } from '../login/account.ts';
import type { Pages } from '../page-renderer.tsx';
import { languageOf } from '../request-language.ts';
import { PrivacyNotice } from './privacy-notice.tsx';
import { statementWords } from './statement-words.ts';

/** The pages that every public body's site has in its footer. */
export function registerStatements(http: FastifyInstance, pages: Pages): void {
  http.get('/privacy', access('public'), (request, reply) => {
    const language = languageOf(request);
    const { privacy } = statementWords[language];
    return pages.send(request, reply, {
      title: privacy.title,
      account: accountOf(request),
      body: (
        <>
          <h1>{privacy.title}</h1>
          <p class="varco-hint">{privacy.version(PRIVACY_VERSION)}</p>
          <PrivacyNotice language={language} level={2} />
        </>
      ),
    });
  });
  http.get('/accessibility', access('public'), (request, reply) => {
    const { accessibility } = statementWords[languageOf(request)];
    return pages.send(request, reply, {
      title: accessibility.title,
      account: accountOf(request),
      body: (
        <>
          <h1>{accessibility.title}</h1>
          {accessibility.sections.map(({ title, text }) => (
            <section key={title}>
              <h2>{title}</h2>
              {text.map((paragraph) => (
                <p key={paragraph}>{paragraph}</p>
              ))}
            </section>
          ))}
        </>
      ),
    });
  });
}
