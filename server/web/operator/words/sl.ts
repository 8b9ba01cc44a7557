import { counted } from '../../../../shared/plural.ts';
import type { DeskWords } from './words.ts';

export const words: DeskWords = {
  title: 'Okence',
  lead: 'Preberite kodo QR osebe, nato vpišite njeno davčno številko.',
  site: 'Lokacija',
  code: 'Koda QR',
  codeHint: 'Uporabite čitalnik ali kamero ali prilepite besedilo kode.',
  codeProblem: 'To ni koda te storitve. Preberite jo znova.',
  codiceFiscale: 'Davčna številka osebe',
  codiceFiscaleHint: 'Vpišite jo ali preberite črtno kodo na hrbtni strani zdravstvene kartice.',
  codiceFiscaleMissing: 'Vpišite davčno številko osebe.',
  siteProblem: 'Izberite lokacijo, na kateri ste.',
  verify: 'Preveri',
  formProblem: 'Nekaj je treba popraviti',
  camera: {
    start: 'Uporabi kamero',
    stop: 'Zapri kamero',
    looking: 'Kodo pridržite pred kamero.',
    read: 'Koda prebrana.',
    denied: 'Kamera ni na voljo ali ni bila dovoljena.',
  },
  result: 'Odgovor prve ravni',
  area: 'Področje',
  recognised: 'Priznano',
  yes: 'Da',
  no: 'Ne',
  time: 'Čas',
  reference: 'Sklic',
  next: 'Naslednja oseba',
  cardValid: 'Kartica je veljavna',
  cardInvalid: 'Kartica ni veljavna',
  notRecognised:
    'Koda in davčna številka skupaj nista prepoznani. Preverite ju ali zahtevajte papirni verbale.',
  notInArchive: 'Elektronsko ni znano nič. To ni zavrnitev: zahtevajte papirni verbale ali sodbo.',
  unavailable: 'Trenutno ni mogoče preveriti. To ni zavrnitev: poskusite čez nekaj trenutkov.',
  throttled: (minutes) =>
    `Preveč poskusov: poskusite čez ${counted('sl', minutes, { one: 'minuto', two: 'minuti', few: 'minute', other: 'minut' })}.`,
  needsLiveCode:
    'S to kodo je bilo skupaj preveč poskusov: danes ni več odgovorov. Osebo prosite, naj na telefonu odpre živo kodo, in preberite to; ali poglejte njeno kartico oziroma odločbo z osebnim dokumentom.',
  second: {
    title: 'Prikaži giudizio',
    lead: 'Samo s soglasjem osebe: na mobilni telefon prejme kodo in vam jo pove.',
    notYours: 'Giudizio lahko vidi samo, kdor ima vlogo uslužbenca na okencu.',
    purpose: 'Namen',
    purposeHint: 'Namen se zabeleži in oseba ga vidi na svojem seznamu.',
    purposeProblem: 'Izberite namen.',
    choose: 'Izberite…',
    byCode: 'Pošlji kodo na mobilni telefon',
    byMail: 'Pošlji giudizio na njeno e-pošto',
    mailed: 'Poslano',
    mailedText: 'Če ima oseba zabeležen e-poštni naslov, prejme giudizio tja. Tukaj ni prikazan.',
    codeTitle: 'Koda osebe',
    codeText: (minutes) =>
      `Koda je bila poslana na mobilni telefon osebe in velja ${counted('sl', minutes, { one: 'minuto', two: 'minuti', few: 'minute', other: 'minut' })}. Vprašajte zanjo in jo vpišite.`,
    code: 'Koda s 6 števkami',
    triesLeft: (tries) => `Preostali poskusi: ${tries}.`,
    show: 'Prikaži giudizio',
    resend: 'Pošlji drugo kodo',
    resendHint: (seconds) =>
      seconds < 1
        ? 'Če koda ni prispela, lahko pošljete drugo. Število poskusov ostane enako.'
        : `Če koda ne prispe, lahko drugo pošljete čez ${seconds} s. Število poskusov ostane enako.`,
    wrongCode: 'Koda ni prava. Preverite jo in poskusite znova.',
    codeSpent: 'Koda ne velja več: potekla je, bila uporabljena ali pa so poskusi porabljeni.',
    codeNotSent:
      'Sporočilo s kodo ni bilo poslano, zato ne velja nobena koda. Poskusite čez nekaj časa ali pošljite podatke na njen e-naslov.',
    codesLocked: (hours) =>
      `Preveč napačnih kod za to osebo. Znova lahko poskusite čez ${hours} h. Oseba je obveščena.`,
    messageThrottled: (minutes) =>
      `Oseba je že prejela veliko kod, zato zdaj ne pošljemo nove. Poskusite čez ${minutes} min ali pošljite podatke na njen e-naslov.`,
    tooSoon: (minutes) =>
      `Kodo ste pravkar poslali in njeni poskusi so porabljeni. Drugo lahko pošljete čez ${minutes} min.`,
    caseOver: 'To preverjanje je poteklo. Začnite znova z branjem kode.',
  },
  detail: {
    title: 'Giudizio',
    once: 'Prikazan je samo enkrat, dve minuti. Ne prepisujte in ne tiskajte.',
    left: (seconds) =>
      `Še ${counted('sl', seconds, { one: 'sekunda', two: 'sekundi', few: 'sekunde', other: 'sekund' })}`,
    gone: 'Giudizio ni več prikazan.',
    close: 'Zapri zdaj',
    giudizio: 'Giudizio',
    law: 'Predpis',
    percentage: 'Odstotek',
    companion: 'Dodatek za spremstvo',
    revision: 'Revizija',
    revisionText: 'pretekli datum ne konča statusa (L. 114/2014 art. 25 c. 6-bis)',
    benefits: 'Davčne ugodnosti',
    none: 'nobena',
  },
  purposes: {
    'contrassegno-parcheggio': 'Parkirna karta',
    'agevolazioni-veicoli': 'Davčne ugodnosti za vozila',
    'agevolazioni-trasporto': 'Ugodnosti v prometu',
    'collocamento-mirato': 'Ciljno zaposlovanje',
    'permessi-lavorativi': 'Dopusti z dela',
    'protesi-ausili': 'Proteze in pripomočki',
    'esenzione-ticket': 'Oprostitev zdravstvenih prispevkov',
    'inclusione-scolastica': 'Vključevanje v šoli',
    'tributi-locali': 'Lokalne dajatve in ugodnosti',
  },
};
