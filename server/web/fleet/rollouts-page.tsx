import type { VNode } from 'preact';
import { Field, Form, Frame, LivePart, Moment, Scrolls, type View } from './fleet-frame.tsx';
import { TextField } from './text-field.tsx';

/** A roll-out as the pages show it. */
export interface RolloutView {
  id: string;
  version: number;
  state: string;
  /** From 1. */
  stage: number;
  stages: number;
  reason: string;
  by: string;
  startedAt: number;
  endedAt?: number | undefined;
  total: number;
  applied: number;
  failed: number;
  late: number;
  /** What this session may do with it now: `pause`, `resume`, `cancel`, `rollBack`. */
  acts: readonly string[];
}

export interface VersionView {
  version: number;
  at: number;
  by: string;
  note: string;
  body: Readonly<Record<string, unknown>>;
}

export interface RolloutsPageProps {
  view: View;
  rollouts: readonly RolloutView[];
  versions: readonly VersionView[];
  choices: { tags: readonly string[]; sites: readonly { id: string; name: string }[] };
  /** Whether a new version may be made, and whether one may be rolled out. */
  may: { make: boolean; rollOut: boolean };
}

/** `/fleet/rollouts`: the versions of the kiosks' config, and how each comes to the gates. */
export function RolloutsPage(props: RolloutsPageProps): VNode {
  const { view, rollouts } = props;
  const { words } = view;
  return (
    <Frame view={view} heading={words.rollouts.heading}>
      <LivePart id="rollouts" on={['rollouts']}>
        {rollouts.length === 0 ? (
          <p class="none">{words.rollouts.none}</p>
        ) : (
          <ul>
            {rollouts.map((rollout) => (
              <li key={rollout.id} class="panel" data-rollout={rollout.state}>
                <RolloutCard rollout={rollout} view={view} />
              </li>
            ))}
          </ul>
        )}
      </LivePart>
      {props.may.rollOut && (
        <section class="panel" aria-labelledby="make-title">
          <h2 id="make-title">{words.rollouts.make}</h2>
          <MakeRollout {...props} />
        </section>
      )}
      <section class="panel" aria-labelledby="versions-title">
        <h2 id="versions-title">{words.rollouts.versions}</h2>
        <Versions {...props} />
      </section>
    </Frame>
  );
}

function RolloutCard({ rollout, view }: { rollout: RolloutView; view: View }): VNode {
  const { words, format } = view;
  const { id, version, state, stage, stages, total, applied, failed, late } = rollout;
  return (
    <>
      <h2>
        <a href={`/fleet/rollouts/${encodeURIComponent(id)}`}>
          {words.rollouts.version} {version}
        </a>{' '}
        · {words.rollouts.states[state] ?? state}
      </h2>
      <p>
        {words.rollouts.stage(stage, stages)} · {words.rollouts.progress(applied, total)}
        {failed > 0 && <strong class="bad"> · {words.rollouts.failed(failed)}</strong>}
        {late > 0 && ` · ${late} ${words.rollouts.targetStates.late ?? ''}`}
      </p>
      <progress
        max={Math.max(1, total)}
        value={applied}
        aria-label={words.rollouts.progress(applied, total)}
      />
      <p>
        <Moment at={rollout.startedAt} format={format} /> · {rollout.by}
        {rollout.reason && ` · ${rollout.reason}`}
      </p>
      {rollout.acts.length > 0 && (
        <Form view={view} action={`/fleet/rollouts/${encodeURIComponent(id)}`} class="inline">
          <TextField
            id={`reason-${id}`}
            label={words.commands.reason}
            name="reason"
            maxLength={200}
          />
          {rollout.acts.map((act) => (
            <button
              key={act}
              type="submit"
              name="act"
              value={act}
              class="btn btn-outline-primary btn-sm"
            >
              {words.rollouts.acts[act] ?? act}
            </button>
          ))}
        </Form>
      )}
    </>
  );
}

