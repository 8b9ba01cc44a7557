import type { CodeWithWords } from '../../../../shared/error-codes.ts';
import type { Severity } from '../../../fleet/alerts/kinds.ts';
import type { Presence } from '../../../fleet/state/presence.ts';
import type { FactProblem } from '../../../offline-list/fact-checks.ts';
import type { Range } from '../history-series.ts';

/** Words for codes; for one that a newer kiosk or server brings, the code itself is shown. */
export type CodeWords = Readonly<Record<string, string>>;

/** All that the dashboard says, in one language. */
export interface FleetWords {
  title: string;
  nav: Record<
    | 'fleet'
    | 'sites'
    | 'alerts'
    | 'commands'
    | 'rollouts'
    | 'policies'
    | 'activity'
    | 'tokens'
    | 'messages',
    string
  >;
  presence: Record<Presence, string>;
  severity: Record<Severity, string>;
  theme: { label: string; auto: string; light: string; dark: string };
  alive: {
    /** Before the counter of the server's seconds. */
    live: string;
    stopped: string;
    /** Said once to who listens. */
    stoppedSpoken(time: string): string;
    asOf(time: string): string;
    reload: string;
    logIn: string;
  };
  /** The words beside numbers. */
  summary: {
    heading: string;
    total(count: number): string;
    alerts(count: number): string;
    drift(count: number): string;
  };
  table: {
    caption: string;
    shown(shown: number, total: number): string;
    none: string;
    state: string;
    name: string;
    site: string;
    policy: string;
    problems: string;
    software: string;
    seen: string;
    drift: string;
    alerts(count: number): string;
    never: string;
    now: string;
    ago(duration: string): string;
    keys: string;
    page(page: number, pages: number): string;
    previous: string;
    next: string;
    asPages: string;
  };
  filter: Record<
    | 'heading'
    | 'text'
    | 'more'
    | 'presence'
    | 'site'
    | 'policy'
    | 'tag'
    | 'only'
    | 'onlyAlerts'
    | 'onlyDrift'
    | 'onlyFaults'
    | 'any'
    | 'sort'
    | 'descending'
    | 'apply'
    | 'clear',
    string
  >;
  views: { heading: string; name: string; save: string; remove(name: string): string };
  kiosk: {
    /** Facts that can't be true, by their codes. */
    refusedFacts: {
      heading: string;
      explained: string;
      at: string;
      why: string;
      hash: string;
      codes: Record<FactProblem, string>;
    };
    since(duration: string): string;
    lastSeen(time: string): string;
    stale(duration: string): string;
    parts: string;
    part: string;
    reason: string;
    /** What is wrong with what a camera sees, by the reason that it reports. */
    views: CodeWords;
    noParts: string;
    machine: string;
    facts: CodeWords;
    history: string;
    range: string;
    ranges: Record<Range, string>;
    charts: CodeWords;
    asTable: string;
    what: string;
    latest: string;
    least: string;
    mean: string;
    most: string;
    few: string;
    noHistory: string;
    config: string;
    setting: string;
    desired: string;
    reported: string;
    ownFile: string;
    inStep(version: number): string;
    drifting(desired: number, reported: string): string;
    policyDrift(wanted: string, has: string): string;
    pending(version: number): string;
    fellBack(failed: number, version: number): string;
    refused(failed: number): string;
    commands: string;
    events: string;
    note: string;
    saveNote: string;
    key: string;
    board: string;
    fingerprint: string;
    enrolledAt: string;
    replace: string;
    replaceWarning: string;
    replaceConfirm: string;
    revoke: string;
    remove: string;
  };
  parts: CodeWords;
  partStates: CodeWords;
  clockTrust: CodeWords;
  outcomes: CodeWords;
  alerts: {
    heading: string;
    none: string;
    all(count: number): string;
    kinds: CodeWords;
    details: CodeWords;
    lists: Record<'open' | 'quiet' | 'past', string>;
    filter: string;
    acknowledge: string;
    acknowledgedBy(who: string): string;
    silence: string;
    silencedUntil(time: string): string;
    reason: string;
    for: string;
    hours(count: number): string;
  };
  commands: {
    heading: string;
    names: CodeWords;
    what: string;
    send: string;
    sent: string;
    reason: string;
    reasonHelp: string;
    message: string;
    messageHelp: string;
    results: CodeWords;
    contents: Record<'logs' | 'screenshot' | 'other', string>;
    none: string;
    bulk: string;
    bulkHeading: string;
    bulkWarning(count: number): string;
    confirm(count: number): string;
    by: string;
    at: string;
    result: string;
  };
  sites: Record<
    | 'heading'
    | 'none'
    | 'make'
    | 'edit'
    | 'name'
    | 'id'
    | 'idHelp'
    | 'address'
    | 'latitude'
    | 'longitude'
    | 'note'
    | 'plan'
    | 'map'
    | 'planHelp'
    | 'gates'
    | 'noGates'
    | 'makeGate'
    | 'editGate'
    | 'gateName'
    | 'place'
    | 'tags'
    | 'tagsHelp'
    | 'policy'
    | 'position'
    | 'across'
    | 'down'
    | 'save'
    | 'mtls'
    | 'bulk'
    | 'bulkHelp'
    | 'csv'
    | 'file'
    | 'sheet',
    string
  >;
  enrol: {
    heading: string;
    make: string;
    noKiosk: string;
    code: string;
    until(time: string): string;
    how: string;
    command: string;
    once: string;
    qrAlt: string;
  };
  rollouts: {
    heading: string;
    none: string;
    make: string;
    body: string;
    bodyHelp: string;
    note: string;
    tag: string;
    site: string;
    everything: string;
    stages: string;
    stagesHelp: string;
    failuresMax: string;
    wait: string;
    start: string;
    version: string;
    target: string;
    state: string;
    states: CodeWords;
    targetStates: CodeWords;
    progress(done: number, total: number): string;
    failed(count: number): string;
    stage(stage: number, stages: number): string;
    acts: CodeWords;
    versions: string;
    noVersions: string;
    newVersion: string;
    /** Version 0. */
    ownFile: string;
  };
  activity: {
    heading: string;
    none: string;
    who: string;
    what: string;
    on: string;
    when: string;
    detail: string;
    older: string;
    acts: CodeWords;
    /** What an act's details are. */
    fields: CodeWords;
  };
  tokens: {
    heading: string;
    make: string;
    name: string;
    role: string;
    scopes: string;
    days: string;
    once: string;
    revoke: string;
    none: string;
    expires: string;
    lastUsed: string;
    never: string;
    revoked: string;
  };
  messages: {
    heading: string;
    waiting(count: number): string;
    dead: string;
    none: string;
    what: string;
    way: string;
    since: string;
    tries: string;
    reason: string;
    act: string;
    retry: string;
    drop: string;
  };
  roles: CodeWords;
  /** What was done, by the word in `?done=`. */
  done: CodeWords;
  /** Why something was not done, by code. */
  problems: Record<CodeWithWords<'fleet.problems'>, string>;
  notDone: string;
  back: string;
}
