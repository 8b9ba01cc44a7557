import type { Key, Signal, Symbology } from '../../hardware/ports.ts';
import type { Problem } from '../../shared/codice-fiscale/problems.ts';
import type { Suggestion } from '../../shared/codice-fiscale/suggest.ts';
import type { CredentialProblem } from '../../shared/credential/credential.ts';
import type { Language } from '../../shared/language.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { Echo } from './entry-echo.ts';
import type { CodeEntry, EntryMethod } from './entry-state.ts';
import type { Receipt } from './receipt.ts';
import type { SelfTestResult } from './tested-parts.ts';

/** Why the gate serves nobody now; each has its own words. `command`: a site closed it. */
export type OutOfServiceReason = 'scanner' | 'keypad' | 'turnstile' | 'command';

/** What the site wants of the kiosk; it takes effect when the person at the gate is done. */
export type Service = 'open' | 'closed' | 'updating';

/**
 * How far the enrolment of a kiosk is: it waits for its code, asks the server, or was turned away
 * (`refused`: that code will never be accepted; `unreachable`: the server did not answer).
 */
export type EnrolmentStage = 'waiting' | 'asking' | 'refused' | 'unreachable';

/**
 * Where a gate stands, and so how it speaks and how long it waits: a museum's free entry, a station's
 * hurry, a desk with an attendant beside it.
 */
export const modes = ['museum', 'transport', 'desk'] as const;
export type Mode = (typeof modes)[number];

/** Why a code that was read can't be used. `unreadable`: seen in view, not readable;
 * `several`: different codes of ours at once. */
export type CodeProblem =
  | CredentialProblem
  | 'unreadable'
  | 'several'
  /** This gate takes only a phone's live code. */
  | 'liveRequired'
  /** This live code began a visit already. */
  | 'liveUsed';

/** What the kiosk's parts can do; it changes under any phase and outlives a session. */
export interface Parts {
  scanner: 'opening' | 'ready' | 'lost';
  turnstile: 'ready' | 'lost';
  /** Reported only where the gate can't be used without its keypad. */
  keypad: 'ready' | 'lost';
  service: Service;
  /** What the site says of its closed gate, in its own words. */
  notice?: string | undefined;
  /** How far the enrolment is; absent: this kiosk is enrolled at a gate. */
  enrolment?: EnrolmentStage | undefined;
  /** `down` once the link was tried and is not there; then only a list can decide. */
  link: 'opening' | 'up' | 'down';
  /** What the gate may decide from while the link is down; absent: it has no list at all. */
  list?: ListView;
}

/** The offline list, as a session sees it. `tooOld`: too old, or nobody can tell how old. */
export type ListView = { state: 'usable'; ageMinutes: number } | { state: 'none' | 'tooOld' };

/**
 * Where the session is. A session begins with a code that was read and ends cleared: everything about
 * a person lives in the phase and is gone with it.
 */
export type Phase =
  | { name: 'starting' }
  | { name: 'outOfService'; reason: OutOfServiceReason }
  | { name: 'updating' }
  /** Not enrolled at a gate yet: it serves nobody, and reads enrolment codes only. */
  | { name: 'enrolling'; stage: EnrolmentStage }
  /** The kiosk tries its own parts; no results yet while it does. */
  | { name: 'selfTest'; results: readonly SelfTestResult[] | undefined }
  | { name: 'idle' }
  /** The code shown can't be used: said in its own words, then back to idle. */
  | { name: 'refusing'; problem: CodeProblem }
  | {
      name: 'entering';
      requestId: string;
      credentialId: string;
      /** When a live code was made, in Unix seconds; absent for a code that is not live. */
      liveIssuedAt?: number | undefined;
      entry: CodeEntry;
      /** What the last key did, to be said or sounded. */
      echo: Echo | undefined;
      /** What is wrong with the code as confirmed, and what it may have been; gone at the next key. */
      trouble: Trouble | undefined;
      /** The person was warned that the session is about to end. */
      warned: boolean;
    }
  /** The one-time code that went to the person is typed; every try has a request id of its own. */
  | {
      name: 'confirming';
      requestId: string;
      credentialId: string;
      entry: CodeEntry;
      echo: Echo | undefined;
      /** `short`: not six digits yet; `wrong`: the server knows another code. */
      trouble: 'short' | 'wrong' | undefined;
      /** How often it may be typed wrong; absent: the server did not say. */
      triesLeft?: number | undefined;
      warned: boolean;
    }
  /** `asked`: what the server is asked about. */
  | {
      name: 'verifying';
      requestId: string;
      credentialId: string;
      asked: 'codiceFiscale' | 'oneTimeCode';
    }
  | {
      name: 'showing';
      requestId: string;
      verdict: Verdict;
      /** Only after granted, and only if the gate gives receipts. */
      receipt: Receipt | undefined;
      turnstile: 'shut' | 'opened' | 'failed';
      /** The answer is the offline list's: for staff, never for the person. */
      source?: 'list' | undefined;
    };

