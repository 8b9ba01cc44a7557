/** The tables of `server/notify/`, of live codes and of cards. */
export interface NotifyTables {
  /** The outbox: messages to be sent, and for a while those that were. */
  message: {
    id: string;
    /** The sender's own name for it: the same key again is the same message. */
    key: string;
    channel: string;
    template: string;
    person_id: number | null;
    /** Under which an address given by hand is counted. */
    address_mac: string | null;
    /** `waiting`, `sending` (claimed by a node), `delivered`, `dead`, `expired`, `dropped`. */
    state: string;
    /** 1: of use for minutes only, sent before others. */
    urgent: number;
    /** Address, language, data and attachments; null once nobody needs them. */
    body_cipher: Buffer | null;
    created_at: number;
    next_at: number;
    expires_at: number | null;
    attempts: number;
    /** Who is sending it now, and until when that is believed. */
    claim: string | null;
    claimed_until: number | null;
    /** Why the last attempt failed: a code. */
    last_code: string | null;
    settled_at: number | null;
  };
  /** Live codes that were shown at a gate in the last minutes (`verification/live-codes.ts`). */
  live_use: { mac: string; at: number };
  /** Requests for Disability Cards (`credential/card-state.ts`). */
  card_request: {
    id: string;
    person_id: number;
    state: 'requested' | 'issued' | 'refused' | 'withdrawn';
    /** A JPEG in base64; null once nobody needs it. */
    photo_cipher: Buffer | null;
    requested_at: number;
    settled_at: number | null;
    reason: string | null;
    credential_id: string | null;
  };
  /** How a person wants to be written to. */
  message_preference: { person_id: number; language: string };
}
