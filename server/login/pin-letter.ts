import { AccessiblePdf } from '../credential/pdf-document.ts';

/**
 * The letter with the second half of a PIN; it contains neither the codice fiscale nor the first half.
 *
 * @param letter.address where the PIN is used, such as `https://varco.example.it/login/pin`.
 */
export function pinLetter(letter: {
  name: string;
  secondHalf: string;
  address: string;
  now: number;
}): Promise<Buffer> {
  const { name, secondHalf, address, now } = letter;
  const pdf = new AccessiblePdf({ title: 'Seconda parte del PIN', language: 'it', now });
  const page = pdf.section('it');
  page.heading(1, 'Seconda parte del PIN');
  page.paragraph(`Gentile ${name},`);
  page.paragraph('questi sono gli ultimi 8 caratteri del suo PIN:');
  page.large(secondHalf.replace(/(.{4})(?=.)/, '$1 '));
  page.paragraph('I primi 8 caratteri le sono già stati inviati per e-mail o SMS.');
  page.paragraph(
    `Al primo accesso, su ${address}, scriva tutti i 16 caratteri, uno di seguito all’altro: ` +
      'riceverà un PIN di 8 caratteri che ne prende il posto. Il PIN iniziale vale 60 giorni.',
  );
  page.paragraph('Non comunichi il PIN a nessuno. Nessun operatore glielo chiederà mai.');
  page.end();
  return pdf.finish();
}
