import { useEffect, useRef, useState } from 'preact/hooks';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { plural } from './format';
import { AlertSummary, OutcomeList } from './foresight';
import { useMove, type Place } from './moving';
import { go, incidentPath } from './route';
import { toast } from './toast';
import type { Incident, Me, Outcomes } from './types';
import { Banner, Button, Field, Text } from './ui';

interface Props { me: Me; incident: Incident; alerts: string[]; to?: string; onClose: (done: boolean) => void }

/** Move takes alerts to another incident, to a new one, or to none, and shows before what each gives back and takes over. */
export function Move({ me, incident, alerts, to: dropped, onClose }: Props) {
  const [text, setText] = useState(dropped ?? '');
  const [place, setPlace] = useState<Place | undefined>(dropped === undefined ? undefined : { to: dropped });
  const [reason, setReason] = useState('');
  const { preview, problem, busy, move, left, created } = useMove(incident.namespace, incident.name, alerts, place);
  const choose = (to: string) => { setText(to); setPlace({ to }); };
  // What could not be moved goes where the rest is: once more would make one more incident.
  useEffect(() => { if (created) choose(created); }, [created]);
  const isNew = place?.create !== undefined;
  // What was clicked is gone: the focus goes to the field that took its place.
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else document.getElementById(isNew ? 'v-title' : 'v-to')?.focus();
  }, [isNew]);
  const done = isNew ? 'moved to a new incident' : place?.to ? `moved to ${place.to}` : 'unlinked';
  const start = async () => {
    const to = await move(reason);
    if (to === undefined) return;
    toast(`${plural(alerts.length, 'alert')} ${done}`, 'success', to ? { label: 'Open it', run: () => go(incidentPath(me.cluster, { namespace: incident.namespace, name: to })) } : undefined);
    onClose(true);
  };
  return (
    <Dialog
      title={`Move ${plural(left.length, 'alert')}`} onClose={() => onClose(false)}
      footer={<div class="buttons"><Button kind="primary" disabled={!preview || busy} onClick={() => void start()}>{isNew ? 'Create and move' : place?.to === '' ? 'Unlink' : 'Move'}</Button><Button onClick={() => onClose(false)}>Cancel</Button></div>}
    >
      {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem}</Text></Banner>}
      {isNew ? <Field label="Title of the new incident" id="v-title" hint={<>Without a title it is named from its alerts. <button type="button" class="link" onClick={() => { setText(''); setPlace(undefined); }}>To one that is there</button></>}>
        <input id="v-title" class="input" maxLength={256} value={place.create!.title} aria-describedby="v-title-hint" onInput={(event) => setPlace({ to: '', create: { title: event.currentTarget.value } })} />
      </Field> : <Field label="To which incident" id="v-to" hint={<span class="choices">
        <button type="button" class="link" onClick={() => setPlace({ to: '', create: { title: '' } })}>To a new incident</button>
        <button type="button" class="link" onClick={() => choose('')}>To none: unlink</button>
      </span>}>
        <Combobox id="v-to" kind="incident" namespace={incident.namespace} text={text} without={[incident.name]} placeholder="Name or title" onText={(typed) => { setText(typed); setPlace(undefined); }} onChoose={choose} />
      </Field>}
      <Reason id="v-reason" value={reason} onInput={setReason} hint={place?.to === '' && !isNew ? 'It stands in the log.' : 'It stands in the logs of both incidents.'} />
      <MovePreview of={preview} />
    </Dialog>
  );
}

export const Reason = ({ id, value, hint, onInput }: { id: string; value: string; hint: string; onInput: (text: string) => void }) => (
  <Field label="Reason" id={id} hint={hint}><input id={id} class="input" maxLength={256} value={value} aria-describedby={`${id}-hint`} onInput={(event) => onInput(event.currentTarget.value)} /></Field>
);

/** MovePreview says of each alert what it gives back and takes over. */
export const MovePreview = ({ of }: { of?: Outcomes }) => (
  <section class="foreknown" aria-live="polite" aria-label="Preview">
    {of && <><p><AlertSummary of={of} /></p><OutcomeList all={of.alerts} />{of.changes > of.alerts.length && <p class="quiet">and {plural(of.changes - of.alerts.length, 'more alert')}</p>}</>}
  </section>
);
