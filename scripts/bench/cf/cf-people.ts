import { compose, type Person } from '../../../shared/codice-fiscale/compose.ts';

const surnames = `Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo
Conti De-Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi
Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola De-Santis
D'Angelo Marchetti Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina
Sala De-Angelis Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato Silvestri
Mazza Testa Grassi Pellegrino Carbone Giuliani Benedetti Barone Rossetti Caputo Montanari Guerra Fo
Palmieri Bernardi Martino Fiore De-Rosa Ferretti Bellini Basile Riva Donati Piras Vitali Battaglia Hu
Sartori Neri Costantini Milani Pagano Ruggiero Sorrentino D'Amico Orlando Damico Negri Chen Singh Hoxha
Popescu Kovač Novak Zupan Müller Gruber Mair Hofer Pichler Kaur Ahmed Diallo Fernandez Xu Aiello Abate`;

const names = {
  male: `Francesco Alessandro Andrea Leonardo Mattia Lorenzo Matteo Gabriele Giuseppe Antonio Mario
Luigi Giovanni Roberto Marco Luca Stefano Paolo Giorgio Franco Angelo Carlo Bruno Domenico Vincenzo
Pietro Salvatore Riccardo Davide Simone Emanuele Enrico Massimo Ivan Jan Ali Ugo Gianfranco Piergiorgio`,
  female: `Giulia Sofia Aurora Alice Ginevra Emma Giorgia Beatrice Anna Maria Rosa Angela Giovanna
Teresa Lucia Carmela Caterina Francesca Antonietta Carla Elena Concetta Rita Margherita Franca Paola
Laura Chiara Sara Martina Federica Elisabetta Daniela Valentina Ilaria Nina Eva Ada Mariagrazia`,
};

const words = (text: string) => text.split(/\s+/).map((word) => word.replace('-', ' '));

/** A source of numbers below 1 that is the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Codes of made-up people with common surnames and names, born 1930–2025 anywhere on the list. */
export function generateCodes(count: number, places: readonly string[], seed: number): string[] {
  const random = seeded(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const born = Date.UTC(1930, 0, 1);
  const span = Date.UTC(2025, 11, 31) - born;
  return Array.from({ length: count }, () => {
    const sex: Person['sex'] = random() < 0.5 ? 'female' : 'male';
    return compose({
      surname: pick(words(surnames)),
      name: pick(words(names[sex])),
      birthDate: new Date(born + random() * span).toISOString().slice(0, 10),
      sex,
      place: pick(places),
    }) as string;
  });
}
