import type { FastifyInstance } from 'fastify';
import type { VNode } from 'preact';
import { toString as toSymbol } from 'qrcode';
import { codesOf, inForce } from '../../portal/codes.ts';
import { access } from '../../route-access.ts';
import { Notice } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import type { PortalDeps } from './deps.ts';
import { type LiveCode, LiveSymbol, liveWords } from './live-view.tsx';
import { notFound, type PersonVisit, type Visits } from './visit.tsx';

/** Without a script the page loads itself again this long after its code is due to be renewed. */
const REFRESH_MARGIN_S = 1;

/** The live code: the phone's own, renewed every half minute. */
export function registerLive(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.get(
    '/portal/live',
    access('citizen'),
    visits.person(async (visit) => {
      const code = await liveCode(deps, visit);
      const title = visit.words.live.title;
      if (!code) {
        return visits.send(visit, 'home', { title, body: <NoLive visit={visit} /> });
      }
      const afterS = Math.ceil(code.renewInMs / 1000) + REFRESH_MARGIN_S;
      return visits.send(visit, 'home', {
        title,
        body: <LivePage visit={visit} code={code} />,
        islands: ['live-code'],
        refresh: { afterS, url: '/portal/live' },
      });
    }),
  );
  // Each page asks twice a minute: the access log has the page itself, not each of these.
  http.get(
    '/portal/live/now',
    access('citizen'),
    visits.person(
      async (visit) => {
        const code = await liveCode(deps, visit);
        if (!code) {
          throw notFound();
        }
        return visit.reply.header('cache-control', 'no-store').send(code);
      },
      { noted: false },
    ),
  );
}

async function liveCode(deps: PortalDeps, { person }: PersonVisit): Promise<LiveCode | undefined> {
  const code = inForce(await codesOf(deps.credentials, person.id), 'status');
  if (code?.state !== 'live') {
    return undefined;
  }
  const { text, renewAt } = await deps.credentials.liveCode(code.id);
  const svg = await toSymbol(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return {
    image: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    renewInMs: Math.max(0, renewAt - deps.now()),
  };
}

function LivePage({ visit, code }: { visit: PersonVisit; code: LiveCode }): VNode {
  const { words } = visit;
  const { live } = words;
  return (
    <>
      <h1>{live.title}</h1>
      <Island name="live-code" data={{ first: code, words: liveWords(words) }}>
        <LiveSymbol image={code.image} alt={live.alt} />
        <p class="varco-countdown">{live.withoutScript}</p>
      </Island>
      <p>{live.text}</p>
      <a href="/portal" class="btn btn-outline-primary">
        {words.backHome}
      </a>
    </>
  );
}

function NoLive({ visit: { words } }: { visit: PersonVisit }): VNode {
  return (
    <>
      <h1>{words.live.title}</h1>
      <Notice kind="warn">
        <p>{words.live.none}</p>
      </Notice>
      <a href="/portal" class="btn btn-primary">
        {words.backHome}
      </a>
    </>
  );
}
