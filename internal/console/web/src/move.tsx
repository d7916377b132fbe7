import { useEffect, useRef, useState } from 'preact/hooks';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { plural } from './format';
import { AlertSummary, OutcomeList } from './foresight';
import { say, sentence } from './messages';
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
  const moved = { alerts: plural(alerts.length, say.alert) };
  const done = isNew ? sentence(say.move.movedToNew, moved) : place?.to ? sentence(say.move.moved, { ...moved, incident: place.to }) : sentence(say.move.unlinked, moved);
  const start = async () => {
    const to = await move(reason);
    if (to === undefined) return;
    toast(done, 'success', to ? { label: say.move.open, run: () => go(incidentPath(me.cluster, { namespace: incident.namespace, name: to })) } : undefined);
    onClose(true);
  };
  return (
    <Dialog
      title={sentence(say.move.title, { alerts: plural(left.length, say.alert) })} onClose={() => onClose(false)}
      footer={<div class="buttons"><Button kind="primary" disabled={!preview || busy} onClick={() => void start()}>{isNew ? say.move.create : place?.to === '' ? say.move.unlink : say.move.move}</Button><Button onClick={() => onClose(false)}>{say.cancel}</Button></div>}
    >
      {problem && <Banner kind="danger" icon="error_circle_16_filled"><Text>{problem}</Text></Banner>}
      {isNew ? <Field label={say.move.newTitle} id="v-title" hint={<>{say.move.newTitleHint} <button type="button" class="link" onClick={() => { setText(''); setPlace(undefined); }}>{say.move.toOther}</button></>}>
        <input id="v-title" class="input" maxLength={256} value={place.create!.title} aria-describedby="v-title-hint" onInput={(event) => setPlace({ to: '', create: { title: event.currentTarget.value } })} />
      </Field> : <Field label={say.move.to} id="v-to" hint={<span class="choices">
        <button type="button" class="link" onClick={() => setPlace({ to: '', create: { title: '' } })}>{say.move.toNew}</button>
        <button type="button" class="link" onClick={() => choose('')}>{say.move.toNone}</button>
      </span>}>
        <Combobox id="v-to" kind="incident" namespace={incident.namespace} text={text} without={[incident.name]} placeholder={say.move.placeholder} onText={(typed) => { setText(typed); setPlace(undefined); }} onChoose={choose} />
      </Field>}
      <Reason id="v-reason" value={reason} onInput={setReason} hint={place?.to === '' && !isNew ? say.move.inLog : say.move.inLogs} />
      <MovePreview of={preview} />
    </Dialog>
  );
}

export const Reason = ({ id, value, hint, onInput }: { id: string; value: string; hint: string; onInput: (text: string) => void }) => (
  <Field label={say.move.reason} id={id} hint={hint}><input id={id} class="input" maxLength={256} value={value} aria-describedby={`${id}-hint`} onInput={(event) => onInput(event.currentTarget.value)} /></Field>
);

/** MovePreview says of each alert what it gives back and takes over. */
export const MovePreview = ({ of }: { of?: Outcomes }) => (
  <section class="foreknown" aria-live="polite" aria-label={say.move.preview}>
    {of && <><p><AlertSummary of={of} /></p><OutcomeList all={of.alerts} />{of.changes > of.alerts.length && <p class="quiet">{sentence(say.move.more, { alerts: plural(of.changes - of.alerts.length, say.moreAlert) })}</p>}</>}
  </section>
);
