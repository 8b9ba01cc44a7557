import { code, lines, link, say } from '../blocks.ts';
import type { MessageWords } from './words.ts';

export const words: MessageWords = {
  footer:
    'Message automatique : merci de ne pas répondre. Personne ne vous demandera un code par téléphone.',
  secondLevelCode: (data) => ({
    subject: 'Votre code de confirmation',
    blocks: [
      say('Un opérateur ou un portillon demande à lire le détail. Si vous êtes d’accord, donnez :'),
      code(data.code),
      say(
        'Valable 5 minutes, une seule fois. Si vous n’êtes pas au portillon maintenant, ignorez-le.',
      ),
    ],
    sms: `Code de confirmation : ${data.code}. Valable 5 minutes. Donnez-le seulement si vous êtes au portillon maintenant.`,
  }),
  secondLevelDetail: (data) => ({
    subject: 'Le détail demandé',
    blocks: [say('Le détail qu’un opérateur a demandé avec votre accord :'), lines(data.text)],
    sms: 'Le détail est dans votre e-mail.',
  }),
  contactCode: (data) => ({
    subject: 'Confirmez votre contact',
    blocks: [
      say('Pour confirmer ce contact, tapez dans la page :'),
      code(data.code),
      say('Valable 5 minutes. Si vous ne l’avez pas demandé, ignorez ce message.'),
    ],
    sms: `Code pour confirmer votre contact : ${data.code}. Valable 5 minutes. Pas demandé ? Ignorez-le.`,
  }),
  pinHalf: (data) => ({
    subject: 'La première partie de votre PIN',
    blocks: [
      say('Voici les 8 premiers caractères du PIN. Les 8 autres arrivent par la poste :'),
      code(data.half),
    ],
    sms: `8 premiers caractères du PIN : ${data.half}. Les 8 autres arrivent par la poste.`,
  }),
  credentialPdf: () => ({
    subject: 'Votre code QR',
    blocks: [
      say('Le PDF joint contient le code QR et ce qu’il faut faire à un portillon.'),
      say(
        'Imprimez-le ou gardez-le sur le téléphone. Qui le lit doit connaître aussi le codice fiscale.',
      ),
    ],
    sms: 'Le code QR est dans votre e-mail.',
  }),
  verbaleDefinitive: (data) => ({
    subject: 'Il y a un nouveau document pour vous',
    blocks: [
      say(
        'Un de vos documents est devenu définitif. Votre code QR, si vous en avez un, le suit déjà.',
      ),
      link('Voir votre situation et votre code QR', data.link),
    ],
    sms: `Un de vos documents est devenu définitif. À voir : ${data.link}`,
  }),
  credentialIssued: (data) => ({
    subject: 'Un code QR a été créé à votre nom',
    blocks: [
      say('Un code QR a été créé à votre nom. Si ce n’était pas vous, bloquez-le tout de suite :'),
      link('Ouvrir vos codes', data.link),
    ],
    sms: `Un code QR a été créé à votre nom. Pas vous ? Bloquez-le : ${data.link}`,
  }),
  credentialRevoked: (data) => ({
    subject: 'Votre code QR n’est plus valable',
    blocks: [
      say(
        'Votre code QR a été révoqué et n’ouvre plus aucun portillon. Vous pouvez en demander un autre :',
      ),
      link('Ouvrir vos codes', data.link),
    ],
    sms: `Votre code QR a été révoqué. Pour en demander un autre : ${data.link}`,
  }),
  codeGuessed: (data) => ({
    subject: 'Quelqu’un essaie votre QR code',
    blocks: [
      say(
        'Quelqu’un a votre QR code et essaie des codici fiscali au hasard. Il n’a rien appris sur vous. Pendant un moment, les bornes demandent le code en direct de votre téléphone, votre Carte, ou une pièce à montrer au personnel.',
      ),
      link('Voir qui vous a contrôlé, et bloquer le code si ce n’était pas vous', data.link),
    ],
    sms: `Quelqu'un essaie des codici fiscali avec votre QR code. Il ne sait rien de vous. Si ce n'était pas vous, bloquez-le : ${data.link}`,
  }),
  codesLocked: (data) => ({
    subject: 'Trop de codes de confirmation erronés',
    blocks: [
      say(
        'Quelqu’un a saisi dix codes de confirmation erronés pour lire vos données. Il n’a rien vu, et ne peut plus essayer pendant un jour.',
      ),
      link('Voir qui vous a contrôlé', data.link),
    ],
    sms: `Quelqu'un a saisi dix codes de confirmation erronés pour lire vos données. Il est bloqué un jour. Voir qui : ${data.link}`,
  }),
  cardIssued: (data) => ({
    subject: 'Votre carte est prête',
    blocks: [say('La carte demandée est prête.'), link('Ouvrir la carte', data.link)],
    sms: `La carte demandée est prête : ${data.link}`,
  }),
  delegation: (data) => ({
    subject: 'Quelqu’un peut agir pour vous',
    blocks: [
      say('Une personne peut désormais agir pour vous. Si vous ne l’avez pas décidé, retirez-le :'),
      link('Ouvrir vos délégués', data.link),
    ],
    sms: `Une personne peut agir pour vous. Pas décidé par vous ? Retirez-le : ${data.link}`,
  }),
  staffInvitation: (data) => ({
    subject: 'Votre accès d’opérateur',
    blocks: [
      say(
        `Avec ce lien, valable une fois et jusqu’au ${data.validUntil}, choisissez votre mot de passe :`,
      ),
      link('Activer l’accès', data.link),
    ],
    sms: 'Le lien d’accès est dans votre e-mail.',
  }),
  fleetAlert: (data) => ({
    subject: data.title,
    blocks: [
      lines([data.title, ...data.lines].join('\n')),
      ...(data.link ? [link('Ouvrir le parc', data.link)] : []),
    ],
    sms: [data.title, ...data.lines].join('; ').slice(0, 300),
  }),
};
