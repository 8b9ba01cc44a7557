import type { VNode } from 'preact';
import { AlertLine, type AlertView } from './alert-line.tsx';
import { Field, Form, Frame, LivePart, type View } from './frame.tsx';
import { columns, KioskCells } from './kiosk-cells.tsx';
import { type FloorPlan, type PlacedKiosk, SitePlan } from './site-plan.tsx';

export interface SitePageProps {
  view: View;
  site: {
    id: string;
    name: string;
    place: string;
    note: string;
    clientCertificate: boolean;
    plan: FloorPlan | undefined;
  };
  kiosks: readonly PlacedKiosk[];
  alerts: readonly AlertView[];
  /** The policies in force, that a gate may ask. */
  policies: readonly { id: string; title: string }[];
  mayEdit: boolean;
  mayMakeGate: boolean;
}

/** `/fleet/sites/ID`: the kiosks of a site where they stand, and as a table. */
export function SitePage(props: SitePageProps): VNode {
  const { view, site, kiosks } = props;
  const { words, format, now } = view;
  return (
    <Frame view={view} heading={site.name} sub={site.place && <p class="sub">{site.place}</p>}>
      {site.note && <p class="site-note">{site.note}</p>}
      {site.clientCertificate && <p class="site-note">{words.sites.mtls}</p>}
      <LivePart id="site" on={[`site:${site.id}`, 'alerts']}>
        {props.alerts.length > 0 && (
          <ul class="alert-list">
            {props.alerts.map((alert) => (
              <li key={alert.id}>
                <AlertLine alert={alert} view={view} />
              </li>
            ))}
          </ul>
        )}
        {kiosks.length === 0 ? (
          <p class="none">{words.sites.noGates}</p>
        ) : (
          <>
            <SitePlan plan={site.plan} kiosks={kiosks} words={words} title={words.sites.plan} />
            <table class="kiosk-table">
              <caption class="visually-hidden">{words.sites.gates}</caption>
              <thead>
                <tr>
                  {columns.map(({ key, word }) => (
                    <th key={key} scope="col" class={key}>
                      {words.table[word]}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {kiosks.map(({ row }) => (
                  <tr key={row.id}>
                    <KioskCells row={row} words={words} format={format} now={now} />
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </LivePart>
      {props.mayMakeGate && <MakeGate {...props} />}
      {props.mayEdit && <EditSite {...props} />}
    </Frame>
  );
}

function MakeGate({ view, site, policies }: SitePageProps): VNode {
  const { sites: words } = view.words;
  return (
    <details id="make-gate">
      <summary>{words.makeGate}</summary>
      <Form view={view} action="/fleet/gates" class="fields" label={words.makeGate}>
        <input type="hidden" name="site" value={site.id} />
        <Field id="gate-title" label={words.gateName}>
          {(attributes) => (
            <input {...attributes} name="title" class="form-control" required maxLength={64} />
          )}
        </Field>
        <Field id="gate-id" label={words.id} help={words.idHelp}>
          {(attributes) => (
            <input
              {...attributes}
              name="id"
              class="form-control"
              required
              maxLength={48}
              pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
            />
          )}
        </Field>
        <GateFields view={view} policies={policies} />
        <button type="submit" class="btn btn-primary">
          {words.makeGate}
        </button>
      </Form>
    </details>
  );
}

export interface GateFieldsProps {
  view: View;
  policies: SitePageProps['policies'];
  gate?: {
    policy: string;
    place: string;
    tags: readonly string[];
    x?: number | undefined;
    y?: number | undefined;
  };
}

/** What a gate has beside its name: its policy, place, tags, and where it is on the plan. */
export function GateFields({ view, policies, gate }: GateFieldsProps): VNode {
  const { sites: words } = view.words;
  const percent = (share: number | undefined) =>
    share === undefined ? '' : String(Math.round(share * 1_000) / 10);
  return (
    <>
      <Field id="gate-policy" label={words.policy}>
        {(attributes) => (
          <select {...attributes} name="policy" class="form-select" required>
            {policies.map(({ id, title }) => (
              <option key={id} value={id} selected={id === gate?.policy}>
                {`${title} (${id})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field id="gate-place" label={words.place}>
        {(attributes) => (
          <input
            {...attributes}
            name="place"
            class="form-control"
            maxLength={240}
            value={gate?.place ?? ''}
          />
        )}
      </Field>
      <Field id="gate-tags" label={words.tags} help={words.tagsHelp}>
        {(attributes) => (
          <input
            {...attributes}
            name="tags"
            class="form-control"
            maxLength={300}
            value={gate?.tags.join(' ') ?? ''}
          />
        )}
      </Field>
      <fieldset class="position">
        <legend>{words.position}</legend>
        <Field id="gate-x" label={words.across}>
          {(attributes) => (
            <input
              {...attributes}
              name="x"
              type="number"
              min="0"
              max="100"
              step="0.1"
              class="form-control"
              value={percent(gate?.x)}
            />
          )}
        </Field>
        <Field id="gate-y" label={words.down}>
          {(attributes) => (
            <input
              {...attributes}
              name="y"
              type="number"
              min="0"
              max="100"
              step="0.1"
              class="form-control"
              value={percent(gate?.y)}
            />
          )}
        </Field>
      </fieldset>
    </>
  );
}

function EditSite({ view, site }: SitePageProps): VNode {
  const { sites: words } = view.words;
  return (
    <details id="edit-site">
      <summary>{words.edit}</summary>
      <Form
        view={view}
        action={`/fleet/sites/${encodeURIComponent(site.id)}`}
        class="fields"
        label={words.edit}
      >
        <Field id="edit-title" label={words.name}>
          {(attributes) => (
            <input
              {...attributes}
              name="title"
              class="form-control"
              required
              maxLength={120}
              value={site.name}
            />
          )}
        </Field>
        <Field id="edit-place" label={words.address}>
          {(attributes) => (
            <input
              {...attributes}
              name="place"
              class="form-control"
              maxLength={240}
              value={site.place}
            />
          )}
        </Field>
        <Field id="edit-note" label={words.note}>
          {(attributes) => (
            <textarea {...attributes} name="note" class="form-control" rows={3} maxLength={2000}>
              {site.note}
            </textarea>
          )}
        </Field>
        <Field id="edit-plan" label={words.plan} help={words.planHelp}>
          {(attributes) => (
            <textarea {...attributes} name="plan" class="form-control code" rows={8}>
              {site.plan ? JSON.stringify(site.plan, null, 1) : ''}
            </textarea>
          )}
        </Field>
        <label class="check">
          <input
            type="checkbox"
            name="clientCertificate"
            value="1"
            checked={site.clientCertificate}
          />{' '}
          <span>{words.mtls}</span>
        </label>
        <button type="submit" class="btn btn-primary">
          {words.save}
        </button>
      </Form>
    </details>
  );
}
