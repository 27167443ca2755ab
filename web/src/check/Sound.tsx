/** Whether the parent hears something. */

import { useSignal } from '@preact/signals';
import { check as words } from '../words/check';
import { Choose } from './Choose';
import { load } from './internet';
import { Row, TRYING, Try, WELL, type PartProps } from './Row';
import { canChooseSpeaker, chime } from './sound';

const say = words.sound;

export function Sound(props: PartProps) {
  const { outcome, set } = props;
  const cannot = useSignal(false);
  const speaker = useSignal<string | undefined>(undefined);
  const play = () => {
    void load().catch(() => undefined);
    cannot.value = false;
    set(TRYING);
    chime(speaker.value).catch(() => {
      cannot.value = true;
      set({ outcome: 'failed', fault: 'no_chime' });
    });
  };
  const failed = cannot.value ? say.cannot : say.failed;
  const says = { untried: say.ask, trying: say.heard, well: say.well, careful: failed, failed, skipped: '' };
  return (
    <Row part="sound" of={props} says={says[outcome]}>
      {outcome === 'trying' && (
        <div class="answers">
          <button
            type="button"
            class="btn small"
            onClick={() => {
              set(WELL);
            }}
          >
            {say.yes}
          </button>
          <button
            type="button"
            class="btn quiet small"
            onClick={() => {
              set({ outcome: 'failed', fault: 'no_chime' });
            }}
          >
            {say.no}
          </button>
          <button type="button" class="link small" onClick={play}>
            {say.again}
          </button>
        </div>
      )}
      <Try of={props} start={say.play} go={play} />
      {canChooseSpeaker() && (outcome === 'trying' || outcome === 'failed') && (
        <Choose
          label={say.choose}
          kind="audiooutput"
          since={outcome}
          chosen={speaker.value}
          choose={(which) => {
            speaker.value = which;
            play();
          }}
        />
      )}
    </Row>
  );
}
