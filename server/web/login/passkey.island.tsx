import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { mountIsland } from '../mount-island.ts';

/** The props of the button that asks for a passkey. */
export interface PasskeyProps {
  optionsUrl: string;
  answerUrl: string;
  /** `get`: log in with one; `create`: make one. */
  act: 'get' | 'create';
  button: string;
  failed: string;
  /** The session's token, where somebody is logged in. */
  csrf?: string;
  /** Where to go afterwards. */
  to?: string | undefined;
  /** The id of a form to send afterwards, instead of going anywhere. */
  submit?: string;
  /** Ids of fields whose values go along: the person's name and address at an invitation. */
  fields?: string[];
  /** Goes along as it is. */
  secret?: string;
}

async function post(url: string, props: PasskeyProps, body: object): Promise<object> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': props.csrf ?? '' },
    body: JSON.stringify(body),
  });
  const content: { problems?: string[] } = await answer.json();
  if (!answer.ok) {
    throw new Error(content.problems?.join(' ') ?? '');
  }
  return content;
}

/** A button that speaks with the authenticator; without JavaScript there is none. */
function PasskeyButton(props: PasskeyProps): VNode {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setProblem('');
    const values = Object.fromEntries(
      (props.fields ?? []).map((id) => {
        const field = document.getElementById(id);
        return [id, field instanceof HTMLInputElement ? field.value : ''];
      }),
    );
    const common = { ...values, secret: props.secret, to: props.to };
    try {
      const options = await post(props.optionsUrl, props, common);
      const optionsJSON = options as never;
      const answer =
        props.act === 'get'
          ? await startAuthentication({ optionsJSON })
          : await startRegistration({ optionsJSON });
      const { to } = (await post(props.answerUrl, props, { ...common, answer })) as { to: string };
      const form = document.getElementById(props.submit ?? '');
      if (form instanceof HTMLFormElement) {
        form.submit();
      } else {
        location.assign(to);
      }
    } catch (error) {
      // The browser's own words are for developers; the server's are for the person.
      const message = error instanceof Error && error.constructor === Error ? error.message : '';
      setProblem(message === '' ? props.failed : message);
      setBusy(false);
    }
  };
  return (
    <div>
      <button type="button" class="btn btn-outline-primary" disabled={isBusy} onClick={run}>
        {props.button}
      </button>
      <p class="varco-error" role="alert">
        {problem}
      </p>
    </div>
  );
}

mountIsland('passkey', PasskeyButton);
