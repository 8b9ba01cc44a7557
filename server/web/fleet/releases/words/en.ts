import { counted } from '../../../../../shared/plural.ts';
import type { ReleaseWords } from './words.ts';

export const words: ReleaseWords = {
  heading: 'Policies',
  lead: 'What gates ask, who decided it, and which source says so.',
  policy: 'Policy',
  authority: 'Authority',
  standing: 'State',
  gates: 'Gates',
  waiting: (count) =>
    counted('en', count, {
      one: 'version waits to be confirmed',
      other: 'versions wait to be confirmed',
    }),
  standings: {
    inForce: ({ version }) => `in force, version ${version}`,
    retired: ({ reason }) => `retired${reason === '' ? '' : `: ${reason}`}`,
    later: ({ from }) => `in force from ${from}`,
    ended: ({ on }) => `ended on ${on}`,
    proposed: () => 'never confirmed',
    unknown: () => 'does not exist',
  },
  gatesCannotCheck: (gates) =>
    counted('en', gates, {
      one: 'gate asks this policy and cannot check now: give it another, or confirm a new version.',
      other:
        'gates ask this policy and cannot check now: give them another, or confirm a new version.',
    }),
  states: {
    proposed: 'waiting',
    released: 'confirmed',
    withdrawn: 'withdrawn',
    retired: 'retired',
  },
  law: 'Law',
  sources: 'Sources',
  checkedOn: (day) => `checked on ${day}`,
  history: 'Versions',
  version: 'Version',
  validity: 'Valid',
  proposedBy: 'Proposed by',
  decidedBy: 'Decided by',
  note: 'Note',
  text: 'Text of the policy',
  trial: {
    heading: 'Trial: who passes',
    against: (version) =>
      version === undefined
        ? 'no version is in force'
        : `compared with version ${version}, in force`,
    judgement: 'Judgement',
    answer: 'By this version',
    before: 'By the one in force',
    changes: (count) => counted('en', count, { one: 'answer changes', other: 'answers change' }),
    noChange: 'No answer changes.',
    others: 'All judgements',
    kinds: {
      adult: 'aged 46',
      minor: 'aged 10',
      elder: 'aged 76',
      withMark: 'with the mark of severe walking limits',
      allNegative: 'negative in every area',
      card: 'Disability Card with the A',
      nothing: 'no report in the archive',
    },
    outcomes: {
      granted: 'passes',
      companion: 'passes, with a companion',
      notCovered: 'does not pass',
      notInArchive: 'asks for the document: nothing in the archive',
      notCoveredByArchive: 'asks for another document',
      other: 'cannot be checked',
    },
  },
  propose: {
    heading: 'Propose a version',
    help: 'The policy as JSON, with its sources. Without a “version” it gets the next number. No gate uses it before another administrator confirms it.',
    body: 'Policy',
    note: 'Why it changes',
    tryIt: 'Try it',
    propose: 'Propose',
  },
  release: {
    heading: (version) => `Version ${version}, waiting to be confirmed`,
    help: 'Look at the trial above: once you confirm, gates ask by it from the next person on.',
    release: 'Confirm',
    own: 'You proposed it: another administrator has to confirm it.',
  },
  withdraw: { heading: 'Withdraw the proposal', reason: 'Reason' },
  retire: {
    heading: 'Retire the policy',
    help: 'From now on no version answers: gates that ask it say that they cannot check now.',
    reason: 'Reason',
  },
  done: {
    proposed: 'Proposed: another administrator confirms it.',
    released: 'Confirmed: gates ask by it from now on.',
    withdrawn: 'The proposal is withdrawn.',
    retired: 'Retired: its gates cannot check.',
  },
};
