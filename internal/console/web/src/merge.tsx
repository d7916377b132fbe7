import { useEffect, useState } from 'preact/hooks';
import { Failure, post } from './api';
import { Combobox } from './combobox';
import { Dialog } from './dialog';
import { AlertSummary, OutcomeList } from './foresight';
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
      toast(`It asks to be merged into ${into}`);
      onClose();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Merge into another incident" subtitle={<Text>{incident.title}</Text>} onClose={onClose}
      footer={<div class="buttons"><Button kind="danger" disabled={!found || typed !== into || busy} onClick={() => void merge()}>Merge</Button><Button onClick={onClose}>Cancel</Button></div>}
    >
      <Field label="Into which incident" id="g-into" hint="All alerts go there, and the tags come along. This incident then leads to it.">
        <Combobox id="g-into" kind="incident" namespace={incident.namespace} text={text} without={[incident.name]} placeholder="Name or title" onText={(to) => { setText(to); setInto(''); }} onChoose={(name) => { setText(name); setInto(name); }} />
      </Field>
      {problem && <Banner kind="warning" icon="warning_16_filled"><Text>{problem}</Text></Banner>}
      {found && <>
        <section class="foreknown" aria-live="polite" aria-label="Preview">
          <p>Into <b><Text>{found.title}</Text></b>. <AlertSummary of={found} /></p>
          {(found.tags ?? []).length > 0 && <p>Tags that come along: {found.tags!.map((tag) => <Tag key={tag} name={tag} />)}</p>}
          <OutcomeList all={found.alerts} />
        </section>
        <Banner kind="warning" icon="warning_16_filled">A merge cannot be undone.</Banner>
        <Field label={`Type ${into} to confirm`} id="g-confirm"><input id="g-confirm" class="input mono" autocomplete="off" spellcheck={false} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} /></Field>
      </>}
    </Dialog>
  );
}
