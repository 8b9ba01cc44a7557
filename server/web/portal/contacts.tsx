import type { FastifyInstance, FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { safePath } from '../../login/request-session.ts';
import type { ContactChannel, PendingContact } from '../../portal/contact-checks.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { fieldOf, paramOf, queryOf } from '../request-fields.ts';
import type { PortalDeps } from './deps.ts';
import type { PersonVisit, Visits } from './visit.tsx';
import type { PortalWords } from './words/words.ts';

type Problem = keyof PortalWords['contacts']['problems'];

interface ContactsProps {
  visit: PersonVisit;
  pending: readonly PendingContact[];
  /** Where the citizen was when a contact was asked for. */
  next: string | undefined;
  problem?: { field: string; code: Problem };
  done?: ContactChannel | undefined;
}

const channels = ['sms', 'email'] as const;

/** *Contatti e consensi*. */
export function registerContacts(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { contactChecks } = deps;
  const show = async (
    visit: PersonVisit,
    shown: Pick<ContactsProps, 'problem' | 'done'> & { next: string | undefined; status?: number },
  ): Promise<FastifyReply> => {
    const { status = 200, ...rest } = shown;
    const pending = await contactChecks.pending(visit.person.id);
    return visits.send(visit, 'contacts', {
      title: visit.words.contacts.title,
      body: <Contacts visit={visit} pending={pending} {...rest} />,
      status,
    });
  };
  http.get(
    '/portal/contacts',
    access('citizen'),
    visits.self((visit) => {
      const done = channels.find((one) => one === queryOf(visit.request, 'done'));
      return show(visit, { next: portalPath(queryOf(visit.request, 'next')), done });
    }),
  );
  http.post(
    '/portal/contacts/:channel',
    access('citizen'),
    visits.self(async (visit) => {
      const channel = channelOf(visit);
      const next = portalPath(fieldOf(visit.request, 'next'));
      const started = await contactChecks.start(
        visit.person.id,
        channel,
        fieldOf(visit.request, channel),
      );
      if (started.outcome === 'sent') {
        return visit.reply.redirect(`/portal/contacts${query({ next })}#${channel}-code`, 303);
      }
      const code = started.outcome === 'invalid' ? (`${channel}Invalid` as const) : started.outcome;
      const status = { invalid: 422, throttled: 429, unavailable: 503 }[started.outcome];
      return show(visit, { next, problem: { field: channel, code }, status });
    }),
  );
  http.post(
    '/portal/contacts/:channel/confirm',
    access('citizen'),
    visits.self(async (visit) => {
      const channel = channelOf(visit);
      const next = portalPath(fieldOf(visit.request, 'next'));
      const code = fieldOf(visit.request, `${channel}-code`);
      const result = await contactChecks.confirm(visit.person.id, channel, code);
      if (result !== 'accepted') {
        const field = result === 'wrong' ? `${channel}-code` : channel;
        return show(visit, { next, problem: { field, code: result }, status: 422 });
      }
      return visit.reply.redirect(`/portal/contacts${query({ done: channel, next })}`, 303);
    }),
  );
}

function channelOf({ request }: PersonVisit): ContactChannel {
  return paramOf(request, 'channel') === 'sms' ? 'sms' : 'email';
}

/** A page of the portal to come back to; any other address is none. */
function portalPath(to: unknown): string | undefined {
  const path = safePath(to);
  return path?.startsWith('/portal/') ? path : undefined;
}

function query(words: Record<string, string | undefined>): string {
  const known = Object.entries(words).filter((pair): pair is [string, string] => !!pair[1]);
  return known.length === 0 ? '' : `?${new URLSearchParams(known)}`;
}

function Contacts({ visit, pending, next, problem, done }: ContactsProps): VNode {
  const { words, person } = visit;
  const { contacts } = words;
  const complete = person.hasMobile && person.hasEmail;
  const text = problem && contacts.problems[problem.code];
  return (
    <>
      <h1>{contacts.title}</h1>
      <ErrorSummary
        title={contacts.fix}
        problems={problem && text ? [{ field: problem.field, text }] : []}
      />
      {done && (
        <Notice kind="good">
          <p>{`✓ ${contacts.done[done]}`}</p>
        </Notice>
      )}
      {next && complete && (
        <p>
          <a href={next} class="btn btn-primary btn-lg">
            {contacts.goOn}
          </a>
        </p>
      )}
      <p class="lead">{next && !complete ? contacts.needed : contacts.intro}</p>
      {channels.map((channel) => (
        <Contact
          key={channel}
          visit={visit}
          channel={channel}
          pending={pending.find((one) => one.channel === channel)}
          next={next}
          problem={problem}
        />
      ))}
      <h2>{contacts.consents}</h2>
      <p>
        {person.privacyVersion
          ? contacts.privacyAccepted(person.privacyVersion)
          : contacts.privacyNone}
      </p>
    </>
  );
}

function Contact(props: {
  visit: PersonVisit;
  channel: ContactChannel;
  pending: PendingContact | undefined;
  next: string | undefined;
  problem: ContactsProps['problem'];
}): VNode {
  const { visit, channel, pending, next, problem } = props;
  const { contacts } = visit.words;
  const isSms = channel === 'sms';
  const onFile = isSms ? visit.identity.mobile : visit.identity.email;
  const errorAt = (field: string) =>
    problem?.field === field ? contacts.problems[problem.code] : undefined;
  return (
    <section class="varco-panel">
      <h2>{isSms ? contacts.mobile : contacts.email}</h2>
      <p>{onFile ? contacts.onFile(onFile) : contacts.nothing}</p>
      <form method="post" action={`/portal/contacts/${channel}`} noValidate class="varco-form">
        <CsrfField token={visit.csrf} />
        {next && <input type="hidden" name="next" value={next} />}
        <Field
          id={channel}
          label={isSms ? contacts.mobile : contacts.email}
          hint={isSms ? contacts.mobileHint : contacts.emailHint}
          error={errorAt(channel)}
          input={
            isSms
              ? { type: 'tel', autocomplete: 'tel', maxlength: 32, required: true }
              : { type: 'email', autocomplete: 'email', maxlength: 254, required: true }
          }
        />
        <button type="submit" class={`btn btn-${pending ? 'outline-primary' : 'primary'}`}>
          {contacts.send}
        </button>
      </form>
      {pending && (
        <form
          method="post"
          action={`/portal/contacts/${channel}/confirm`}
          noValidate
          class="varco-form"
        >
          <CsrfField token={visit.csrf} />
          {next && <input type="hidden" name="next" value={next} />}
          <p role="status">{contacts.sentTo(pending.value)}</p>
          <Field
            id={`${channel}-code`}
            label={contacts.code}
            hint={contacts.codeHint}
            error={errorAt(`${channel}-code`)}
            input={{
              type: 'text',
              inputmode: 'numeric',
              autocomplete: 'one-time-code',
              maxlength: 12,
              required: true,
            }}
          />
          <button type="submit" class="btn btn-primary">
            {contacts.check}
          </button>
        </form>
      )}
    </section>
  );
}
