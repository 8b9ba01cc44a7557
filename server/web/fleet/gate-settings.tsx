import type { VNode } from 'preact';
import { Form, LivePart, Moment, type View } from './fleet-frame.tsx';
import type { GatePageProps } from './gate-view.ts';
import { GateFields } from './site-page.tsx';
import { TextField } from './text-field.tsx';

/** The gate itself: what it is, who stands there, and how another board gets its place. */
export function GateSettings(props: GatePageProps): VNode {
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

/** An act that ends something; it asks for a reason. */
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
