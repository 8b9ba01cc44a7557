import type { VNode } from 'preact';
import type { MessageRow } from '../../notify/message-outbox.ts';
import { Form, Frame, Moment, Scrolls, type View } from './fleet-frame.tsx';

export interface MessagesPageProps {
  view: View;
  /** How many messages are in each state. */
  counts: Readonly<Record<string, number>>;
  dead: readonly MessageRow[];
}

/** `/fleet/messages`: how the outbox is, and the dead letters with what became of them. */
export function MessagesPage({ view, counts, dead }: MessagesPageProps): VNode {
  const { words, format } = view;
  const { messages: own } = words;
  return (
    <Frame view={view} heading={own.heading}>
      <p>{own.waiting((counts.waiting ?? 0) + (counts.sending ?? 0))}</p>
      <h2>{own.dead}</h2>
      {dead.length === 0 ? (
        <p class="none">{own.none}</p>
      ) : (
        <Scrolls label={own.dead}>
          <table class="plain">
            <caption class="visually-hidden">{own.dead}</caption>
            <thead>
              <tr>
                <th scope="col">{own.what}</th>
                <th scope="col">{own.way}</th>
                <th scope="col">{own.since}</th>
                <th scope="col">{own.tries}</th>
                <th scope="col">{own.reason}</th>
                <th scope="col">{own.act}</th>
              </tr>
            </thead>
            <tbody>
              {dead.map((message) => (
                <tr key={message.id}>
                  <th scope="row">
                    <code>{message.template}</code>
                  </th>
                  <td>{message.channel === 'sms' ? 'SMS' : 'e-mail'}</td>
                  <td class="when">
                    <Moment at={message.createdAt} format={format} />
                  </td>
                  <td>{message.attempts}</td>
                  <td>
                    <code>{message.lastCode ?? '–'}</code>
                  </td>
                  <td>
                    <Act view={view} message={message} act="retry" label={own.retry} />
                    <Act view={view} message={message} act="drop" label={own.drop} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Frame>
  );
}

function Act(props: { view: View; message: MessageRow; act: string; label: string }): VNode {
  const { view, message, act, label } = props;
  const kind = act === 'drop' ? 'btn-danger' : 'btn-primary';
  return (
    <Form view={view} action={`/fleet/messages/${message.id}/${act}`}>
      <button
        type="submit"
        class={`btn ${kind} btn-sm`}
        aria-label={`${label}: ${message.template}, ${view.format.moment(message.createdAt)}`}
      >
        {label}
      </button>
    </Form>
  );
}
