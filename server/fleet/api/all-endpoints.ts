import type { Fleet } from '../fleet.ts';
import { alertEndpoints } from './alert-endpoints.ts';
import { commandEndpoints } from './command-endpoints.ts';
import { configEndpoints } from './config-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { placeEndpoints } from './place-endpoints.ts';
import { policyEndpoints } from './policy-endpoints.ts';
import { recordEndpoints } from './record-endpoints.ts';
import { tokenEndpoints } from './token-endpoints.ts';
import { viewEndpoints } from './view-endpoints.ts';

/** Every call of the API. */
export function allEndpoints(fleet: Fleet): Endpoint[] {
  return [
    ...viewEndpoints(fleet),
    ...placeEndpoints(fleet),
    ...configEndpoints(fleet),
    ...policyEndpoints(fleet),
    ...commandEndpoints(fleet),
    ...alertEndpoints(fleet),
    ...recordEndpoints(fleet),
    ...tokenEndpoints(fleet),
  ];
}
