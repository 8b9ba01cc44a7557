import { compose, type Person } from '../../../shared/codice-fiscale/compose.ts';
import { pickOne, seededRandom } from '../../sample/seeded-random.ts';

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

/** Codes of made-up people with common surnames and names, born 1930–2025 in any of the places. */
export function generateCodes(count: number, places: readonly string[], seed: number): string[] {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]) => pickOne(items, random);
  const born = Date.UTC(1930, 0, 1);
  const span = Date.UTC(2025, 11, 31) - born;
  return Array.from({ length: count }, () => {
    const sex: Person['sex'] = random() < 0.5 ? 'female' : 'male';
    const code = compose({
      surname: pick(words(surnames)),
      name: pick(words(names[sex])),
      birthDate: new Date(born + random() * span).toISOString().slice(0, 10),
      sex,
      place: pick(places),
    });
    if (code === undefined) {
      throw new RangeError('A place on the list is not a Belfiore code');
    }
    return code;
  });
}
