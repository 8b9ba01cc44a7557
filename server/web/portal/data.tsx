import type { FastifyInstance } from 'fastify';
import type { VNode } from 'preact';
import { collectData, type PersonData } from '../../portal/my-data.ts';
import { access } from '../../route-access.ts';
import { formatDay } from '../moment.ts';
import { queryOf } from '../request-fields.ts';
import { verbaleWords } from '../verbale-words.ts';
import { ActionButton } from './action-button.tsx';
import type { PortalDeps } from './deps.ts';
import type { PersonVisit, Visits } from './visit.tsx';

/** *My data*: to read, to take away, and to erase as far as the law lets it. */
export function registerData(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.get(
    '/portal/data',
    access('citizen'),
    visits.person(async (visit) => {
      const data = await collectData(deps, visit.person.id);
      const body = <MyData visit={visit} data={data} />;
      return visits.send(visit, 'data', { title: visit.words.data.title, body });
    }),
  );
  http.get(
    '/portal/data.json',
    access('citizen'),
    visits.person(async (visit) => {
      const data = await collectData(deps, visit.person.id);
      return visit.reply
        .headers({
          'cache-control': 'no-store',
          'content-disposition': 'attachment; filename="varco-i-miei-dati.json"',
        })
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(data, null, 2));
    }),
  );
  http.get(
    '/portal/data/erase',
    access('citizen'),
    visits.self((visit) =>
      visits.send(visit, 'data', {
        title: visit.words.data.eraseSure,
        body: <EraseSure visit={visit} />,
      }),
    ),
  );
  http.post(
    '/portal/data/erase',
    access('citizen'),
    visits.self(async (visit) => {
      const { id } = visit.person;
      const { cards, contactChecks, delegations, notify } = deps;
      const rooms = [cards, contactChecks, delegations, notify];
      const { kept } = await deps.registry.erase(id, { actor: visit.actor, rooms });
      return visit.reply.redirect(`/portal/erased?kept=${kept}`, 303);
    }),
  );
  http.get(
    '/portal/erased',
    access('citizen'),
    visits.citizen((visit) => {
      const { erased } = visit.words.data;
      const kept = queryOf(visit.request, 'kept') === 'nothing' ? 'nothing' : 'archive';
      const body = (
        <>
          <h1>{erased.title}</h1>
          <p class="lead">{erased[kept]}</p>
        </>
      );
      return visits.send(visit, 'data', { title: erased.title, body });
    }),
  );
}

function MyData({ visit, data }: { visit: PersonVisit; data: PersonData }): VNode {
  const { words, language } = visit;
  const { request, requests } = words;
  const { identity } = data;
  const facts: [string, string][] = [
    [request.name, identity.name],
    [request.codiceFiscale, identity.codiceFiscale],
    [words.data.birthDate, formatDay(identity.birthDate, language)],
    [request.mobile, identity.mobile ?? '–'],
    [request.email, identity.email ?? '–'],
  ];
  return (
    <>
      <h1>{words.data.title}</h1>
      <p class="lead">{words.data.intro}</p>
      <section class="varco-panel">
        <p>{words.data.downloadText}</p>
        <a href="/portal/data.json" class="btn btn-primary" download>
          {words.data.download}
        </a>
      </section>
      <h2>{words.data.identity}</h2>
      <dl class="varco-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h2>{words.data.verbali}</h2>
      <ul>
        {data.verbali.map(({ protocol, area, definitiveOn }) => (
          <li key={protocol}>
            {definitiveOn
              ? words.data.verbale(
                  verbaleWords[language].areas[area],
                  formatDay(definitiveOn, language),
                )
              : words.data.draft(verbaleWords[language].areas[area])}
          </li>
        ))}
      </ul>
      <h2>{words.data.codes}</h2>
      <ul>
        {data.codes.map((code) => (
          <li key={code.number}>
            <a href={`/portal/requests/${code.number}`}>
              {`${requests.kinds[code.kind]}, ${formatDay(code.issuedAt, language)}`}
            </a>
            {`: ${requests.states[code.state]}`}
          </li>
        ))}
      </ul>
      <p>
        <a href="/portal/checks">{words.data.seeChecks}</a>
        {` (${words.data.checks(data.checks.length)})`}
      </p>
      {visit.actor === 'citizen' && (
        <section class="varco-panel">
          <h2>{words.data.erase}</h2>
          <p>{words.data.eraseText}</p>
          <a href="/portal/data/erase" class="btn btn-outline-danger">
            {words.data.erase}
          </a>
        </section>
      )}
    </>
  );
}

function EraseSure({ visit }: { visit: PersonVisit }): VNode {
  const { words, csrf } = visit;
  return (
    <>
      <h1>{words.data.eraseSure}</h1>
      <p class="lead">{words.data.eraseText}</p>
      <p>{words.data.eraseWarning}</p>
      <div class="varco-actions">
        <ActionButton
          action="/portal/data/erase"
          csrf={csrf}
          kind="danger"
          label={words.data.eraseConfirm}
        />
        <a href="/portal/data" class="btn btn-outline-primary">
          {words.cancel}
        </a>
      </div>
    </>
  );
}
