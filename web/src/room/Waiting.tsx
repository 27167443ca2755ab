/** The waiting room: who will let you in, that the place is kept, and nothing about anybody else. */

import { useSignal } from '@preact/signals';
import { Clock, Headphones } from 'lucide-preact';
import { help as helpWords, waiting as words } from '../words/en';
import { ConversationSheet } from './Conversation';
import { HelpSheet } from './Help';
import { PrivateNotice } from './PrivateNotice';
import type { View } from './protocol';
import type { WaitingKind } from './screens';
import type { Session } from './session';

function sentence(kind: WaitingKind, view: View): string {
  switch (kind) {
    case 'early':
      return words.early(view.hosts, view.starts);
    case 'late':
      return words.late(view.hosts);
    case 'normal':
      return words.letIn(view.hosts);
    case 'locked':
      return words.locked(view.hosts);
    case 'unattended':
      return words.hostAway;
    case 'returned':
      return words.returnedWith[view.you.returned_with](view.hosts);
  }
}

export function Waiting({ session, kind }: { session: Session; kind: WaitingKind }) {
  const view = session.view.value;
  const helping = useSignal(false);
  if (view === null) return null;
  return (
    <div class="page centre">
      <div class="glow breathes" aria-hidden="true" />
      <h1 tabIndex={-1}>{kind === 'returned' ? words.returned : words.hello(view.you.name)}</h1>
      <div role="status">
        <p>{sentence(kind, view)}</p>
        {session.link.value === 'lost' && <p class="say">{words.lost}</p>}
        {view.you.mark !== 'none' && <p class="say plain">{helpWords.told[view.you.mark]}</p>}
      </div>
      <PrivateNotice session={session} view={view} />
      <p class="soft">{words.nobody}</p>
      <div class="card start">
        <div class="row">
          <span class="dot" aria-hidden="true">
            <Clock />
          </span>
          <div class="grow">
            <b>{words.theme(view.starts)}</b>
            <br />
            <span class="soft">{words.themeText(view.theme, view.ends)}</span>
            {view.note !== '' && (
              <>
                <br />
                <span class="soft">{view.note}</span>
              </>
            )}
          </div>
        </div>
        <div class="row">
          <span class="dot" aria-hidden="true">
            <Headphones />
          </span>
          <div class="grow">
            <b>{words.near}</b>
            <br />
            <span class="soft">{words.nearText}</span>
          </div>
        </div>
      </div>
      <p class="foot">
        <button
          type="button"
          class="link"
          onClick={() => {
            helping.value = true;
          }}
        >
          {words.help}
        </button>
        {session.places.agreement !== null && (
          <a href={session.places.agreement} data-sheet>
            {words.agreement}
          </a>
        )}
        <a href={session.places.helplines} data-sheet>
          {words.helplines}
        </a>
      </p>
      {helping.value && (
        <HelpSheet
          session={session}
          view={view}
          onClose={() => {
            helping.value = false;
          }}
        />
      )}
      <ConversationSheet session={session} view={view} />
    </div>
  );
}

export function Connecting({ lost }: { lost: boolean }) {
  return (
    <div class="page centre">
      <div class="glow breathes" aria-hidden="true" />
      <h1 tabIndex={-1}>{words.connecting}</h1>
      <p class="soft" role="status">
        {lost ? words.lost : words.connectingText}
      </p>
    </div>
  );
}
