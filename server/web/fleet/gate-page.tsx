import type { VNode } from 'preact';
import type { KioskStatus } from '../../../shared/protocol/status.ts';
import type { KioskRow } from '../../fleet/kiosk-row.ts';
import { ActivityTable, type ActivityView } from './activity-page.tsx';
import { AlertLine, type AlertView } from './alert-line.tsx';
import { AlertActs } from './alerts-page.tsx';
import { CommandForm, CommandTable, type CommandView } from './commands-page.tsx';
import { Field, Form, Frame, LivePart, Moment, type View } from './frame.tsx';
import { type ConfigView, GateConfig } from './gate-config.tsx';
import { MachineFacts } from './gate-facts.tsx';
import type { HistoryView } from './history.ts';
import { History } from './history-view.tsx';
import { PresenceSign } from './signs.tsx';
import { GateFields, type SitePageProps } from './site-page.tsx';
import { TextField } from './text-field.tsx';

export interface GatePageProps {
  view: View;
  row: KioskRow;
  gate: {
    id: string;
    name: string;
    place: string;
    policy: string;
    note: string;
    tags: readonly string[];
    x?: number | undefined;
    y?: number | undefined;
  };
  /** The board that stands there. */
  kiosk: { id: string; fingerprint: string; enrolledAt: number } | undefined;
  status: KioskStatus | undefined;
  /** When what is known came; what is known of a silent kiosk is greyed. */
  heardAt: number | undefined;
  stale: boolean;
  config: ConfigView;
  history: HistoryView;
  alerts: readonly AlertView[];
  commands: readonly CommandView[];
  events: readonly ActivityView[];
  policies: SitePageProps['policies'];
  may: {
    note: boolean;
    edit: boolean;
    remove: boolean;
    enrol: boolean;
    revoke: boolean;
    config: boolean;
    alerts: boolean;
    commands: readonly string[];
  };
}

/** `/fleet/gates/ID`: all there is to know of one gate and its kiosk, and to do to it. */
export function GatePage(props: GatePageProps): VNode {
  const { view, row, gate, alerts } = props;
  const { words } = view;
  const topic = `gate:${gate.id}` as const;
  const sub = (
    <p class="sub">
      <a href={`/fleet/sites/${encodeURIComponent(row.siteId)}`}>{row.siteName}</a>
      {gate.place && ` · ${gate.place}`}
    </p>
  );
  return (
    <Frame view={view} heading={gate.name} sub={sub}>
      <LivePart id="state" on={[topic, 'alerts']}>
        <State {...props} />
        {alerts.length > 0 && (
          <ul class="alert-list">
            {alerts.map((alert) => (
              <li key={alert.id}>
                <AlertLine alert={alert} view={view} />
                <AlertActs alert={alert} view={view} may={props.may.alerts} />
              </li>
            ))}
          </ul>
        )}
      </LivePart>
      <div class="panels">
        <LivePart id="health" on={[topic]}>
          <section aria-labelledby="parts-title" class={props.stale ? 'panel stale' : 'panel'}>
            <h2 id="parts-title">{words.kiosk.parts}</h2>
            <Parts {...props} />
          </section>
        </LivePart>
        <LivePart id="machine" on={[topic]}>
          <section aria-labelledby="machine-title" class={props.stale ? 'panel stale' : 'panel'}>
            <h2 id="machine-title">{words.kiosk.machine}</h2>
            <MachineFacts {...props} />
          </section>
        </LivePart>
        <LivePart id="config" on={[topic]}>
          <section aria-labelledby="config-title" class="panel">
            <h2 id="config-title">{words.kiosk.config}</h2>
            <GateConfig view={view} config={props.config} />
          </section>
        </LivePart>
        <section aria-labelledby="note-title" class="panel">
          <h2 id="note-title">{words.kiosk.note}</h2>
          <Note {...props} />
        </section>
      </div>
      <section aria-labelledby="commands-title" class="panel" id="commands">
        <h2 id="commands-title">{words.kiosk.commands}</h2>
        {props.kiosk && props.may.commands.length > 0 && (
          <CommandForm
            view={view}
            action={`/fleet/gates/${encodeURIComponent(gate.id)}/command`}
            names={props.may.commands}
          />
        )}
        <LivePart id="command-results" on={[topic, 'commands']}>
          <CommandTable commands={props.commands} view={view} />
        </LivePart>
      </section>
      <section aria-labelledby="history-title" class="panel">
        <h2 id="history-title">{words.kiosk.history}</h2>
        <History gate={gate.id} history={props.history} view={view} />
      </section>
      <section aria-labelledby="events-title" class="panel">
        <h2 id="events-title">{words.kiosk.events}</h2>
        <LivePart id="events" on={[topic, 'activity']}>
          <ActivityTable events={props.events} view={view} />
        </LivePart>
      </section>
      <GateSettings {...props} />
    </Frame>
  );
}

function State({ view, row, heardAt, stale }: GatePageProps): VNode {
  const { words, format, now } = view;
  return (
    <p class={`state ${row.presence}`} data-presence={row.presence}>
      <PresenceSign presence={row.presence} word={words.presence[row.presence]} />
      {row.since !== null && (
        <span class="since">{words.kiosk.since(format.duration(now - row.since))}</span>
      )}
      {row.drift && <span class="drift">{words.table.drift}</span>}
      {heardAt !== undefined && (
        <span class="last-seen">
          {stale
            ? words.kiosk.stale(format.duration(now - heardAt))
            : words.kiosk.lastSeen(format.clock(heardAt))}
        </span>
      )}
    </p>
  );
}

