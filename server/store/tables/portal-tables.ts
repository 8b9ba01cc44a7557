/** The citizen portal's tables (`server/portal/`). */
export interface PortalTables {
  /** A mobile number or an address on its way to being the person's: until the code sent to it comes back. */
  contact_check: {
    person_id: number;
    /** `sms` or `email`. */
    channel: string;
    value_cipher: Buffer;
    code_mac: string;
    tries_left: number;
    expires_at: number;
    used_at: number | null;
  };
  /** Who may act for whom, and until when. */
  delegation: {
    id: string;
    grantor_id: number;
    /** The delegate's code mac: a delegate need not be in the archive. */
    delegate_mac: string;
    /** Name and codice fiscale, as the grantor wrote them. */
    delegate_cipher: Buffer;
    created_at: number;
    /** Unix milliseconds: the first moment at which it no longer holds. */
    ends_at: number;
    /** When it was ended before its time. */
    ended_at: number | null;
  };
}
