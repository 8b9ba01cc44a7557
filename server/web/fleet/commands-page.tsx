import type { VNode } from 'preact';
import { Field, Form, Frame, LivePart, Moment, Scrolls, type View } from './fleet-frame.tsx';
import { formatKioskQuery, type KioskQuery } from './kiosk-query.ts';
import { TextField } from './text-field.tsx';

/** A command that was sent, as the pages show it. */
export interface CommandView {
  id: string;
  name: string;
  gate: { id: string; name: string };
  by: string;
  reason: string;
  at: number;
  endedAt?: number | undefined;
  /** `waiting`, `sent`, `done`, `failed`, `refused`, `expired`, … */
  state: string;
  /** A stable code of a failure. */
  code?: string | undefined;
  /** Something came back: what kind, and where it is. */
  content?: { kind: 'logs' | 'screenshot' | 'other'; href: string } | undefined;
}

export interface CommandsPageProps {
  view: View;
  commands: readonly CommandView[];
  /** The kiosks that a command for many would go to. */
  bulk?: { query: KioskQuery; count: number; names: readonly string[] } | undefined;
}

/** `/fleet/commands`: one command for many kiosks, and what became of the last ones. */
export function CommandsPage({ view, commands, bulk }: CommandsPageProps): VNode {
  const { commands: words } = view.words;
  return (
    <Frame view={view} heading={words.heading}>
      {bulk && bulk.names.length > 0 && (
        <section class="panel" aria-labelledby="bulk-title" id="bulk">
          <h2 id="bulk-title">{words.bulkHeading}</h2>
          <p>
            <a href={`/fleet?${formatKioskQuery(bulk.query)}`}>{words.bulkWarning(bulk.count)}</a>
          </p>
          <CommandForm
            view={view}
            action="/fleet/commands"
            names={bulk.names}
            bulk={{ search: formatKioskQuery(bulk.query), count: bulk.count }}
          />
        </section>
      )}
      <section class="panel" aria-labelledby="sent-title">
        <h2 id="sent-title">{words.sent}</h2>
        <LivePart id="sent" on={['commands']}>
          <CommandTable commands={commands} view={view} withGate />
        </LivePart>
      </section>
    </Frame>
  );
}

export interface CommandFormProps {
  view: View;
  action: string;
  /** Those that this session may send. */
  names: readonly string[];
  /** For many kiosks: the count is confirmed by typing it. */
  bulk?: { search: string; count: number };
}

/** One command with its reason; the server says what else it needs. */
export function CommandForm({ view, action, names, bulk }: CommandFormProps): VNode {
  const { commands: words } = view.words;
  return (
    <Form view={view} action={action} class="fields" label={words.send} id="command-form">
      {bulk && <input type="hidden" name="filter" value={bulk.search} />}
      <Field id="command-name" label={words.what}>
        {(attributes) => (
          <select {...attributes} name="name" class="form-select">
            {names.map((name) => (
              <option key={name} value={name}>
                {words.names[name] ?? name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField
        id="command-message"
        label={words.message}
        help={words.messageHelp}
        name="message"
        maxLength={200}
      />
      <TextField
        id="command-reason"
        label={words.reason}
        help={words.reasonHelp}
        name="reason"
        maxLength={200}
      />
      {bulk && (
        <TextField
          id="command-count"
          label={words.confirm(bulk.count)}
          name="count"
          inputMode="numeric"
          pattern="[0-9]*"
          autocomplete="off"
          required
        />
      )}
      <button type="submit" class="btn btn-primary">
        {words.send}
      </button>
    </Form>
  );
}

export interface CommandTableProps {
  view: View;
  commands: readonly CommandView[];
  withGate?: boolean;
}

export function CommandTable({ view, commands, withGate = false }: CommandTableProps): VNode {
  const { words, format } = view;
  if (commands.length === 0) {
    return <p class="none">{words.commands.none}</p>;
  }
  return (
    <Scrolls label={words.commands.heading}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{words.commands.at}</th>
            {withGate && <th scope="col">{words.table.name}</th>}
            <th scope="col">{words.commands.what}</th>
            <th scope="col">{words.commands.result}</th>
            <th scope="col">{words.commands.by}</th>
            <th scope="col">{words.commands.reason}</th>
          </tr>
        </thead>
        <tbody>
          {commands.map((command) => (
            <tr key={command.id} data-command={command.name} data-state={command.state}>
              <td class="when">
                <Moment at={command.at} format={format} />
              </td>
              {withGate && (
                <td>
                  <a href={`/fleet/gates/${encodeURIComponent(command.gate.id)}`}>
                    {command.gate.name}
                  </a>
                </td>
              )}
              <th scope="row">{words.commands.names[command.name] ?? command.name}</th>
              <td>
                <CommandResult view={view} command={command} />
              </td>
              <td>{command.by}</td>
              <td>{command.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

const resultSigns: Readonly<Record<string, string>> = { done: '✓', failed: '✗', refused: '✗' };

function CommandResult({ view, command }: { view: View; command: CommandView }): VNode {
  const { words, format } = view;
  const { state, code, endedAt, at, content } = command;
  const word = words.commands.results[state] ?? state;
  return (
    <span class={`result ${state}`}>
      {resultSigns[state] && <span aria-hidden="true">{resultSigns[state]} </span>}
      {word}
      {code && ` (${code})`}
      {endedAt !== undefined && ` · ${format.duration(endedAt - at)}`}
      {content && (
        <>
          {' '}
          <a href={content.href}>{words.commands.contents[content.kind]}</a>
        </>
      )}
    </span>
  );
}
