import type { FastifyInstance } from 'fastify';
import type { VNode } from 'preact';
import {
  type Edition,
  type Entitlement,
  entitlementsOf,
  shippedEdition,
} from '../../portal/entitlements.ts';
import type { AreaStatus } from '../../registry/person-status.ts';
import { areas, giudizi } from '../../registry/verbale.ts';
import { access } from '../../route-access.ts';
import { formatDay, formatEuro } from '../moment.ts';
import { verbaleWords } from '../verbale-words.ts';
import type { PortalDeps } from './deps.ts';
import type { PersonVisit, Visits } from './visit.tsx';

/** *My status*: each area in plain words, what it entitles to, and the law behind it. */
export function registerStatus(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.get(
    '/portal/status',
    access('citizen'),
    visits.person((visit) => {
      const edition = shippedEdition();
      const { status } = visit.person;
      const { birthDate } = visit.identity;
      const found = entitlementsOf(edition, { status, birthDate }, new Date(deps.now()));
      const body = <StatusPage visit={visit} edition={edition} found={found} />;
      return visits.send(visit, 'status', { title: visit.words.status.title, body });
    }),
  );
}

function StatusPage(props: {
  visit: PersonVisit;
  edition: Edition;
  found: readonly Entitlement[];
}): VNode {
  const { visit, edition, found } = props;
  const { words, language, person } = visit;
  const ofStatus = found.filter(({ area }) => area === 'any');
  return (
    <>
      <h1>{words.status.title}</h1>
      <p class="lead">{words.status.intro}</p>
      {areas.map((area) => (
        <section key={area} class="varco-panel">
          <h2>{verbaleWords[language].areas[area]}</h2>
          <AreaFacts visit={visit} status={person.status[area]} />
          <Entitlements
            visit={visit}
            heading={words.status.entitled}
            list={found.filter((one) => one.area === area)}
          />
        </section>
      ))}
      {ofStatus.length > 0 && (
        <section class="varco-panel">
          <h2>{words.status.entitledAny}</h2>
          <Entitlements visit={visit} list={ofStatus} />
        </section>
      )}
      <p>{words.status.conditions}</p>
      <p class="varco-hint">
        {words.status.edition(formatDay(edition.validFrom, language), edition.version)}
      </p>
    </>
  );
}

function AreaFacts(props: { visit: PersonVisit; status: AreaStatus | undefined }): VNode {
  const { visit, status } = props;
  const { words, language } = visit;
  if (!status) {
    return <p>{words.status.silent}</p>;
  }
  const { giudizi: names, fiscalBenefits, annulled } = verbaleWords[language];
  const benefits = status.fiscalBenefits.map((name) => fiscalBenefits[name]).join(', ');
  const rows: [string, string | undefined][] = [
    [words.status.giudizio, status.annulled ? annulled : names[status.giudizio]],
    [
      words.status.percentage,
      status.percentage === undefined ? undefined : `${status.percentage} %`,
    ],
    [words.status.companion, status.accompagnamento ? words.status.yes : undefined],
    [words.status.since, formatDay(status.definitiveOn, language)],
    [words.status.revision, status.revisionOn && formatDay(status.revisionOn, language)],
    [words.status.benefits, benefits],
    [words.status.law, giudizi[status.giudizio].law],
  ];
  const facts = rows.filter(([, value]) => value);
  return (
    <>
      <p class={status.recognised ? 'varco-yes' : 'varco-no'}>
        {status.recognised ? `✓ ${words.status.recognised}` : `– ${words.status.notRecognised}`}
      </p>
      <dl class="varco-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {status.revisionOn && <p>{words.status.revisionNote}</p>}
    </>
  );
}

function Entitlements(props: {
  visit: PersonVisit;
  heading?: string;
  list: readonly Entitlement[];
}): VNode | null {
  const { visit, heading, list } = props;
  return list.length === 0 ? null : (
    <>
      {heading && <h3>{heading}</h3>}
      <ul class="varco-points">
        {list.map((one) => (
          <li key={one.id}>
            <strong>{one.words[visit.language].name}</strong>
            {`. ${one.words[visit.language].text} `}
            {terms(visit, one).map((text) => (
              <span key={text}>{`${text}. `}</span>
            ))}
            <span class="varco-law">{`${visit.words.status.law}: ${one.law}`}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Amount and income limit, as sentences without their full stop. */
function terms({ words, language }: PersonVisit, { amount, income }: Entitlement): string[] {
  const lines: string[] = [];
  if (amount) {
    const euro = formatEuro(amount.euro, language);
    lines.push(
      amount.months === undefined
        ? words.status.amountOnce(euro, amount.year)
        : words.status.amount(euro, amount.months, amount.year),
    );
  }
  if (income === 0) {
    lines.push(words.status.noIncome);
  } else if (income) {
    lines.push(words.status.income(formatEuro(income.euro, language), income.year));
  }
  return lines;
}
