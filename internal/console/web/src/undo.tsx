import { useEffect, useState } from 'preact/hooks';
import { Failure, post } from './api';
import { Dialog } from './dialog';
import { plural } from './format';
import { AlertSummary, OutcomeList } from './foresight';
import { fill, say } from './messages';
import { toast } from './toast';
import type { Ended, Foreseen, Named } from './types';
import { Banner, Button, Skeleton, Text } from './ui';

type Reversal = Foreseen & { entry: number; describe: string; moves?: string[]; to?: string };

/** Undo shows what reverting the last change would do, and does it. */
export function Undo({ of: { namespace, name, uid }, onClose }: { of: Named; onClose: () => void }) {
  const named = { namespace, name, uid };
  const [found, setFound] = useState<Reversal>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const fail = (error: unknown) => setProblem(error instanceof Failure ? error.problem.message : String(error));
  useEffect(() => { post<Reversal>('/api/undo/preview', { incident: named, entry: 0 }).then(setFound, fail); }, []);
  const undo = async () => {
    setBusy(true);
    try {
      const lines = await post<Ended[]>('/api/undo', { incident: named, entry: found!.entry });
      const failed = lines.find((line) => line.problem);
      if (failed) return setProblem(`${failed.object}: ${failed.problem!.message}`);
      toast(say.undo.done);
      onClose();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={say.undo.title} onClose={onClose} footer={<div class="buttons"><Button kind="primary" disabled={!found || busy} onClick={() => void undo()}>{say.undo.undo}</Button><Button onClick={onClose}>{say.cancel}</Button></div>}>
      {problem && <Banner kind="warning" icon="warning_16_filled"><Text>{problem}</Text></Banner>}
      {!found && !problem && <Skeleton lines={4} />}
      {found && <>
        <p>{fill(say.undo.reverts, { change: <Text>{found.describe}</Text> })}</p>
        {(found.fields ?? []).map((field) => <p key={field.Field} class="turn"><span class="quiet">{field.Field}</span> <Text>{field.From || say.none}</Text> → <b><Text>{field.To || say.none}</Text></b></p>)}
        {found.moves ? <p>{plural(found.moves.length, say.undo.back)} <b>{found.to || say.undo.noIncident}</b>.</p> : <><p><AlertSummary of={found} /></p><OutcomeList all={found.alerts} /></>}
      </>}
    </Dialog>
  );
}

let last: Named | undefined;
let ask: (of: Named) => void = () => undefined;

/** changed says what was done to an incident, with a way back. */
export function changed(text: string, of: Named): void {
  last = of;
  toast(text, 'success', { label: say.toast.undo, run: () => ask(of) });
}

/** looksAt says of which incident the last change is meant. */
export function looksAt(of: Named): void {
  last = of;
}

/** undo asks whether to revert the last change of an incident, or of the one that was changed last. */
export function undo(of = last): void {
  if (of) ask(of);
}

/** UndoAnywhere shows the question, whichever page is open. */
export function UndoAnywhere() {
  const [of, set] = useState<Named>();
  useEffect(() => { ask = set; return () => { ask = () => undefined; }; }, []);
  return of ? <Undo key={of.uid} of={of} onClose={() => set(undefined)} /> : null;
}
