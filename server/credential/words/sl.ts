import type { DocumentWords } from './words.ts';

export const words: DocumentWords = {
  sheet: {
    title: 'Vaša koda QR',
    alt: 'Koda QR za bralnik na prehodu. V njej ni vašega imena niti podatkov o zdravju.',
    issued: (date) => `Izdano ${date}.`,
    holder: (name) => `Imetnik: ${name}.`,
    atGate: 'Pri prehodu',
    steps: [
      'Kodo QR pokažite bralniku, približno 15 cm stran, list naj bo raven.',
      'Vtipkajte codice fiscale ali pokažite hrbtno stran kartice Tessera Sanitaria.',
      'Počakajte na odgovor: na zaslonu, z lučjo in, s slušalkami, z glasom.',
      'Če prehod ne more potrditi, osebju pokažite verbale na papirju.',
    ],
    reading: 'Kdor jo bere s telefonom',
    readingText:
      'odčita kodo QR, vtipka vaš codice fiscale in vidi le, ali status obstaja: nikoli diagnoze, nikoli odstotka.',
    lost: 'Če jo izgubite',
    lostText: (portal) =>
      `Sama ne odpre ničesar: potreben je tudi codice fiscale. Prekličete jo in dobite novo na ${portal}`,
  },
  card: {
    title: 'Evropska invalidska kartica',
    alt: 'Kartica za izrez: fotografija, podatki in koda QR. Vse, kar je na njej, piše tudi spodaj.',
    name: 'Ime in priimek',
    birth: 'Datum rojstva',
    serial: 'Številka kartice',
    expires: 'Velja do',
    companion: 'A: imetnik ima lahko spremstvo.',
    use: 'Koda QR pove le, da status obstaja in da kartica velja. Kdor jo bere, vpiše codice fiscale in vidi »kartica velja« ali »kartica ne velja«.',
  },
};
