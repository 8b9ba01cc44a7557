import type { VNode } from 'preact';
import { Field, Form, Frame, Moment, Scrolls, type View } from './fleet-frame.tsx';
import { TextField } from './text-field.tsx';

export interface TokenView {
  id: string;
  title: string;
  role: string;
  scopes: readonly string[];
  expiresAt: number;
  lastUsedAt?: number | undefined;
  revokedAt?: number | undefined;
}

export interface TokensPageProps {
  view: View;
  tokens: readonly TokenView[];
  scopes: readonly string[];
  roles: readonly string[];
  /** One that was made just now: shown this once. */
  made?: string | undefined;
}

/** `/fleet/tokens`: what programs may ask of `/api/v1`, and until when. */
export function TokensPage({ view, tokens, scopes, roles, made }: TokensPageProps): VNode {
  const { tokens: own } = view.words;
  return (
    <Frame view={view} heading={own.heading}>
      {made && (
        <div class="notice done" role="status">
          <p>{own.once}</p>
          <p>
            <code class="token" data-token>
              {made}
            </code>
          </p>
        </div>
      )}
      {tokens.length === 0 ? (
        <p class="none">{own.none}</p>
      ) : (
        <TokenTable view={view} tokens={tokens} />
      )}
      <section class="panel" aria-labelledby="make-title">
        <h2 id="make-title">{own.make}</h2>
        <MakeToken view={view} scopes={scopes} roles={roles} />
      </section>
    </Frame>
  );
}

function TokenTable({ view, tokens }: Pick<TokensPageProps, 'view' | 'tokens'>): VNode {
  const { words, format } = view;
  const { tokens: own } = words;
  return (
    <Scrolls label={own.heading}>
      <table class="plain">
        <caption class="visually-hidden">{own.heading}</caption>
        <thead>
          <tr>
            <th scope="col">{own.name}</th>
            <th scope="col">{own.role}</th>
            <th scope="col">{own.scopes}</th>
            <th scope="col">{own.expires}</th>
            <th scope="col">{own.lastUsed}</th>
            <th scope="col">{own.revoke}</th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">{token.title}</th>
              <td>{words.roles[token.role] ?? token.role}</td>
              <td>{token.scopes.join(', ')}</td>
              <td class="when">
                <Moment at={token.expiresAt} format={format} />
              </td>
              <td class="when">
                {token.lastUsedAt === undefined ? (
                  own.never
                ) : (
                  <Moment at={token.lastUsedAt} format={format} />
                )}
              </td>
              <td>
                {token.revokedAt === undefined ? (
                  <Form view={view} action={`/fleet/tokens/${token.id}/revoke`}>
                    <button
                      type="submit"
                      class="btn btn-danger btn-sm"
                      aria-label={`${own.revoke}: ${token.title}`}
                    >
                      {own.revoke}
                    </button>
                  </Form>
                ) : (
                  own.revoked
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function MakeToken({ view, scopes, roles }: Pick<TokensPageProps, 'view' | 'scopes' | 'roles'>) {
  const { words } = view;
  const { tokens: own } = words;
  return (
    <Form view={view} action="/fleet/tokens" class="fields" label={own.make}>
      <TextField id="token-title" label={own.name} name="title" required maxLength={60} />
      <Field id="token-role" label={own.role}>
        {(attributes) => (
          <select {...attributes} name="role" class="form-select">
            {roles.map((role) => (
              <option key={role} value={role}>
                {words.roles[role] ?? role}
              </option>
            ))}
          </select>
        )}
      </Field>
      <fieldset>
        <legend>{own.scopes}</legend>
        {scopes.map((scope) => (
          <label key={scope} class="check">
            <input type="checkbox" name="scopes" value={scope} /> <code>{scope}</code>
          </label>
        ))}
      </fieldset>
      <TextField
        id="token-days"
        label={own.days}
        name="days"
        type="number"
        min="1"
        max="365"
        value="90"
      />
      <button type="submit" class="btn btn-primary">
        {own.make}
      </button>
    </Form>
  );
}
