import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { may, mayAnywhere } from '../../fleet/access/permissions.ts';
import { SHEET_LIFE_MS } from '../../fleet/enrolment/enrolment.ts';
import { readGateTable } from '../../fleet/places/gate-table.ts';
import { checkCsrf } from '../../login/request-session.ts';
import { hasNul, malformed } from '../../malformed-requests.ts';
import { access } from '../../route-access.ts';
import { readingMultipart } from '../multipart-form.ts';
import { paramOf } from '../request-fields.ts';
import { activeAlertsOf } from './alert-views.ts';
import { codeSheet } from './code-sheet.ts';
import type { Dashboard } from './dashboard.tsx';
import { decimal, position, tagList } from './form-fields.ts';
import { policyChoices } from './policy-choices.ts';
import { SitePage } from './site-page.tsx';
import { SitesPage } from './sites-page.tsx';

const siteForm = z.object({
  id: z.string(),
  title: z.string(),
  place: z.string().default(''),
  latitude: decimal,
  longitude: decimal,
  clientCertificate: z.literal('1').optional(),
});
const siteChangeForm = z.object({
  title: z.string(),
  place: z.string().default(''),
  note: z.string().default(''),
  plan: z.string().max(60_000).default(''),
  clientCertificate: z.literal('1').optional(),
});
const gateForm = z.object({
  id: z.string(),
  site: z.string(),
  title: z.string(),
  policy: z.string(),
  place: z.string().default(''),
  tags: tagList,
  x: position,
  y: position,
});

/** Sites and their gates: `/fleet/sites`, and the sheet of many codes. */
export function registerPlaceRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/sites', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const sites = (await fleet.sites.list(actor)).map(({ id, title, place, ...where }) => ({
      id,
      name: title,
      place,
      latitude: where.latitude,
      longitude: where.longitude,
    }));
    return dashboard.send(request, reply, {
      title: view.words.sites.heading,
      place: 'sites',
      body: (
        <SitesPage
          view={view}
          sites={sites}
          rows={fleet.rowsFor(actor)}
          mayMake={may(actor, 'site.create')}
          mayBulk={mayAnywhere(actor, 'gate.create')}
        />
      ),
    });
  });

  http.post('/fleet/sites', access('site.create'), (request, reply) =>
    dashboard.act(request, reply, 'made', async () => {
      const { clientCertificate, latitude, longitude, ...fields } = parseInput(
        siteForm,
        request.body,
        'formInvalid',
      );
      const site = await fleet.sites.create(dashboard.actor(request), {
        ...fields,
        latitude,
        longitude,
        clientCertificate: clientCertificate === '1',
      });
      return `/fleet/sites/${encodeURIComponent(site.id)}`;
    }),
  );

  registerOneSite(http, dashboard);
  registerNewGates(http, dashboard);
}

function registerOneSite(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/sites/:id', access('fleet.view'), async (request, reply) => {
    const id = paramOf(request, 'id');
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    try {
      const site = await fleet.sites.get(actor, id);
      const gates = await fleet.gates.list(actor, id);
      const kiosks = gates.flatMap(({ id: gate, x, y }) => {
        const [row] = fleet.rows([gate]);
        return row ? [{ row, x, y }] : [];
      });
      return dashboard.send(request, reply, {
        title: site.title,
        place: 'sites',
        body: (
          <SitePage
            view={view}
            site={{ ...site, name: site.title, plan: site.plan }}
            kiosks={kiosks}
            alerts={await activeAlertsOf(dashboard, actor, { site: id }, view)}
            policies={policyChoices(dashboard)}
            mayEdit={may(actor, 'site.edit', { site: id })}
            mayMakeGate={may(actor, 'gate.create', { site: id })}
          />
        ),
      });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  http.post('/fleet/sites/:id', access('site.edit'), (request, reply) =>
    dashboard.act(request, reply, 'changed', async () => {
      const id = paramOf(request, 'id');
      const { plan, clientCertificate, ...fields } = parseInput(
        siteChangeForm,
        request.body,
        'formInvalid',
      );
      await fleet.sites.change(dashboard.actor(request), id, {
        ...fields,
        ...(plan.trim() === '' ? {} : { plan: readJson(plan, 'siteInvalid') as never }),
        clientCertificate: clientCertificate === '1',
      });
      return `/fleet/sites/${encodeURIComponent(id)}`;
    }),
  );
}

/** Gates, one by one or from a table. */
function registerNewGates(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.post('/fleet/gates', access('gate.create'), (request, reply) =>
    dashboard.act(request, reply, 'made', async () => {
      const { x, y, ...fields } = parseInput(gateForm, request.body, 'formInvalid');
      const gate = {
        ...fields,
        x,
        y,
      };
      await fleet.gates.create(dashboard.actor(request), [gate]);
      return `/fleet/gates/${encodeURIComponent(gate.id)}`;
    }),
  );

  http.post(
    '/fleet/gates/import',
    { config: { access: 'gate.create', csrf: 'inBody' }, bodyLimit: IMPORT_BYTES_MAX },
    async (request, reply) => {
      const fields = await readingMultipart(request, () => readMultipart(request));
      checkCsrf(request, fields.csrf);
      try {
        const actor = dashboard.actor(request);
        const gates = readGateTable(fields.file || fields.text || '');
        const made = await fleet.gates.create(actor, gates);
        const codes = await fleet.enrolment.createCodes(
          actor,
          made.map(({ id }) => id),
          { lifeMs: SHEET_LIFE_MS },
        );
        const view = dashboard.view(request);
        return reply
          .type('application/pdf')
          .header('content-disposition', 'attachment; filename="varco-codes.pdf"')
          .header('cache-control', 'no-store')
          .send(await codeSheet(codes, view.language, view.now));
      } catch (error) {
        return dashboard.refuse(request, reply, error);
      }
    },
  );
}

const IMPORT_BYTES_MAX = 2_500_000;

/** The text fields of a form with a file; the file's text is under its own name. */
async function readMultipart(request: {
  parts(): AsyncIterable<
    | { type: 'file'; fieldname: string; toBuffer(): Promise<Buffer> }
    | { type: 'field'; fieldname: string; value: unknown }
  >;
}): Promise<Record<string, string>> {
  const fields: Record<string, string> = {};
  for await (const part of request.parts()) {
    fields[part.fieldname] =
      part.type === 'file' ? (await part.toBuffer()).toString('utf8') : String(part.value);
  }
  if (hasNul(fields)) {
    throw malformed();
  }
  return fields;
}

/** @throws VarcoError with the code. */
export function readJson(text: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VarcoError(code, error instanceof Error ? error.message : 'It is not JSON');
  }
}