function Parts({ view, status }: GatePageProps): VNode {
  const { words } = view;
  const parts = Object.entries(status?.peripherals ?? {});
  if (parts.length === 0) {
    return <p class="none">{words.kiosk.noParts}</p>;
  }
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">{words.kiosk.part}</th>
          <th scope="col">{words.table.state}</th>
          <th scope="col">{words.kiosk.reason}</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(([part, { state, reason }]) => (
          <tr key={part} data-part={part} data-state={state}>
            <th scope="row">{partWord(part, words.parts)}</th>
            <td>
              <span class={`part ${state}`}>
                <span aria-hidden="true">{partSigns[state]}</span>{' '}
                {words.partStates[state] ?? state}
              </span>
            </td>
            <td>{reason ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const partSigns = { ready: '✓', opening: '…', lost: '✗', failing: '!' } as const;

/** A part in words; `selfTest.camera` and `scanner.2` are parts of a part. */
function partWord(part: string, words: Readonly<Record<string, string>>): string {
  return (
    words[part] ??
    part
      .split('.')
      .map((piece) => words[piece] ?? piece)
      .join(' · ')
  );
}

function Note({ view, gate, may }: GatePageProps): VNode {
  const { kiosk: words } = view.words;
  return may.note ? (
    <Form view={view} action={`/fleet/gates/${encodeURIComponent(gate.id)}/note`}>
      <Field id="note-text" label={words.note}>
        {(attributes) => (
          <textarea {...attributes} name="note" class="form-control" rows={4} maxLength={2000}>
            {gate.note}
          </textarea>
        )}
      </Field>
      <button type="submit" class="btn btn-primary btn-sm">
        {words.saveNote}
      </button>
    </Form>
  ) : (
    <p class="note">{gate.note || '–'}</p>
  );
}

/** The gate itself: what it is, who stands there, and how another board gets its place. */
function GateSettings(props: GatePageProps): VNode {
  const { view, gate, kiosk, may } = props;
  const { words } = view;
  const path = `/fleet/gates/${encodeURIComponent(gate.id)}`;
  return (
    <section aria-labelledby="gate-title" class="panel" id="gate">
      <h2 id="gate-title">{words.kiosk.key}</h2>
      <LivePart id="board" on={[`gate:${gate.id}`]}>
        {kiosk ? (
          <dl class="facts">
            <dt>{words.kiosk.board}</dt>
            <dd>{kiosk.id}</dd>
            <dt>{words.kiosk.fingerprint}</dt>
            <dd>
              <code>{kiosk.fingerprint}</code>
            </dd>
            <dt>{words.kiosk.enrolledAt}</dt>
            <dd>
              <Moment at={kiosk.enrolledAt} format={view.format} />
            </dd>
          </dl>
        ) : (
          <p>{words.enrol.noKiosk}</p>
        )}
      </LivePart>
      {may.enrol && !kiosk && (
        <Form view={view} action={`${path}/enrol`}>
          <button type="submit" class="btn btn-primary">
            {words.enrol.make}
          </button>
        </Form>
      )}
      {may.enrol && kiosk && (
        <details id="replace">
          <summary>{words.kiosk.replace}</summary>
          <Form view={view} action={`${path}/enrol`} class="fields">
            <p>{words.kiosk.replaceWarning}</p>
            <label class="check">
              <input type="checkbox" name="replace" value="1" required />{' '}
              <span>{words.kiosk.replaceConfirm}</span>
            </label>
            <button type="submit" class="btn btn-danger">
              {words.kiosk.replace}
            </button>
          </Form>
        </details>
      )}
      {may.revoke && kiosk && (
        <Ending view={view} action={`${path}/revoke`} id="revoke" word={words.kiosk.revoke} />
      )}
      {may.edit && <EditGate {...props} />}
      {may.remove && (
        <Ending view={view} action={`${path}/remove`} id="remove" word={words.kiosk.remove} />
      )}
    </section>
  );
}

/** An act that ends something, for which a reason is given. */
function Ending(props: { view: View; action: string; id: string; word: string }): VNode {
  const { view, action, id, word } = props;
  return (
    <details id={id}>
      <summary>{word}</summary>
      <Form view={view} action={action} class="fields">
        <TextField
          id={`${id}-reason`}
          label={view.words.commands.reason}
          name="reason"
          required
          maxLength={200}
        />
        <button type="submit" class="btn btn-danger">
          {word}
        </button>
      </Form>
    </details>
  );
}

function EditGate({ view, gate, policies }: GatePageProps): VNode {
  const { sites: words } = view.words;
  return (
    <details id="edit-gate">
      <summary>{words.editGate}</summary>
      <Form
        view={view}
        action={`/fleet/gates/${encodeURIComponent(gate.id)}`}
        class="fields"
        label={words.editGate}
      >
        <TextField
          id="gate-name"
          label={words.gateName}
          name="title"
          required
          maxLength={64}
          value={gate.name}
        />
        <GateFields view={view} policies={policies} gate={gate} />
        <button type="submit" class="btn btn-primary">
          {words.save}
        </button>
      </Form>
    </details>
  );
}
