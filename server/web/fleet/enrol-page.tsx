import type { VNode } from 'preact';
import { parseInvitation } from '../../../shared/protocol/enrolment-messages.ts';
import { Frame, LivePart, type View } from './fleet-frame.tsx';
import { QrPicture } from './qr-picture.tsx';

export interface EnrolPageProps {
  view: View;
  gate: { id: string; name: string };
  /** `XXXX-XXXX-XXXX-XXXX`. */
  code: string;
  /** The text of the QR. */
  invitation: string;
  expiresAt: number;
}

/**
 * A gate's one-time code, as a QR for the kiosk's own scanner and as text. It is shown this once: the
 * server keeps only its hash.
 */
export function EnrolPage(props: EnrolPageProps): VNode {
  const { view, gate, code, invitation, expiresAt } = props;
  const { enrol: words } = view.words;
  const server = parseInvitation(invitation)?.server ?? '';
  const path = `/fleet/gates/${encodeURIComponent(gate.id)}`;
  return (
    <Frame view={view} heading={`${words.heading}: ${gate.name}`}>
      <p>{words.how}</p>
      <div class="enrolment">
        <QrPicture text={invitation} label={words.qrAlt} />
        <div>
          <p>{words.code}</p>
          <p class="enrol-code">
            <code data-enrol-code>{code}</code>
          </p>
          <p>
            {words.command}:{' '}
            <code>{`varco kiosk enrol ${code} --server ${server} --config kiosk.json`}</code>
          </p>
          <p>
            <strong>{words.until(view.format.clock(expiresAt))}</strong>
          </p>
          <p>{words.once}</p>
        </div>
      </div>
      <LivePart id="state" on={[`gate:${gate.id}`]} url={path}>
        <p>{words.noKiosk}</p>
      </LivePart>
      <p>
        <a href={path}>{gate.name}</a>
      </p>
    </Frame>
  );
}
