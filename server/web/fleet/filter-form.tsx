import type { VNode } from 'preact';
import { columns } from './kiosk-cells.tsx';
import { type KioskQuery, sortKeys } from './kiosk-query.ts';
import { presenceChoices } from './summary-view.tsx';
import type { FleetWords } from './words/words.ts';

/** What can be chosen in the filter. */
export interface FilterChoices {
  sites: readonly { id: string; name: string }[];
  policies: readonly string[];
  tags: readonly string[];
}

export interface FilterFormProps {
  query: KioskQuery;
  choices: FilterChoices;
  words: FleetWords;
  /** In the browser: each change is applied at once. */
  change?: (query: KioskQuery) => void;
  /** Where there is little room: all but the search is folded away. */
  folded?: boolean;
}

/** The filter: a form that works by itself, and at once where there is a script. */
export function FilterForm({ query, choices, words, change, folded }: FilterFormProps): VNode {
  const { filter } = words;
  const set = (name: keyof KioskQuery, value: string | boolean) =>
    change?.({ ...query, [name]: value } as KioskQuery);
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to all screen readers yet.
    <form class="filter" method="get" action="/fleet" role="search" aria-label={filter.heading}>
      <label class="text">
        <span>{filter.text}</span>
        <input
          type="search"
          name="text"
          class="form-control"
          maxLength={100}
          value={query.text}
          onInput={(event) => set('text', event.currentTarget.value)}
        />
      </label>
      <details class="more" open={!folded}>
        <summary>{filter.more}</summary>
        <div>
          <Choices query={query} choices={choices} words={words} set={set} />
          <label class="descending">
            <input
              type="checkbox"
              name="order"
              value="desc"
              checked={query.descending}
              onChange={(event) => set('descending', event.currentTarget.checked)}
            />
            <span>{filter.descending}</span>
          </label>
        </div>
      </details>
      <p class="acts">
        {!change && (
          <button type="submit" class="btn btn-primary btn-sm">
            {filter.apply}
          </button>
        )}
        <a class="btn btn-outline-primary btn-sm" href="/fleet">
          {filter.clear}
        </a>
      </p>
    </form>
  );
}

interface ChoicesProps extends Pick<FilterFormProps, 'query' | 'choices' | 'words'> {
  set(name: keyof KioskQuery, value: string): void;
}

/** What is chosen from lists: each narrows the table down. */
function Choices({ query, choices, words, set }: ChoicesProps): VNode {
  const { filter } = words;
  const field = (name: 'presence' | 'site' | 'policy' | 'tag' | 'only' | 'sort') => ({
    name,
    value: query[name],
    set: (value: string) => set(name, value),
  });
  const same = (values: readonly string[]) => values.map((value) => [value, value] as const);
  return (
    <>
      <Choice
        {...field('presence')}
        label={filter.presence}
        any={filter.any}
        options={presenceChoices.map((one) => [one, words.presence[one]] as const)}
      />
      <Choice
        {...field('site')}
        label={filter.site}
        any={filter.any}
        options={choices.sites.map(({ id, name }) => [id, name] as const)}
      />
      <Choice {...field('tag')} label={filter.tag} any={filter.any} options={same(choices.tags)} />
      <Choice
        {...field('policy')}
        label={filter.policy}
        any={filter.any}
        options={same(choices.policies)}
      />
      <Choice
        {...field('only')}
        label={filter.only}
        any={filter.any}
        options={[
          ['alerts', filter.onlyAlerts],
          ['faults', filter.onlyFaults],
          ['drift', filter.onlyDrift],
        ]}
      />
      <Choice
        {...field('sort')}
        label={filter.sort}
        options={sortKeys.map((key) => {
          const column = columns.find((one) => one.key === key);
          return [key, column ? words.table[column.word] : key] as const;
        })}
      />
    </>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  label: string;
  /** The word for "no matter which"; absent: one must be chosen. */
  any?: string;
  set: (value: string) => void;
  options: readonly (readonly [string, string])[];
}

function Choice({ name, value, label, any, set, options }: ChoiceProps): VNode {
  return (
    <label>
      <span>{label}</span>
      <select
        name={name}
        class="form-select"
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
      >
        {any !== undefined && <option value="">{any}</option>}
        {options.map(([one, word]) => (
          <option key={one} value={one} selected={one === value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}
