import type { VNode } from 'preact';
import type { Presence } from '../../fleet/state/presence.ts';
import { type KioskRow, presences, summarise } from '../../fleet/view/kiosk-row.ts';
import { Field, Form, Frame, LivePart, Scrolls, type View } from './fleet-frame.tsx';
import { PresenceSign } from './signs.tsx';
import { SitesMap } from './sites-map.tsx';
import { CertificateField, PlaceIdField, TextField } from './text-field.tsx';

export interface SiteView {
  id: string;
  name: string;
  place: string;
  latitude?: number | undefined;
  longitude?: number | undefined;
}

export interface SitesPageProps {
  view: View;
  sites: readonly SiteView[];
  rows: readonly KioskRow[];
  mayMake: boolean;
  mayBulk: boolean;
}

/** `/fleet/sites`: every site with its kiosks counted, on a map and as a table. */
export function SitesPage({ view, sites, rows, mayMake, mayBulk }: SitesPageProps): VNode {
  const { words } = view;
  const bySite = new Map<string, KioskRow[]>(sites.map(({ id }) => [id, []]));
  for (const row of rows) {
    bySite.get(row.siteId)?.push(row);
  }
  const mapped = sites.flatMap(({ id, name, latitude, longitude }) => {
    const worst = worstOf(bySite.get(id) ?? []);
    return latitude === undefined || longitude === undefined
      ? []
      : [{ id, name, latitude, longitude, worst, word: words.presence[worst] }];
  });
  return (
    <Frame view={view} heading={words.sites.heading}>
      <LivePart id="sites" on={['sites']}>
        {mapped.length > 0 && <SitesMap sites={mapped} title={words.sites.map} />}
        {sites.length === 0 ? (
          <p class="none">{words.sites.none}</p>
        ) : (
          <Scrolls label={words.sites.heading}>
            <table class="plain">
              <caption class="visually-hidden">{words.sites.heading}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.sites.name}</th>
                  <th scope="col">{words.sites.address}</th>
                  <th scope="col">{words.sites.gates}</th>
                  <th scope="col">{words.table.state}</th>
                </tr>
              </thead>
              <tbody>
                {sites.map((site) => (
                  <SiteRow key={site.id} site={site} rows={bySite.get(site.id) ?? []} view={view} />
                ))}
              </tbody>
            </table>
          </Scrolls>
        )}
      </LivePart>
      {mayMake && <MakeSite view={view} />}
      {mayBulk && <Bulk view={view} />}
    </Frame>
  );
}

/** The presence that somebody should look at first; of no kiosk: never seen. */
export function worstOf(rows: readonly KioskRow[]): Presence {
  return presences.find((presence) => rows.some((row) => row.presence === presence)) ?? 'neverSeen';
}

function SiteRow(props: { site: SiteView; rows: readonly KioskRow[]; view: View }): VNode {
  const { site, rows, view } = props;
  const { presence, gates } = summarise(rows);
  return (
    <tr>
      <th scope="row">
        <a href={`/fleet/sites/${encodeURIComponent(site.id)}`}>{site.name}</a>
      </th>
      <td>{site.place}</td>
      <td>{gates}</td>
      <td>
        <ul class="counts">
          {presences
            .filter((one) => presence[one] > 0)
            .map((one) => (
              <li key={one}>
                {presence[one]} <PresenceSign presence={one} word={view.words.presence[one]} />
              </li>
            ))}
        </ul>
      </td>
    </tr>
  );
}

function MakeSite({ view }: { view: View }): VNode {
  const { sites: words } = view.words;
  return (
    <details id="make-site">
      <summary>{words.make}</summary>
      <Form view={view} action="/fleet/sites" class="fields" label={words.make}>
        <TextField id="site-title" label={words.name} name="title" required maxLength={120} />
        <PlaceIdField id="site-id" label={words.id} help={words.idHelp} />
        <TextField id="site-place" label={words.address} name="place" maxLength={240} />
        <TextField
          id="site-latitude"
          label={words.latitude}
          name="latitude"
          inputMode="decimal"
          pattern="-?[0-9]{1,2}([.,][0-9]+)?"
        />
        <TextField
          id="site-longitude"
          label={words.longitude}
          name="longitude"
          inputMode="decimal"
          pattern="-?[0-9]{1,3}([.,][0-9]+)?"
        />
        <CertificateField label={words.mtls} />
        <button type="submit" class="btn btn-primary">
          {words.make}
        </button>
      </Form>
    </details>
  );
}

/** Many gates at once, from a table: what comes back is the sheet of their codes. */
function Bulk({ view }: { view: View }): VNode {
  const { sites: words } = view.words;
  return (
    <details id="bulk">
      <summary>{words.bulk}</summary>
      <Form
        view={view}
        action="/fleet/gates/import"
        class="fields"
        encType="multipart/form-data"
        label={words.bulk}
      >
        <Field id="bulk-file" label={words.file} help={words.bulkHelp}>
          {(attributes) => (
            <input
              {...attributes}
              type="file"
              name="file"
              accept=".csv,text/csv"
              class="form-control"
            />
          )}
        </Field>
        <Field id="bulk-text" label={words.csv}>
          {(attributes) => (
            <textarea
              {...attributes}
              name="text"
              rows={6}
              class="form-control code"
              placeholder="site,gate,title,policy,place,tags"
            />
          )}
        </Field>
        <button type="submit" class="btn btn-primary">
          {words.sheet}
        </button>
      </Form>
    </details>
  );
}
