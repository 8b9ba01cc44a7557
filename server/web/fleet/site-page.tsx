import type { VNode } from 'preact';
import { AlertLine, type AlertView } from './alert-line.tsx';
import { Field, Form, Frame, LivePart, type View } from './fleet-frame.tsx';
import { columns, KioskCells } from './kiosk-cells.tsx';
import { type EnrolledKiosk, type FloorPlan, SitePlan } from './site-plan.tsx';
import { CertificateField, PlaceIdField, TextField } from './text-field.tsx';

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
  kiosks: readonly EnrolledKiosk[];
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
        <TextField id="gate-title" label={words.gateName} name="title" required maxLength={64} />
        <PlaceIdField id="gate-id" label={words.id} help={words.idHelp} />
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
      <TextField
        id="gate-place"
        label={words.place}
        name="place"
        maxLength={240}
        value={gate?.place ?? ''}
      />
      <TextField
        id="gate-tags"
        label={words.tags}
        help={words.tagsHelp}
        name="tags"
        maxLength={300}
        value={gate?.tags.join(' ') ?? ''}
      />
      <fieldset class="position">
        <legend>{words.position}</legend>
        <TextField
          id="gate-x"
          label={words.across}
          name="x"
          type="number"
          min="0"
          max="100"
          step="0.1"
          value={percent(gate?.x)}
        />
        <TextField
          id="gate-y"
          label={words.down}
          name="y"
          type="number"
          min="0"
          max="100"
          step="0.1"
          value={percent(gate?.y)}
        />
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
        <TextField
          id="edit-title"
          label={words.name}
          name="title"
          required
          maxLength={120}
          value={site.name}
        />
        <TextField
          id="edit-place"
          label={words.address}
          name="place"
          maxLength={240}
          value={site.place}
        />
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
        <CertificateField label={words.mtls} checked={site.clientCertificate} />
        <button type="submit" class="btn btn-primary">
          {words.save}
        </button>
      </Form>
    </details>
  );
}
