/** A title and what stands under it. */
interface Passage {
  title: string;
  text: string;
}

/** What the citizen portal says, in one language. */
export interface PortalWords {
  navigation: {
    home: string;
    status: string;
    checks: string;
    card: string;
    contacts: string;
    delegates: string;
    data: string;
  };
  proceed: string;
  confirm: string;
  cancel: string;
  back: string;
  backHome: string;
  step(number: number, of: number): string;
  account(name: string): string;
  accountFor(name: string, other: string): string;
  acting: {
    title(name: string): string;
    text: string;
    stop: string;
    notForDelegates: Passage;
  };
  sessionChanged: Passage;
  home: {
    title: string;
    none: string;
    newRequest: string;
    live: Passage;
    locked: { title: string; text(day: string): string };
    show: string;
    print: string;
    detail: string;
    consult: string;
    consultText: string;
    notInArchiveNote: string;
  };
  notInArchive: {
    title: string;
    lead: string;
    ways: string;
    paper: Passage;
    court: Passage;
    wait: Passage;
    begin: Passage;
    delegate: string;
  };
  request: {
    title: string;
    about: string[];
    data: string;
    dataText: string;
    name: string;
    codiceFiscale: string;
    mobile: string;
    email: string;
    change: string;
    privacy: string;
    privacyText: string;
    version(version: string): string;
    refused: {
      title: string;
      statusMissing: string;
      cardNotDue: string;
      other: string;
    };
  };
  requests: {
    title: string;
    intro: string;
    none: string;
    number: string;
    kind: string;
    kinds: {
      status: string;
      card: string;
    };
    issued: string;
    state: string;
    states: {
      live: string;
      locked: string;
      revoked: string;
      replaced: string;
      expired: string;
    };
  };
  detail: {
    title: string;
    made: Passage;
    number: string;
    serial: string;
    expires: string;
    companion: string;
    companionYes: string;
    companionNo: string;
    ended: string;
    print: string;
    download: string;
    mail: string;
    mailTo(address: string): string;
    mailed: string;
    mailThrottled: string;
    mailUnavailable: string;
    live: string;
    renew: string;
    renewText: string;
    revoke: string;
    revokeText: string;
    unlock: string;
    unlockText: string;
    sure: {
      renew: string;
      revoke: string;
      unlock: string;
    };
    done: {
      renew: string;
      revoke: string;
      unlock: string;
    };
    history: string;
    events: Record<string, string>;
    by: {
      citizen: string;
      delegate: string;
      other: string;
    };
  };
  live: {
    title: string;
    text: string;
    alt: string;
    remaining(seconds: number): string;
    renewed: string;
    lost: string;
    reload: string;
    withoutScript: string;
    none: string;
  };
  status: {
    title: string;
    intro: string;
    recognised: string;
    notRecognised: string;
    silent: string;
    giudizio: string;
    percentage: string;
    since: string;
    revision: string;
    revisionNote: string;
    companion: string;
    yes: string;
    benefits: string;
    law: string;
    entitled: string;
    entitledAny: string;
    amount(amount: string, months: number, year: number): string;
    amountOnce(amount: string, year: number): string;
    income(amount: string, year: number): string;
    noIncome: string;
    conditions: string;
    edition(day: string, version: number): string;
  };
  card: {
    title: string;
    intro: string;
    notDue: string;
    have: string;
    photo: string;
    ask: string;
    photoLabel: string;
    photoHint: string;
    photoUse: string;
    send: string;
    pdf: string;
    made: string;
    revoke: string;
    revokeText: string;
    /** The status that the card attests is gone. */
    ended(serial: string): string;
    revoked: string;
    waiting: { title: string; text(moment: string): string };
    withdraw: string;
    refused(reason: string): string;
    privacy: string;
    problems: {
      photoMissing: string;
      photoTooLarge: string;
      photoKind: string;
      photoUnreadable: string;
      photoSmall: string;
    };
  };
  checks: {
    title: string;
    intro: string;
    none: string;
    when: string;
    where: string;
    asked: string;
    answered: string;
    reference: string;
    notMe: string;
    notMeOf(moment: string): string;
    /** Several refused attempts of one place; times of day, the same where all were in one minute. */
    attempts(count: number, from: string, to: string): string;
    newest: string;
    older: string;
    places: {
      kiosk(gate: string, site: string): string;
      operator(site: string): string;
      reader: string;
      other: string;
    };
    questions: {
      firstLevel: string;
      secondLevel: string;
      codeSent: string;
      mailed: string;
    };
    answers: {
      granted: string;
      grantedWithCompanion: string;
      notCovered: string;
      notRecognised: string;
      notInArchive: string;
      notCoveredByArchive: string;
      unavailable: string;
      throttled: string;
      locked: string;
      codeNotSent: string;
      otpRequired: string;
      cardValid: string;
      cardNotValid: string;
      yes(names: string): string;
      none: string;
      sent: string;
      shown: string;
      refused: string;
      other: string;
    };
    /** The code was tried too often lately. */
    guessed: { title: string; text: string; live: string };
    lock: {
      title: string;
      text: string;
      button: string;
      done: string;
      nothing: string;
    };
  };
  contacts: {
    title: string;
    intro: string;
    needed: string;
    mobile: string;
    mobileHint: string;
    email: string;
    emailHint: string;
    onFile(value: string): string;
    nothing: string;
    send: string;
    sentTo(value: string): string;
    code: string;
    codeHint: string;
    triesLeft(tries: number): string;
    check: string;
    done: {
      sms: string;
      email: string;
    };
    problems: {
      smsInvalid: string;
      emailInvalid: string;
      wrong: string;
      spent: string;
      locked: string;
      throttled: string;
      unavailable: string;
    };
    goOn: string;
    consents: string;
    privacyAccepted(version: string): string;
    privacyNone: string;
    fix: string;
  };
  delegates: {
    title: string;
    intro: string;
    granted: string;
    none: string;
    name: string;
    codiceFiscale: string;
    endsOn: string;
    endsHint: string;
    add: string;
    until(day: string): string;
    endedOn(day: string): string;
    endOf(name: string): string;
    added: string;
    removed: string;
    former: string;
    received: string;
    act(name: string): string;
    giveUp(name: string): string;
    over: string;
    problems: {
      title: string;
      name: string;
      endsOn: string;
      self: string;
      exists: string;
      many: string;
    };
  };
  data: {
    title: string;
    intro: string;
    download: string;
    downloadText: string;
    identity: string;
    birthDate: string;
    verbali: string;
    verbale(area: string, day: string): string;
    draft(area: string): string;
    codes: string;
    checks(count: number): string;
    seeChecks: string;
    erase: string;
    eraseText: string;
    eraseSure: string;
    eraseWarning: string;
    eraseConfirm: string;
    erased: {
      title: string;
      archive: string;
      nothing: string;
    };
  };
}
