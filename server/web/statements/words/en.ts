import type { StatementWords } from './words.ts';

export const words: StatementWords = {
  privacy: {
    title: 'Privacy notice',
    version: (version) => `Version ${version}`,
    sections: [
      {
        title: 'Who handles your data',
        text: [
          'The body that runs this service is the controller. Its data protection officer answers your questions: you find the contacts on the body’s site.',
        ],
      },
      {
        title: 'Which data, and why',
        text: [
          'Codice fiscale, name, birth date and reports: they tell whether your status is recognised. They are health data, handled for reasons of substantial public interest (GDPR, article 9(2)(g); Italian privacy code, article 2-sexies).',
          'Mobile number and e-mail address: to send you the code, and to ask for your permission when an operator needs to know more.',
          'The photo, only if you ask for the Disability Card, and only for the card.',
        ],
      },
      {
        title: 'What those who check you see',
        text: [
          'A gate learns only whether you may pass, and whether one companion may. Who reads the code with a phone learns, for each of five areas, whether the status is there: yes or no. Neither sees the percentage or the diagnosis.',
          'The full assessment is seen once, and only if you give the operator the one-time code that comes to your mobile; or it goes to your own e-mail address.',
          'The QR code holds nothing about you: only a random number.',
        ],
      },
      {
        title: 'For how long',
        text: [
          'The gate keeps nothing about you. Of each check a proof without your name stays for 12 months: you see it under “Who checked me”. Logins to this area are kept, encrypted, for 24 months.',
          'Contacts, codes, card and delegations stay until you erase them. Reports stay for as long as the law asks.',
        ],
      },
      {
        title: 'Your rights',
        text: [
          'In your own area you can see and download your data, correct your contacts, revoke the code and erase what the law lets be erased. You can complain to the Garante per la protezione dei dati personali.',
        ],
      },
      {
        title: 'Cookies',
        text: [
          'We use technical cookies only: one keeps you logged in, one keeps the language you chose. No statistics, nothing from other sites.',
        ],
      },
    ],
  },
  accessibility: {
    title: 'Accessibility statement',
    sections: [
      {
        title: 'Conformance',
        text: [
          'This site is made to conform to EN 301 549 (WCAG 2.1, level AA) and to Italian law 4/2004. We declare it partially conformant, since it has not yet been tried by people who use assistive technologies every day.',
        ],
      },
      {
        title: 'How we tried it',
        text: [
          'Every page is checked automatically with axe-core, in Chromium, at the size of a phone and of a computer; the reading page and the main path of this area are also tried without JavaScript and by keyboard alone. This is a self-assessment.',
        ],
      },
      {
        title: 'What may not work',
        text: [
          'The German, French and Slovene texts have not yet been read by native speakers. The PDFs have real text and structure, but are not certified as PDF/UA.',
        ],
      },
      {
        title: 'If something is not accessible to you',
        text: [
          'Write to the body that runs the service, at the contacts on its site: it must answer within 30 days. If the answer is missing or not enough, you can turn to the Difensore civico per il digitale at AgID.',
        ],
      },
    ],
  },
};