/** Why the code typed was not accepted. A suggestion is offered, and used only when it is asked for. */
export interface Trouble {
  problem: Problem;
  suggestion: Suggestion | undefined;
}

export interface State {
  phase: Phase;
  parts: Parts;
  language: Language;
  mode: Mode;
  /** What stands over the screen. */
  over: 'nothing' | 'help' | 'privacy';
  /** How the person wants to see the screen; gone with the person. */
  look: Look;
  /** The last key asked for the screen to be said again, from its beginning. */
  again: boolean;
}

/** What a person may change of how a screen looks. */
export interface Look {
  contrast: 'usual' | 'high';
  letters: 'usual' | 'large';
}

/** What happens to a session. Times and random ids are made outside and handed in. */
export type Event =
  | { name: 'scanner'; state: Parts['scanner'] }
  | { name: 'turnstile'; state: Parts['turnstile'] }
  | { name: 'link'; state: Parts['link'] }
  | { name: 'list'; list: ListView }
  | { name: 'keypad'; state: Parts['keypad'] }
  | { name: 'service'; state: Service; notice?: string | undefined }
  | { name: 'enrolment'; state: EnrolmentStage | 'enrolled' }
  /** Another config is in force: what is at rest follows it at once. */
  | { name: 'configured' }
  /** The self-test begins; it waits for nobody, so it is refused while somebody is at the gate. */
  | { name: 'selfTestStarted' }
  | { name: 'selfTestDone'; results: readonly SelfTestResult[] }
  /** A code whose signature was checked. `requestId` is new, and becomes the session's. */
  | {
      name: 'read';
      credentialId: string;
      requestId: string;
      /** See {@link Phase} `entering`. */
      liveIssuedAt?: number | undefined;
    }
  /** A code that can't be used, or one in view that can't be read. */
  | { name: 'unusable'; problem: CodeProblem }
  /** A Code 39 that was read: the Tessera Sanitaria's back. */
  | { name: 'card'; text: string }
  | { name: 'key'; key: Key }
  /** `nextRequestId` is new, for the one-time code if one is asked for. */
  | {
      name: 'verdict';
      requestId: string;
      verdict: Verdict;
      nextRequestId: string;
      receipt?: Receipt | undefined;
      source?: 'list' | undefined;
    }
  | { name: 'turnstileOpened'; requestId: string }
  | { name: 'turnstileFailed'; requestId: string }
  /** The phase's timer ran out. */
  | { name: 'timeout' };

/** What the kiosk does for a session. */
export type Effect =
  /** Starts the phase's one timer; an earlier one is cancelled. */
  | { name: 'startTimer'; ms: number }
  | { name: 'stopTimer' }
  | {
      name: 'verify';
      requestId: string;
      credentialId: string;
      codiceFiscale: string;
      liveIssuedAt?: number | undefined;
    }
  | { name: 'verifyCode'; requestId: string; credentialId: string; code: string }
  | { name: 'print'; receipt: Receipt; companion: boolean; language: Language }
  | { name: 'turnVolume' }
  | { name: 'resetVolume' }
  | { name: 'openTurnstile'; requestId: string; pulseMs: number }
  | { name: 'signal'; signal: Signal }
  | { name: 'expect'; symbologies: readonly Symbology[] };

export interface Step {
  state: State;
  effects: readonly Effect[];
}

/** Times and choices of a session, from the kiosk's config; all in milliseconds. */
export interface SessionConfig {
  language: Language;
  mode: Mode;
  /** Whether what was granted can be taken along: shown as a number, or printed as well. */
  receipt: 'none' | 'shown' | 'printed';
  /** How the code is typed on this gate's keys. */
  entryMethod: EntryMethod;
  /** Without a key for so long, the person is warned that the session ends. */
  entryMs: number;
  /** From the warning to the end; 20 s by EN 301 549 practice (WCAG 2.2.1). */
  warningMs: number;
  /** How long a verdict stays on the screen. */
  verdictMs: number;
  /** How long the results of a self-test stay, when something failed. */
  selfTestMs: number;
  /** How long it is said that a code can't be used. */
  refusalMs: number;
  /** How long an answer is waited for before the gate says that it can't check now. */
  answerMs: number;
  /** How long the turnstile's relay is energised. */
  pulseMs: number;
}
