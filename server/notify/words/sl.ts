import { code, lines, link, say } from '../blocks.ts';
import type { MessageWords } from './words.ts';

export const words: MessageWords = {
  footer:
    'Samodejno sporočilo: prosimo, ne odgovarjajte. Nihče vas po telefonu ne bo prosil za kodo.',
  secondLevelCode: (data) => ({
    subject: 'Vaša potrditvena koda',
    blocks: [
      say('Uslužbenec ali prehod želi prebrati podrobnosti. Če se strinjate, povejte:'),
      code(data.code),
      say('Velja 5 minut in samo enkrat. Če zdaj niste pri prehodu, je ne upoštevajte.'),
    ],
    sms: `Potrditvena koda: ${data.code}. Velja 5 minut. Povejte jo le, če ste zdaj pri prehodu.`,
  }),
  secondLevelDetail: (data) => ({
    subject: 'Zahtevane podrobnosti',
    blocks: [
      say('Podrobnosti, ki jih je uslužbenec zahteval z vašim soglasjem:'),
      lines(data.text),
    ],
    sms: 'Podrobnosti so v vaši e-pošti.',
  }),
  contactCode: (data) => ({
    subject: 'Potrdite svoj stik',
    blocks: [
      say('Za potrditev tega stika vpišite na strani:'),
      code(data.code),
      say('Velja 5 minut. Če je niste zahtevali, sporočila ne upoštevajte.'),
    ],
    sms: `Koda za potrditev stika: ${data.code}. Velja 5 minut. Če je niste zahtevali, je ne upoštevajte.`,
  }),
  pinHalf: (data) => ({
    subject: 'Prvi del vaše kode PIN',
    blocks: [say('To je prvih 8 znakov kode PIN. Drugih 8 pride po pošti:'), code(data.half)],
    sms: `Prvih 8 znakov kode PIN: ${data.half}. Drugih 8 pride po pošti.`,
  }),
  credentialPdf: () => ({
    subject: 'Vaša koda QR',
    blocks: [
      say('V priloženem PDF je koda QR in navodilo, kaj storiti pri prehodu.'),
      say('Natisnite jo ali imejte na telefonu. Kdor jo bere, mora poznati tudi codice fiscale.'),
    ],
    sms: 'Koda QR je v vaši e-pošti.',
  }),
  verbaleDefinitive: (data) => ({
    subject: 'Za vas je nov dokument',
    blocks: [
      say('Vaš dokument je postal dokončen. Vaša koda QR, če jo imate, ga že upošteva.'),
      link('Oglejte si svoj status in kodo QR', data.link),
    ],
    sms: `Vaš dokument je postal dokončen. Oglejte si ga: ${data.link}`,
  }),
  credentialIssued: (data) => ({
    subject: 'Na vaše ime je bila izdana koda QR',
    blocks: [
      say('Na vaše ime je bila izdana koda QR. Če to niste bili vi, jo takoj zaklenite:'),
      link('Odprite svoje kode', data.link),
    ],
    sms: `Na vaše ime je bila izdana koda QR. Niste bili vi? Zaklenite jo: ${data.link}`,
  }),
  credentialRevoked: (data) => ({
    subject: 'Vaša koda QR ne velja več',
    blocks: [
      say('Vaša koda QR je preklicana in ne odpre nobenega prehoda. Lahko zahtevate novo:'),
      link('Odprite svoje kode', data.link),
    ],
    sms: `Vaša koda QR je preklicana. Novo lahko zahtevate: ${data.link}`,
  }),
  codeGuessed: (data) => ({
    subject: 'Nekdo preizkuša vašo kodo QR',
    blocks: [
      say(
        'Nekdo ima vašo kodo QR in na slepo preizkuša davčne številke (codice fiscale). O vas ni izvedel ničesar. Nekaj časa bodo prehodi zahtevali živo kodo na vašem telefonu, vašo kartico ali dokument, ki ga pokažete osebju.',
      ),
      link('Poglejte, kdo vas je preveril, in zaklenite kodo, če to niste bili vi', data.link),
    ],
    sms: `Nekdo preizkuša davčne številke z vašo kodo QR. O vas ne ve ničesar. Če to niste bili vi, jo zaklenite: ${data.link}`,
  }),
  codesLocked: (data) => ({
    subject: 'Preveč napačnih potrditvenih kod',
    blocks: [
      say(
        'Nekdo je desetkrat vpisal napačno potrditveno kodo, da bi bral vaše podatke. Ni videl ničesar in en dan ne more več poskušati.',
      ),
      link('Poglejte, kdo vas je preveril', data.link),
    ],
    sms: `Nekdo je vpisal deset napačnih potrditvenih kod, da bi bral vaše podatke. Za en dan je ustavljen. Kdo: ${data.link}`,
  }),
  cardIssued: (data) => ({
    subject: 'Vaša kartica je pripravljena',
    blocks: [
      say('Kartica, ki ste jo zahtevali, je pripravljena.'),
      link('Odprite kartico', data.link),
    ],
    sms: `Kartica, ki ste jo zahtevali, je pripravljena: ${data.link}`,
  }),
  delegation: (data) => ({
    subject: 'Nekdo lahko deluje v vašem imenu',
    blocks: [
      say('Oseba lahko odslej deluje v vašem imenu. Če se niste tako odločili, to prekličite:'),
      link('Odprite pooblastila', data.link),
    ],
    sms: `Oseba lahko deluje v vašem imenu. Niste tako odločili? Prekličite: ${data.link}`,
  }),
  staffInvitation: (data) => ({
    subject: 'Vaš službeni dostop',
    blocks: [
      say(`S to povezavo, veljavno enkrat in do ${data.validUntil}, izberete geslo:`),
      link('Aktivirajte dostop', data.link),
    ],
    sms: 'Povezava za dostop je v vaši e-pošti.',
  }),
  fleetAlert: (data) => ({
    subject: data.title,
    blocks: [
      lines([data.title, ...data.lines].join('\n')),
      ...(data.link ? [link('Odprite pregled prehodov', data.link)] : []),
    ],
    sms: [data.title, ...data.lines].join('; ').slice(0, 300),
  }),
};
