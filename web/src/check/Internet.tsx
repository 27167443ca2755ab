/** Whether the internet carries sound and picture. It begins by itself when its turn comes: nobody is asked anything. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { check as words } from '../words/check';
import { noteInternet } from './details';
import { tryInternet, type Report } from './internet';
import { Row, TRYING, Try, type PartProps } from './Row';

const say = words.internet;

function said({ outcome, fault }: Report): string {
  const faults: Partial<Record<string, string>> = say.faults;
  return (fault === null ? undefined : faults[fault]) ?? (outcome === 'well' ? say.well : say.careful);
}

export function Internet(props: PartProps) {
  const { outcome, current, set } = props;
  const says = useSignal(say.ask);
  const done = useSignal(0);
  const go = async () => {
    set(TRYING);
    const report = await tryInternet((step, share) => {
      says.value = say.steps[step];
      done.value = share;
    });
    noteInternet(report);
    says.value = said(report);
    set({ outcome: report.outcome, fault: report.fault });
  };
  useEffect(() => {
    if (current && outcome === 'untried') void go();
  }, [current]);
  return (
    <Row part="internet" of={props} says={says.value}>
      {outcome === 'trying' && (
        <progress class="progress" max={1} value={done.value} aria-label={say.progress} />
      )}
      <Try of={props} start={say.start} go={() => void go()} />
    </Row>
  );
}
