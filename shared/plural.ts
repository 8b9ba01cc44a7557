import { infoOf, type Language } from './language.ts';

/** A word's forms by CLDR plural category; those that a language does without are left out. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rules = new Map<Language, Intl.PluralRules>();

/**
 * The form of a word that goes with a number, by the language's own rule (Unicode CLDR).
 *
 * @example
 * `${count} ${plural('sl', count, { one: 'alarm', two: 'alarma', few: 'alarmi', other: 'alarmov' })}`
 */
export function plural(language: Language, count: number, forms: PluralForms): string {
  let rule = rules.get(language);
  if (!rule) {
    rule = new Intl.PluralRules(infoOf(language).locale);
    rules.set(language, rule);
  }
  return forms[rule.select(count)] ?? forms.other;
}
