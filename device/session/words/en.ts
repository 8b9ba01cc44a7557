import type { KioskWords } from './words.ts';

export const words: KioskWords = {
  starting: { title: 'One moment', text: 'The gate is getting ready.' },
  outOfService: {
    scanner: { title: 'Out of service', text: 'The reader does not answer. Please ask the staff.' },
    keypad: { title: 'Out of service', text: 'The keypad does not answer. Please ask the staff.' },
    turnstile: { title: 'Out of service', text: 'The gate does not answer. Please ask the staff.' },
    command: { title: 'Out of service', text: 'This gate is closed. Please ask the staff.' },
  },
  updating: { title: 'Updating', text: 'The gate is back in service by itself, soon.' },
  enrolling: {
    waiting: { title: 'Gate to be enrolled', text: 'Show the enrolment code to the reader.' },
    asking: { title: 'Enrolling', text: 'One moment.' },
    refused: { title: 'Code not accepted', text: 'Ask for a new enrolment code.' },
    unreachable: {
      title: 'Server not reached',
      text: 'Check the network and show the code again.',
    },
  },
  selfTest: {
    running: { title: 'Self-test', text: 'The gate is testing its parts. One moment.' },
    failed: { title: 'Self-test not passed', text: 'Please show this screen to the staff.' },
  },
  idle: {
    title: 'Show your QR code',
    text: 'Hold it in front of the reader, on paper or on your phone.',
  },
  refusing: {
    notVarco: {
      title: 'Not the right code',
      text: 'This code is not one for this gate. Show your own QR code.',
    },
    foreignHost: {
      title: 'Code of another service',
      text: 'This gate does not read codes of other sites.',
    },
    unsupportedVersion: {
      title: 'Code needs renewing',
      text: 'It has another format. Please ask the staff.',
    },
    malformed: {
      title: 'Damaged code',
      text: 'The code is incomplete. Download or print it again.',
    },
    unknownKey: {
      title: 'Code cannot be checked',
      text: 'We cannot check it here. Please ask the staff.',
    },
    badSignature: {
      title: 'Code cannot be checked',
      text: 'We cannot check it here. Please ask the staff.',
    },
    expired: { title: 'Code expired', text: 'This code is no longer valid. Please ask the staff.' },
    liveRequired: {
      title: 'Show the code that renews itself',
      text: 'This gate needs the live code: open it on your phone, in your page.',
    },
    liveStale: {
      title: 'Show the code that renews itself',
      text: 'This one is some minutes old: show the code that your phone renews.',
    },
    liveUsed: {
      title: 'Code already used',
      text: 'Wait until your phone shows the next one: half a minute at most.',
    },
    several: { title: 'One code at a time', text: 'I see several codes: show just one.' },
    unreadable: { title: 'I cannot read it', text: 'Bring the code closer and hold it still.' },
  },
  entering: {
    title: 'Type your codice fiscale',
    text: 'Or show the back of your Tessera Sanitaria.',
    progress: (entered, length) => `${entered} of ${length} characters`,
    warning: 'Are you still there? Press any key to go on.',
    how: {
      direct: '',
      keyIndex:
        'For a letter press its key, then its place on the key: for B, two and two. Star deletes, hash confirms.',
      multiTap:
        'For a letter press its key until it is the right one, then hash. Star deletes. At the end hash confirms.',
    },
    suggestion: (changes) => `Perhaps you meant ${changes}. Check it on your card.`,
  },
  echo: {
    next: 'Next.',
    omocodia: 'A letter in place of the digit.',
    provisional: 'Provisional code: eleven digits.',
    full: 'Code of sixteen characters.',
    cleared: 'All deleted.',
    takenBack: (left) => `Deleted. Characters left: ${left}.`,
    refused: {
      letter: 'A letter belongs here.',
      digit: 'A digit belongs here.',
      month: 'The letter of the month belongs here.',
      place: 'The letter of the place of birth belongs here.',
      nothing: 'The code is complete: press confirm.',
    },
  },
  verifying: { title: 'Checking', text: 'One moment.' },
  granted: {
    alone: { title: 'You may enter', text: 'The gate is open.' },
    companion: { title: 'You may both enter', text: 'The gate is open, for your companion too.' },
  },
  notCovered: {
    title: 'Not covered at this gate',
    text: 'Your concession does not apply here. The staff can help you.',
  },
  notRecognised: {
    title: 'Details not recognised',
    text: 'The QR code and the codice fiscale do not match. Try again or ask the staff.',
  },
  notOnList: {
    title: 'Entry not confirmed',
    text: 'The gate does not open with this code now. The staff can help you.',
  },
  notInArchive: {
    title: 'Please see the staff',
    text: 'We cannot confirm this electronically. Show your paper document to the staff.',
  },
  notCoveredByArchive: {
    title: 'Another document?',
    text: 'What is on record is not enough here. If you have one, show it to the staff.',
  },
  unavailable: {
    title: 'We cannot check now',
    text: 'This is not a refusal: the service does not answer. Please ask the staff.',
  },
  listTooOld: {
    title: 'We cannot check now',
    text: 'This is not a refusal: the gate is not up to date. Please ask the staff.',
  },
  confirming: {
    title: 'Type the confirmation code',
    text: 'Six digits, sent to your phone.',
    short: 'The confirmation code has six digits.',
    wrong: 'That is not the right code. Try again.',
    triesLeft: (tries) => `That is not the right code. Tries left: ${tries}.`,
  },
  otpRequired: {
    title: 'Another code is needed',
    text: 'This gate asks for one more code. Please ask the staff.',
  },
  throttled: { title: 'Too many tries', text: 'Wait a little and try again, or ask the staff.' },
  needsLiveCode: {
    title: 'Show the live code',
    text: 'This one was tried too often. Your Card will do too, or ask the staff.',
  },
  turnstileFailed: 'You may enter, but the gate does not open: the staff will let you through.',
  linkDown: 'No connection',
  offlineAnswer: 'Answered without the link',
  listAge: (minutes) => `list ${minutes} min old`,
  listUnusable: 'list too old',
  keys: {
    end: 'End',
    help: 'Help',
    language: 'Language',
    backspace: 'Delete',
    clear: 'Start over',
    confirm: 'Confirm',
    accept: 'Use it',
    letters: 'ABC',
    digits: '123',
    keypad: 'Keypad',
    close: 'Close',
    privacy: 'Privacy',
    contrast: 'Contrast',
    largeText: 'Large text',
    repeat: 'Repeat',
    volume: 'Volume',
  },
  help: {
    title: 'Help',
    text: 'Show your QR code, then type your codice fiscale and press Confirm. We keep nothing: at the end the screen clears by itself. The staff can help you at any time.',
  },
  privacy: {
    title: 'Privacy',
    text: 'We read the QR code and the codice fiscale only to answer at this gate. Nothing stays on this machine. The service records the answer without your name, for twelve months at most. Ask the staff about your rights.',
    controller: (name) => `Data controller: ${name}.`,
  },
  receipt: {
    heading: 'Receipt',
    number: 'Receipt number',
    policy: 'Rule',
    gate: 'Gate',
    time: 'Time',
  },
  modes: {
    transport: {
      idle: { title: 'Show your QR', text: 'On paper or phone.' },
      entering: { title: 'Codice fiscale', text: 'Or the back of your Tessera Sanitaria.' },
      granted: {
        alone: { title: 'Pass', text: 'Gate open.' },
        companion: { title: 'Pass, both of you', text: 'Gate open.' },
      },
    },
    desk: {
      idle: { title: 'Show your QR code', text: 'The attendant beside you can help.' },
      entering: {
        title: 'Type your codice fiscale',
        text: 'Or hand your Tessera Sanitaria to the attendant.',
      },
      granted: {
        alone: { title: 'Confirmed', text: 'The attendant sees the confirmation.' },
        companion: {
          title: 'Confirmed, for two',
          text: 'The attendant sees the confirmation, for your companion too.',
        },
      },
    },
  },
};
