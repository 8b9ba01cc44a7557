import type { Fleet } from '../../fleet/fleet.ts';

/** A site or a gate as pages name it; one that is no longer there is called by its id. */
export interface PlaceLink {
  id: string;
  name: string;
}

type Places = Pick<Fleet, 'roster'>;

export function linkToSite({ roster }: Places, id: string): PlaceLink {
  return { id, name: roster.site(id)?.title ?? id };
}

export function linkToGate({ roster }: Places, id: string): PlaceLink {
  return { id, name: roster.get(id)?.gate.title ?? id };
}
