import type { Generated } from 'kysely';
import type { CommandName } from '../../../shared/protocol/kiosk-command.ts';

/** The tables of `server/fleet/`. A gate is a place that a kiosk stands at; boards come and go. */
export interface FleetTables {
  site: {
    id: string;
    title: string;
    /** The address, in words. */
    place: string;
    latitude: number | null;
    longitude: number | null;
    /** The floor plan, as JSON; see `fleet/places/sites.ts`. */
    plan: string | null;
    note: string;
    /** 1: its kiosks must also show a client certificate. */
    client_certificate: number;
    created_at: number;
  };
  gate: {
    id: string;
    site: string;
    title: string;
    policy: string;
    place: string;
    /** Where it stands on the site's plan, 0 to 1 from the left and from the top. */
    plan_x: number | null;
    plan_y: number | null;
    note: string;
    /** A JSON array of words. */
    tags: string;
    created_at: number;
    removed_at: number | null;
    /** Boards ever enrolled here; the count is part of the next one's id. */
    boards: number;
  };
  kiosk: {
    id: string;
    public_key: string;
    gate: string;
    /** `accepted`, `revoked` or `removed`. At most one of a gate is accepted. */
    state: string;
    registered_at: number;
    revoked_at: number | null;
    revoked_reason: string | null;
  };
  enrolment_code: {
    code_mac: string;
    gate: string;
    /** The kiosk whose key ends when the code is used. */
    replaces: string | null;
    created_at: number;
    created_by: string;
    expires_at: number;
    used_at: number | null;
    kiosk: string | null;
  };
  /** A kiosk's last report, and the node that it is connected to. */
  kiosk_state: {
    kiosk: string;
    gate: string;
    node: string | null;
    connected_at: number | null;
    last_message_at: number;
    /** What presence and the pages read, as JSON; see `fleet/state/last-report.ts`. */
    body: string;
  };
  telemetry: {
    gate: string;
    /** `minute` or `hour`. */
    span: string;
    at: number;
    body: string;
  };
  /** Verifications by outcome at a gate in one hour; by nothing else. */
  outcome_hour: {
    gate: string;
    at: number;
    granted: number;
    denied: number;
    unconfirmed: number;
    otp_required: number;
    throttled: number;
  };
  config_version: {
    version: number;
    at: number;
    actor: string;
    note: string;
    body: string;
  };
  desired_config: {
    gate: string;
    version: number;
    at: number;
    rollout: string | null;
  };
  rollout: {
    id: string;
    version: number;
    /** Which gates, as JSON. */
    filter: string;
    /** Percentages, limits and waits, as JSON. */
    plan: string;
    state: 'running' | 'paused' | 'stopped' | 'completed' | 'cancelled' | 'rolledBack';
    stage: number;
    stage_at: number;
    actor: string;
    reason: string;
    started_at: number;
    ended_at: number | null;
  };
  rollout_target: {
    rollout: string;
    gate: string;
    position: number;
    previous: number | null;
    state: 'waiting' | 'sent' | 'applied' | 'failed' | 'late';
    problem: string | null;
    at: number;
  };
  command: {
    id: string;
    batch: string;
    gate: string;
    kiosk: string;
    site: string;
    name: CommandName;
    arguments: string;
    actor: string;
    reason: string;
    created_at: number;
    /** Not sent any more after this. */
    expires_at: number;
    state:
      | 'queued'
      | 'sent'
      | 'running'
      | 'done'
      | 'failed'
      | 'refused'
      | 'busy'
      | 'timedOut'
      | 'expired';
    node: string | null;
    sent_at: number | null;
    ended_at: number | null;
    result: string | null;
  };
  alert: {
    id: string;
    /** What it is about: `gate:ID`, `site:ID` or `server`. */
    subject: string;
    kind: string;
    site: string;
    gate: string | null;
    severity: 'critical' | 'warning';
    raised_at: number;
    cleared_at: number | null;
    /** What was measured, as JSON. */
    detail: string;
    acknowledged_at: number | null;
    acknowledged_by: string | null;
    acknowledged_reason: string | null;
  };
  /** Notices and silences: what was last sent about a subject's alerts of one kind. */
  alert_quiet: {
    subject: string;
    kind: string;
    sent_at: number | null;
    cleared_sent_at: number | null;
    silenced_until: number | null;
    silenced_by: string | null;
    silenced_reason: string | null;
  };
  webhook_delivery: {
    id: string;
    hook: string;
    body: string;
    created_at: number;
    attempts: number;
    next_at: number;
    state: string;
    problem: string | null;
  };
  fleet_event: {
    id: Generated<number>;
    at: number;
    kind: string;
    site: string | null;
    gate: string | null;
    actor: string | null;
    body: string;
  };
  saved_view: { id: string; account: string; title: string; query: string; created_at: number };
  api_token: {
    id: string;
    token_hash: string;
    title: string;
    role: string;
    sites: string;
    scopes: string;
    created_at: number;
    created_by: string;
    expires_at: number;
    last_used_at: number | null;
    revoked_at: number | null;
  };
  /** Jobs that only one node may do, and the node that does them now. */
  lease: { name: string; node: string; until: number };
}
