import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { isSameText } from '../../keys/secret.ts';
import { homeOf } from '../../login/logins.ts';
import { newPinHalf, plainPin } from '../../login/pins.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field } from '../form-parts.tsx';
import { languageOf } from '../request-language.ts';
import { wantedPath } from './citizen-login.tsx';
import type { LoginDeps } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import { sendLoginProblem, sendOverloaded } from './problem-page.tsx';
import type { LoginWords } from './words/words.ts';

const formSchema = z.object({
  codiceFiscale: z.string().max(64).catch(''),
  pin: z.string().max(64).catch(''),
});
const newSchema = z.object({ repeat: z.string().max(64).catch('') });

/** What the browser keeps, sealed, between the PIN of 16 and the one of 8. */
interface PinPending {
  codiceFiscale: string;
  pin: string;
  to?: string | undefined;
}

/** The way by PIN: a single factor, so the session is of level 1. */
export function registerPinLogin(http: FastifyInstance, deps: LoginDeps): void {
  if (!deps.logins.config.pin) {
    return;
  }
  const evenly = { ...access('public'), ...deps.evenly };
  http.get('/login/pin', access('public'), (request, reply) => showForm(deps, request, reply, {}));
  http.post('/login/pin', evenly, (request, reply) => logIn(deps, request, reply));
  http.post('/login/pin/new', access('public'), (request, reply) => replace(deps, request, reply));
  http.get('/login/pin/new', access('public'), (_request, reply) =>
    reply.redirect('/login/pin', 303),
  );
}

function showForm(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  entered: { codiceFiscale?: string; isWrong?: boolean },
): FastifyReply {
  const { pin: words, formProblem } = loginWords[languageOf(request)];
  const to = wantedPath(request);
  const problems = entered.isWrong ? [{ field: 'codiceFiscale', text: words.wrong }] : [];
  return deps.pages.send(request, reply, {
    title: words.title,
    status: entered.isWrong ? 422 : 200,
    body: (
      <>
        <h1>{words.title}</h1>
        <form method="post" action="/login/pin" noValidate>
          <ErrorSummary title={formProblem} problems={problems} />
          {to !== undefined && <input type="hidden" name="to" value={to} />}
          <Field
            id="codiceFiscale"
            label={words.codiceFiscale}
            input={{
              autocomplete: 'username',
              autocapitalize: 'characters',
              spellcheck: false,
              value: entered.codiceFiscale ?? '',
            }}
          />
          <Field
            id="pin"
            label={words.pin}
            hint={words.pinBox}
            input={{ type: 'password', autocomplete: 'current-password' }}
          />
          <button class="btn btn-primary" type="submit">
            {words.submit}
          </button>
        </form>
      </>
    ),
  });
}

async function logIn(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const form = formSchema.parse(request.body ?? {});
  const to = wantedPath(request);
  const outcome = await logins.pins.check(form, request.ip);
  if (!outcome.ok && outcome.reason === 'overloaded') {
    await logins.recordFailure(request, 'pin', form.codiceFiscale, outcome.reason);
    return sendOverloaded(deps, request, reply, '/login', to);
  }
  if (!outcome.ok) {
    await logins.recordFailure(request, 'pin', form.codiceFiscale, outcome.reason);
    return outcome.reason === 'throttled'
      ? sendLoginProblem(deps, request, reply, 'throttled', { ...outcome, to })
      : showForm(deps, request, reply, { codiceFiscale: form.codiceFiscale, isWrong: true });
  }
  const { codiceFiscale, kind } = outcome;
  if (kind === 'active') {
    return enter(deps, request, reply, codiceFiscale, to);
  }
  const pin = newPinHalf();
  logins.pending.write(request, reply, 'pin', { codiceFiscale, pin, to } satisfies PinPending);
  return showNew(deps, request, reply, pin, false);
}

function showNew(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  pin: string,
  isWrong: boolean,
): FastifyReply {
  const words = loginWords[languageOf(request)];
  const body = <NewPin words={words} pin={pin} isWrong={isWrong} />;
  return deps.pages.send(request, reply, {
    title: words.pin.newTitle,
    status: isWrong ? 422 : 200,
    body,
  });
}

function NewPin(props: { words: LoginWords; pin: string; isWrong: boolean }): VNode {
  const { pin: words, formProblem } = props.words;
  const error = props.isWrong ? words.newWrong : undefined;
  return (
    <>
      <h1>{words.newTitle}</h1>
      <p class="lead">{words.newText}</p>
      <p>
        {words.newPin}: <code class="fs-2">{props.pin}</code>
      </p>
      <form method="post" action="/login/pin/new" noValidate autocomplete="off">
        <ErrorSummary
          title={formProblem}
          problems={error ? [{ field: 'repeat', text: error }] : []}
        />
        <Field
          id="repeat"
          label={words.repeat}
          error={error}
          input={{ autocapitalize: 'characters', spellcheck: false }}
        />
        <button class="btn btn-primary" type="submit">
          {words.newSubmit}
        </button>
      </form>
    </>
  );
}

async function replace(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const { repeat } = newSchema.parse(request.body ?? {});
  const pending = logins.pending.read<PinPending>(request, 'pin');
  if (!pending) {
    return sendLoginProblem(deps, request, reply, 'stateInvalid');
  }
  const { codiceFiscale, pin, to } = pending;
  if (!isSameText(plainPin(repeat), pin)) {
    return showNew(deps, request, reply, pin, true);
  }
  const replaced = await logins.pins.replace(codiceFiscale, pin, request.ip);
  if (replaced === 'overloaded') {
    return sendOverloaded(deps, request, reply, '/login', to);
  }
  if (!replaced) {
    await logins.recordFailure(request, 'pin', codiceFiscale, 'stateInvalid');
    return sendLoginProblem(deps, request, reply, 'stateInvalid');
  }
  return enter(deps, request, reply, codiceFiscale, to);
}

async function enter(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  codiceFiscale: string,
  to: string | undefined,
): Promise<FastifyReply> {
  const arrival = { kind: 'citizen', codiceFiscale, assurance: 1, method: 'pin' } as const;
  await deps.logins.logIn(request, reply, 'pin', arrival);
  return reply.redirect(to ?? homeOf(undefined), 303);
}
