/** The catalogues of the server's pages that explain an error, each with one entry per code. */
export type WordsKey = 'fleet.problems' | 'login.problems' | 'portal.card.problems';

/** What stands behind a code. */
export interface ErrorCodeEntry {
  /** The HTTP status of an answer that this error ends, from the API and the pages alike. */
  readonly status: number;
  /** Where a page finds words for the code itself; without one, the page speaks by the status. */
  readonly words?: WordsKey;
}

/** A fault of the program or the machine. An answer says no more than 500. */
const fault = { status: 500 } as const;

/**
 * Every code that an error of ours can have; a closed set. Operators, programs and kiosks match on the
 * codes, so one that was released keeps its name and its meaning.
 */
export const errorCodes = {
  // Who is asking
  unauthorized: { status: 401 },
  loginNeeded: { status: 401 },
  sessionEnded: { status: 401 },
  forbidden: { status: 403, words: 'fleet.problems' },
  assuranceTooLow: { status: 403 },
  confirmationNeeded: { status: 403 },
  csrfInvalid: { status: 403 },
  foreignRequest: { status: 403 },
  routeUnstated: fault,

  // How it is asked
  notFound: { status: 404 },
  requestInvalid: { status: 400 },
  formInvalid: { status: 400, words: 'fleet.problems' },
  requestTimeout: { status: 408 },
  mediaTypeUnsupported: { status: 415 },
  headersTooLarge: { status: 431 },
  busy: { status: 429 },
  overloaded: { status: 503, words: 'login.problems' },

  // Calls between kiosk and server
  formatViolation: { status: 400 },
  payloadInvalid: { status: 400 },
  unknownAction: { status: 404 },
  notAccepted: { status: 409 },
  tooLarge: { status: 413 },
  internal: fault,
  unavailable: { status: 503 },
  closed: { status: 503 },
  timeout: { status: 504 },
  answerInvalid: { status: 400, words: 'login.problems' },
  notJson: fault,

  // Enrolment
  codeRefused: { status: 403 },
  proofRefused: { status: 403 },
  alreadyEnrolled: fault,
  enrolmentFailed: fault,
  codeInvalid: { status: 400 },
  codesInvalid: { status: 400 },
  serverInvalid: { status: 400 },

  // The codes that citizens show
  notVarco: { status: 404 },
  foreignHost: { status: 404 },
  unsupportedVersion: { status: 404 },
  malformed: { status: 404 },
  unknownKey: { status: 404 },
  badSignature: { status: 404 },
  expired: { status: 410 },
  liveStale: { status: 410 },

  // Persons, their credentials and cards
  personUnknown: { status: 404 },
  statusMissing: { status: 409 },
  mobileMissing: { status: 409 },
  emailMissing: { status: 409 },
  contactMissing: { status: 409 },
  contactInvalid: { status: 400 },
  privacyNotAccepted: { status: 409 },
  privacyVersionInvalid: { status: 400 },
  credentialUnknown: { status: 404 },
  alreadyIssued: { status: 409 },
  cardUnknown: { status: 404 },
  cardNotDue: { status: 409 },
  cardRequested: { status: 409 },
  cardNotReissued: { status: 409 },
  cardIncomplete: { status: 400 },
  photoMissing: { status: 422, words: 'portal.card.problems' },
  photoTooLarge: { status: 422, words: 'portal.card.problems' },
  photoKind: { status: 422, words: 'portal.card.problems' },
  photoUnreadable: { status: 422, words: 'portal.card.problems' },
  photoSmall: { status: 422, words: 'portal.card.problems' },
  delegateIsSelf: { status: 422 },
  delegateExists: { status: 422 },
  delegatesTooMany: { status: 422 },
  endsWrong: { status: 422 },
  importUnreadable: { status: 400 },
  importFailed: fault,
  clockSuspect: { status: 503 },

  // Logins
  accountUnknown: { status: 404 },
  accountOwn: { status: 409 },
  accountIsLast: { status: 409 },
  identityInvalid: { status: 422 },
  passkeyRefused: { status: 403 },
  passkeysTooMany: { status: 403 },
  invitationSpent: { status: 410, words: 'login.problems' },
  throttled: { status: 429, words: 'login.problems' },
  stateInvalid: { status: 400, words: 'login.problems' },
  cancelled: { status: 403, words: 'login.problems' },
  levelTooLow: { status: 403, words: 'login.problems' },
  identityMissing: { status: 403, words: 'login.problems' },
  providerRefused: { status: 403, words: 'login.problems' },
  providerDown: { status: 503, words: 'login.problems' },
  cardMissing: { status: 403, words: 'login.problems' },
  cardUntrusted: { status: 403, words: 'login.problems' },
  cardExpired: { status: 403, words: 'login.problems' },
  cardRevoked: { status: 403, words: 'login.problems' },
  cardUnsuited: { status: 403, words: 'login.problems' },
  revocationUnknown: { status: 503, words: 'login.problems' },
  cardFilesUnusable: fault,
  noAuthority: fault,
  oidcClientUnproven: fault,

  // The fleet: places
  siteUnknown: { status: 404, words: 'fleet.problems' },
  siteExists: { status: 409, words: 'fleet.problems' },
  siteInvalid: { status: 400, words: 'fleet.problems' },
  clientAuthorityMissing: { status: 409, words: 'fleet.problems' },
  gateUnknown: { status: 404, words: 'fleet.problems' },
  gateExists: { status: 409, words: 'fleet.problems' },
  gateTaken: { status: 409, words: 'fleet.problems' },
  gateInvalid: { status: 400, words: 'fleet.problems' },
  gatesUnreadable: { status: 400, words: 'fleet.problems' },
  kioskUnknown: { status: 404, words: 'fleet.problems' },
  kioskInvalid: { status: 400 },
  policyUnknown: { status: 422, words: 'fleet.problems' },

  // Policies
  policyExists: { status: 409, words: 'fleet.problems' },
  policyInvalid: { status: 400, words: 'fleet.problems' },
  policyNotProposed: { status: 409, words: 'fleet.problems' },
  policyOwnProposal: { status: 403, words: 'fleet.problems' },
  policyStale: { status: 409, words: 'fleet.problems' },
  policyTooMany: { status: 409, words: 'fleet.problems' },
  ruleTermUnknown: { status: 400, words: 'fleet.problems' },
  ruleAreaUnknown: { status: 400, words: 'fleet.problems' },
  ruleClassUnknown: { status: 400, words: 'fleet.problems' },
  ruleBenefitUnknown: { status: 400, words: 'fleet.problems' },
  ruleRightUnknown: { status: 400, words: 'fleet.problems' },
  ruleRefUnknown: { status: 400, words: 'fleet.problems' },
  ruleRefCircle: { status: 400, words: 'fleet.problems' },
  ruleAgeEmpty: { status: 400, words: 'fleet.problems' },
  ruleTooLarge: { status: 400, words: 'fleet.problems' },

  // The fleet: configs, commands, alerts, access
  configUnknown: { status: 404, words: 'fleet.problems' },
  configInvalid: { status: 400, words: 'fleet.problems' },
  rolloutUnknown: { status: 404, words: 'fleet.problems' },
  rolloutOver: { status: 409, words: 'fleet.problems' },
  rolloutInvalid: { status: 400, words: 'fleet.problems' },
  tooManyRollouts: { status: 409 },
  commandUnknown: { status: 404, words: 'fleet.problems' },
  commandInvalid: { status: 400, words: 'fleet.problems' },
  countMismatch: { status: 409, words: 'fleet.problems' },
  nobodyMeant: { status: 422, words: 'fleet.problems' },
  notInBulk: { status: 422, words: 'fleet.problems' },
  reasonMissing: { status: 400, words: 'fleet.problems' },
  reasonInvalid: { status: 400, words: 'fleet.problems' },
  alertUnknown: { status: 404, words: 'fleet.problems' },
  alertOver: { status: 409, words: 'fleet.problems' },
  silenceTooLong: { status: 400 },
  tokenUnknown: { status: 404, words: 'fleet.problems' },
  tokenInvalid: { status: 400, words: 'fleet.problems' },
  tooManyTokens: { status: 409, words: 'fleet.problems' },
  viewInvalid: { status: 400 },
  tooManyViews: { status: 409, words: 'fleet.problems' },
  tooManyStreams: { status: 503 },
  webhookSecretUnusable: fault,

  // Messages to people
  messageUnknown: { status: 404, words: 'fleet.problems' },
  messageInvalid: fault,
  messageHoldsPerson: fault,
  messageTooLarge: fault,
  messageThrottled: { status: 429 },
  messageUnavailable: { status: 503 },
  messagesUnavailable: { status: 503 },
  secretMissing: fault,
  secretUnreadable: fault,

  // The server's data and keys
  again: { status: 503 },
  storeUnavailable: { status: 503 },
  storeCorrupt: fault,
  storeNewer: fault,
  storeUnknown: fault,
  storeUnsupported: fault,
  backupFailed: fault,
  boxUnreadable: fault,
  keyringMissing: fault,
  keyringExposed: fault,
  keyringInvalid: fault,
  keyringMismatch: fault,
  keyringExists: fault,
  keyringUnwritable: fault,
  keyringFull: fault,
  keyUnknown: fault,
  keyActive: fault,
  keyInUse: fault,

  // The server's start
  addressUnusable: fault,
  portInUse: fault,
  portUnusable: fault,
  proxyUnnamed: fault,
  tlsUnusable: fault,
  pdndKeyUnusable: fault,
  assetUnknown: fault,
  webAssetsMissing: fault,
  configUnreadable: fault,
  fileUnreadable: fault,

  // Offline lists
  entriesRepeat: fault,
  buildFailed: fault,
  offlineListsOff: fault,
  listCorrupt: fault,
  listUnsupported: fault,
  listUnknownKey: fault,
  listBadSignature: fault,
  listForOther: fault,
  listRollback: fault,
  listDiverged: fault,
  listNotStored: fault,

  // A kiosk and what it keeps
  certificateUnreadable: fault,
  keyUnreadable: fault,
  identityUnreadable: fault,
  factTooLong: fault,
  factsKeyMissing: fault,
  outboxFull: fault,
  outboxUnavailable: fault,
  unsupported: fault,
  notAllowed: fault,
  failed: fault,

  // Its hardware
  deviceMissing: fault,
  deviceBusy: fault,
  deviceAmbiguous: fault,
  permissionDenied: fault,
  writeFailed: fault,
  writeTimeout: fault,
  serialportMissing: fault,
  imageTooLarge: fault,
  imageUnreadable: fault,
  imageUnsupported: fault,
  decoderStopped: fault,
  decoderFailed: fault,
  decoderTimeout: fault,
  decoderUnavailable: fault,
  gpioUnavailable: fault,
  gpioControllerUnknown: fault,
  gpioPinInvalid: fault,
  guardMissing: fault,
  pulseInvalid: fault,
  relayFailed: fault,
  relayReadsOff: fault,
  turnstileLost: fault,
  turnstileStopped: fault,
  printerBusy: fault,
  printerFault: fault,
  printerLost: fault,
  printerTimeout: fault,
  paperOut: fault,
  coverOpen: fault,

  // Commands typed at a terminal
  usage: fault,
  sizeMissing: fault,
  identitiesInvalid: fault,
  identitiesMissing: fault,
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** The codes whose words stand in one catalogue: its type, so that no language lacks one. */
export type CodeWithWords<Key extends WordsKey> = {
  [Code in ErrorCode]: (typeof errorCodes)[Code] extends { words: Key } ? Code : never;
}[ErrorCode];

/** Whether a text, such as a code that came from another thread or machine, is one of ours. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
