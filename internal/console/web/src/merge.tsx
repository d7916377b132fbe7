import { useEffect, useState } from 'preact/hooks';
import { Failure, post } from './api';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { AlertSummary, OutcomeList } from './foresight';
import { fill, say, sentence } from './messages';
import { toast } from './toast';
import type { Foreseen, Line } from './types';
import { Banner, Button, Field, Tag, Text } from './ui';

/** Merge moves everything into another incident, which cannot be undone: so the name of that has to be typed. */
export function Merge({ incident, into: chosen = '', onClose }: { incident: Line; into?: string; onClose: () => void }) {
  const [text, setText] = useState(chosen);
  const [into, setInto] = useState(chosen);
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<Foreseen>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const named = { namespace: incident.namespace, name: incident.name, uid: incident.uid };
  const fail = (error: unknown) => setProblem(error instanceof Failure ? error.problem.message : String(error));
  useEffect(() => {
    setFound(undefined);
    setProblem('');
    setTyped('');
    if (!into) return;
    const stop = new AbortController();
    post<Foreseen>('/api/merges/preview', { incident: named, into }, stop.signal).then(setFound, (error) => { if (!stop.signal.aborted) fail(error); });
    return () => stop.abort();
  }, [into]);
  const merge = async () => {
    setBusy(true);
    try {
      await post('/api/merges', { incident: named, into });
      toast(sentence(say.merge.asked, { incident: into }));
      onClose();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={say.merge.title} subtitle={<Text>{incident.title}</Text>} onClose={onClose}
      footer={<div class="buttons"><Button kind="danger" disabled={!found || typed !== into || busy} onClick={() => void merge()}>{say.merge.merge}</Button><Button onClick={onClose}>{say.cancel}</Button></div>}
    >
      <Field label={say.merge.into} id="g-into" hint={say.merge.intoHint}>
        <Combobox id="g-into" kind="incident" namespace={incident.namespace} text={text} without={[incident.name]} placeholder={say.merge.placeholder} onText={(to) => { setText(to); setInto(''); }} onChoose={(name) => { setText(name); setInto(name); }} />
      </Field>
      {problem && <Banner kind="warning" icon="warning_16_filled"><Text>{problem}</Text></Banner>}
      {found && <>
        <section class="foreknown" aria-live="polite" aria-label={say.merge.preview}>
          <p>{fill(say.merge.target, { title: <b><Text>{found.title}</Text></b> })} <AlertSummary of={found} /></p>
          {(found.tags ?? []).length > 0 && <p>{say.merge.tags} {found.tags!.map((tag) => <Tag key={tag} name={tag} />)}</p>}
          <OutcomeList all={found.alerts} />
        </section>
        <Banner kind="warning" icon="warning_16_filled">{say.merge.forGood}</Banner>
        <Field label={sentence(say.merge.confirm, { incident: into })} id="g-confirm"><input id="g-confirm" class="input mono" autocomplete="off" spellcheck={false} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} /></Field>
      </>}
    </Dialog>
  );
}
