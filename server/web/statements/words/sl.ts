import type { StatementWords } from './words.ts';

export const words: StatementWords = {
  privacy: {
    title: 'Varstvo osebnih podatkov',
    version: (version) => `Različica ${version}`,
    sections: [
      {
        title: 'Kdo obdeluje vaše podatke',
        text: [
          'Upravljavec je ustanova, ki vodi to storitev. Na vprašanja odgovarja njena pooblaščena oseba za varstvo podatkov: stike najdete na strani ustanove.',
        ],
      },
      {
        title: 'Kateri podatki in zakaj',
        text: [
          'Davčna številka, ime, datum rojstva in zapisniki: povedo, ali je vaš status priznan. To so podatki o zdravju; obdelujejo se zaradi pomembnega javnega interesa (GDPR, člen 9(2)(g); italijanski zakonik o zasebnosti, člen 2-sexies).',
          'Mobilna številka in e-poštni naslov: da vam pošljemo kodo in vas prosimo za dovoljenje, kadar mora operater vedeti več.',
          'Fotografija le, če zaprosite za kartico invalidnosti, in le za kartico.',
        ],
      },
      {
        title: 'Kaj vidi, kdor vas preverja',
        text: [
          'Prehod izve le, ali smete mimo in ali sme tudi spremljevalec. Kdor kodo prebere s telefonom, za vsako od petih področij izve, ali status obstaja: da ali ne. Odstotka in diagnoze ne vidi nihče od njiju.',
          'Celotna ocena se pokaže enkrat, in le če operaterju poveste enkratno kodo, ki pride na vaš mobilnik; ali pa pride na vaš e-poštni naslov.',
          'Koda QR ne vsebuje ničesar o vas: le naključno število.',
        ],
      },
      {
        title: 'Kako dolgo',
        text: [
          'Prehod o vas ne hrani ničesar. O vsakem preverjanju ostane 12 mesecev dokazilo brez vašega imena: vidite ga v razdelku »Kdo me je preveril«. Prijave v to območje se šifrirane hranijo 24 mesecev.',
          'Stiki, kode, kartica in pooblastila ostanejo, dokler jih ne izbrišete. Zapisniki ostanejo, dokler zahteva zakon.',
        ],
      },
      {
        title: 'Vaše pravice',
        text: [
          'V svojem območju lahko vidite in prenesete svoje podatke, popravite stike, prekličete kodo in izbrišete, kar zakon dovoli izbrisati. Pritožite se lahko pri ustanovi Garante per la protezione dei dati personali.',
        ],
      },
      {
        title: 'Piškotki',
        text: [
          'Uporabljamo le tehnične piškotke: enega za prijavo, enega za izbrani jezik. Brez statistike in brez vsebin drugih strani.',
        ],
      },
    ],
  },
  accessibility: {
    title: 'Izjava o dostopnosti',
    sections: [
      {
        title: 'Stopnja skladnosti',
        text: [
          'Ta stran je narejena v skladu s standardom EN 301 549 (WCAG 2.1, raven AA) in italijanskim zakonom 4/2004. Izjavljamo, da je delno skladna, saj je še niso preizkusili ljudje, ki vsak dan uporabljajo podporne tehnologije.',
        ],
      },
      {
        title: 'Kako smo jo preizkusili',
        text: [
          'Vsaka stran se samodejno preverja z axe-core v Chromiumu, v velikosti telefona in računalnika; stran za branje in glavna pot tega območja tudi brez JavaScripta in samo s tipkovnico. To je samoocena.',
        ],
      },
      {
        title: 'Kaj morda ne deluje',
        text: [
          'Nemških, francoskih in slovenskih besedil še niso prebrali domači govorci. PDF-ji imajo pravo besedilo in zgradbo, niso pa potrjeni kot PDF/UA.',
        ],
      },
      {
        title: 'Če vam kaj ni dostopno',
        text: [
          'Pišite ustanovi, ki vodi storitev, na stike z njene strani: odgovoriti mora v 30 dneh. Če odgovora ni ali ne zadošča, se lahko obrnete na urad Difensore civico per il digitale pri AgID.',
        ],
      },
    ],
  },
};
