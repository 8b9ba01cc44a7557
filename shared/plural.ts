import { infoOf, type Language } from './language.ts';

/** A text's forms by CLDR plural category; those that a language does without are left out. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rules = new Map<Language, Intl.PluralRules>();

/**
 * The form that goes with a number, by the language's own rule (Unicode CLDR). `one` need not mean
 * exactly 1: in Slovene it is 101 as well, in French 0.
 *
 * @example plural('sl', 3, { one: 'alarm', two: 'alarma', few: 'alarmi', other: 'alarmov' }) // 'alarmi'
 */
export function plural(language: Language, count: number, forms: PluralForms): string {
  let rule = rules.get(language);
  if (!rule) {
    rule = new Intl.PluralRules(infoOf(language).locale);
    rules.set(language, rule);
  }
  return forms[rule.select(count)] ?? forms.other;
}

/**
 * A number with the form that goes with it.
 *
 * @example counted('it', 2, { one: 'allarme', other: 'allarmi' }) // '2 allarmi'
 */
export function counted(language: Language, count: number, forms: PluralForms): string {
  return `${count} ${plural(language, count, forms)}`;
}
