import { z } from 'zod';
import { CODE_LIFE_MS, SHEET_LIFE_MS } from '../enrolment/enrolment.ts';
import type { Fleet } from '../fleet.ts';
import { readGateTable } from '../places/gate-table.ts';
import { GATES_AT_ONCE_MAX } from '../places/gates.ts';
import { done, type Endpoint, endpoint, nothing } from './endpoint.ts';
import { byGate, bySite, idSchema, reasonSchema } from './schemas/inputs.ts';
import { pageOf } from './schemas/page.ts';
import {
  enrolmentCodeSchema,
  gateAnswerSchema,
  gateChangeInput,
  newGateInput,
  newSiteInput,
  siteAnswerSchema,
  siteChangeInput,
} from './schemas/place-schemas.ts';

/** Sites, gates, and how kiosks come to stand there. */
export function placeEndpoints(fleet: Fleet): Endpoint[] {
  return [...siteEndpoints(fleet), ...gateEndpoints(fleet), ...enrolmentEndpoints(fleet)];
}

function siteEndpoints({ sites }: Fleet): Endpoint[] {
  const read = { method: 'GET', tag: 'places' } as const;
  const write = { tag: 'places' } as const;
  return [
    endpoint({
      ...read,
      operationId: 'listSites',
      action: 'fleet.view',
      url: '/sites',
      summary: 'The sites, by title',
      input: {},
      answer: pageOf(siteAnswerSchema),
      handle: async (who) => ({ items: await sites.list(who) }),
    }),
    endpoint({
      ...write,
      operationId: 'createSite',
      action: 'site.create',
      method: 'POST',
      url: '/sites',
      summary: 'Create a site',
      input: { body: newSiteInput },
      answer: siteAnswerSchema,
      status: 201,
      refusals: ['siteExists', 'clientAuthorityMissing'],
      handle: (who, { body }) => sites.create(who, body),
    }),
    endpoint({
      ...read,
      operationId: 'getSite',
      action: 'fleet.view',
      url: '/sites/:site',
      summary: 'A site',
      input: { params: bySite },
      answer: siteAnswerSchema,
      refusals: ['siteUnknown'],
      handle: (who, { params }) => sites.get(who, params.site),
    }),
    endpoint({
      ...write,
      operationId: 'updateSite',
      action: 'site.edit',
      method: 'PATCH',
      url: '/sites/:site',
      summary: 'Change a site',
      input: { params: bySite, body: siteChangeInput },
      answer: siteAnswerSchema,
      refusals: ['siteUnknown', 'clientAuthorityMissing'],
      handle: (who, { params, body }) => sites.change(who, params.site, body),
    }),
  ];
}

function gateEndpoints({ gates }: Fleet): Endpoint[] {
  const write = { tag: 'places' } as const;
  return [
    endpoint({
      ...write,
      operationId: 'createGates',
      action: 'gate.create',
      method: 'POST',
      url: '/gates',
      summary: 'Create gates, all or none',
      input: {
        body: z.strictObject({ gates: z.array(newGateInput).min(1).max(GATES_AT_ONCE_MAX) }),
      },
      answer: pageOf(gateAnswerSchema),
      status: 201,
      refusals: ['gateExists', 'siteUnknown', 'policyUnknown'],
      handle: async (who, { body }) => ({ items: await gates.create(who, body.gates) }),
    }),
    endpoint({
      ...write,
      operationId: 'importGates',
      action: 'gate.create',
      method: 'POST',
      url: '/gates/import',
      summary: 'Create gates from CSV: site,gate,title,policy[,place,tags,note,x,y]',
      input: { body: z.strictObject({ csv: z.string().min(1).max(60_000) }) },
      answer: pageOf(gateAnswerSchema),
      status: 201,
      refusals: ['gatesUnreadable', 'gateInvalid', 'gateExists', 'siteUnknown', 'policyUnknown'],
      handle: async (who, { body }) => ({
        items: await gates.create(who, readGateTable(body.csv)),
      }),
    }),
    endpoint({
      ...write,
      operationId: 'updateGate',
      action: ['gate.edit', 'gate.note'],
      method: 'PATCH',
      url: '/gates/:gate',
      summary: 'Change a gate; a new policy applies once its kiosk has reconnected',
      input: { params: byGate, body: gateChangeInput },
      answer: gateAnswerSchema,
      refusals: ['gateUnknown', 'policyUnknown'],
      handle: (who, { params, body }) => gates.change(who, params.gate, body),
    }),
    endpoint({
      ...write,
      operationId: 'removeGate',
      action: 'gate.remove',
      method: 'DELETE',
      url: '/gates/:gate',
      summary: "Remove a gate for good, with its kiosk's key",
      input: { params: byGate, query: z.strictObject({ reason: reasonSchema }) },
      answer: nothing,
      refusals: ['gateUnknown'],
      handle: (who, { params, query }) => done(gates.remove(who, params.gate, query.reason)),
    }),
  ];
}

const newCodes = z.strictObject({
  gates: z.array(idSchema).min(1).max(1_000),
  replace: z
    .boolean()
    .default(false)
    .describe('Also for gates that have a kiosk, whose key ends when the code is used'),
  minutes: z
    .number()
    .int()
    .min(1)
    .max(SHEET_LIFE_MS / 60_000)
    .default(CODE_LIFE_MS / 60_000),
});

function enrolmentEndpoints({ enrolment, kiosks }: Fleet): Endpoint[] {
  const about = { method: 'POST', tag: 'enrolment' } as const;
  return [
    endpoint({
      ...about,
      operationId: 'createEnrolmentCodes',
      action: 'kiosk.enrol',
      url: '/enrolment-codes',
      summary: 'One-time codes, shown only now; earlier codes of these gates end',
      input: { body: newCodes },
      answer: pageOf(enrolmentCodeSchema),
      status: 201,
      refusals: ['gateUnknown', 'gateTaken'],
      handle: async (who, { body: { gates, replace, minutes } }) => ({
        items: await enrolment.createCodes(who, gates, { replace, lifeMs: minutes * 60_000 }),
      }),
    }),
    endpoint({
      ...about,
      operationId: 'cancelEnrolmentCodes',
      action: 'kiosk.enrol',
      url: '/gates/:gate/cancel-codes',
      summary: "End a gate's unused codes",
      input: { params: byGate },
      answer: nothing,
      refusals: ['gateUnknown'],
      handle: (who, { params }) => done(enrolment.cancelCodes(who, params.gate)),
    }),
    endpoint({
      ...about,
      operationId: 'revokeKiosk',
      action: 'kiosk.revoke',
      url: '/gates/:gate/revoke',
      summary: "Revoke the key of a gate's kiosk: it is cut off at once",
      input: { params: byGate, body: z.strictObject({ reason: reasonSchema }) },
      answer: nothing,
      refusals: ['gateUnknown', 'kioskUnknown'],
      handle: (who, { params, body }) => done(kiosks.revoke(who, params.gate, body.reason)),
    }),
  ];
}