function MakeRollout({ view, versions, choices, may }: RolloutsPageProps): VNode {
  const { rollouts: words } = view.words;
  return (
    <Form view={view} action="/fleet/rollouts" class="fields" label={words.make}>
      {may.make && (
        <Field id="rollout-body" label={words.body} help={words.bodyHelp}>
          {(attributes) => (
            <textarea {...attributes} name="body" class="form-control code" rows={6}>
              {JSON.stringify(versions[0]?.body ?? {}, null, 1)}
            </textarea>
          )}
        </Field>
      )}
      <Field id="rollout-version" label={words.version}>
        {(attributes) => (
          <select {...attributes} name="version" class="form-select">
            {may.make && <option value="new">{words.newVersion}</option>}
            {versions.map(({ version, note }) => (
              <option key={version} value={version}>
                {note ? `${version}: ${note}` : version}
              </option>
            ))}
            <option value="0">{words.ownFile}</option>
          </select>
        )}
      </Field>
      <Field id="rollout-note" label={words.note}>
        {(attributes) => <input {...attributes} name="note" class="form-control" maxLength={200} />}
      </Field>
      <Field id="rollout-tag" label={words.tag}>
        {(attributes) => (
          <select {...attributes} name="tag" class="form-select">
            <option value="">{words.everything}</option>
            {choices.tags.map((tag) => (
              <option key={tag}>{tag}</option>
            ))}
          </select>
        )}
      </Field>
      <Field id="rollout-site" label={words.site}>
        {(attributes) => (
          <select {...attributes} name="site" class="form-select">
            <option value="">{words.everything}</option>
            {choices.sites.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <RolloutPace words={words} />
      <button type="submit" class="btn btn-primary">
        {words.start}
      </button>
    </Form>
  );
}

/** In which stages, after how many failures it stops, and how long each stage waits. */
function RolloutPace({ words }: { words: RolloutsPageProps['view']['words']['rollouts'] }): VNode {
  return (
    <>
      <TextField
        id="rollout-stages"
        label={words.stages}
        help={words.stagesHelp}
        name="stages"
        pattern="[0-9]{1,3}( +[0-9]{1,3})*"
        value="10 50 100"
      />
      <TextField
        id="rollout-failures"
        label={words.failuresMax}
        name="failuresMax"
        type="number"
        min="0"
        max="1000"
        value="0"
      />
      <TextField
        id="rollout-wait"
        label={words.wait}
        name="wait"
        type="number"
        min="0"
        max="10080"
        value="1"
      />
    </>
  );
}

function Versions({ view, versions }: RolloutsPageProps): VNode {
  const { words, format } = view;
  if (versions.length === 0) {
    return <p class="none">{words.rollouts.noVersions}</p>;
  }
  return (
    <Scrolls label={words.rollouts.versions}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{words.rollouts.version}</th>
            <th scope="col">{words.activity.when}</th>
            <th scope="col">{words.activity.who}</th>
            <th scope="col">{words.rollouts.note}</th>
            <th scope="col">{words.rollouts.body}</th>
          </tr>
        </thead>
        <tbody>
          {versions.map(({ version, at, by, note, body }) => (
            <tr key={version}>
              <th scope="row">{version}</th>
              <td class="when">
                <Moment at={at} format={format} />
              </td>
              <td>{by}</td>
              <td>{note}</td>
              <td class="detail">
                <code>{JSON.stringify(body)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

export interface RolloutPageProps {
  view: View;
  rollout: RolloutView;
  targets: readonly {
    gate: { id: string; name: string };
    state: string;
    problem?: string | undefined;
    at: number;
  }[];
}

/** `/fleet/rollouts/ID`: how far one roll-out is, gate by gate. */
export function RolloutPage({ view, rollout, targets }: RolloutPageProps): VNode {
  const { words, format } = view;
  return (
    <Frame view={view} heading={`${words.rollouts.heading}: ${rollout.version}`}>
      <LivePart id="rollout" on={['rollouts']}>
        <div class="panel">
          <RolloutCard rollout={rollout} view={view} />
        </div>
        <Scrolls label={words.rollouts.target}>
          <table class="plain">
            <caption>{words.rollouts.target}</caption>
            <thead>
              <tr>
                <th scope="col">{words.table.name}</th>
                <th scope="col">{words.rollouts.state}</th>
                <th scope="col">{words.activity.when}</th>
                <th scope="col">{words.activity.detail}</th>
              </tr>
            </thead>
            <tbody>
              {targets.map(({ gate, state, problem, at }) => (
                <tr key={gate.id} data-target={state}>
                  <th scope="row">
                    <a href={`/fleet/gates/${encodeURIComponent(gate.id)}`}>{gate.name}</a>
                  </th>
                  <td>{words.rollouts.targetStates[state] ?? state}</td>
                  <td class="when">
                    <Moment at={at} format={format} />
                  </td>
                  <td class="detail">{problem ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      </LivePart>
    </Frame>
  );
}
