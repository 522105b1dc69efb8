import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { useRequest } from './use-request.ts';

export interface NamingDialogProps {
  readonly title: string;
  readonly titleWhenDone: (name: string) => string;
  readonly label: string;
  /** What the button says. */
  readonly action: string;
  /** Why the relay would refuse the name; undefined for a good one. */
  readonly findMistake?: (name: string) => string | undefined;
  /** Makes it, and returns its secret, which is shown once. */
  readonly create: (name: string) => Promise<string>;
  readonly showSecret: (secret: string) => ReactNode;
  /** It is made: what else shows it looks again. The secret is shown whatever becomes of that. */
  readonly onMade: () => void;
  readonly onClose: () => void;
}

/** Asks for the name of something new, and shows the secret that the relay made for it. */
export function NamingDialog({ title, titleWhenDone, onClose, onMade, showSecret, ...form }: NamingDialogProps) {
  const [made, setMade] = useState<{ readonly name: string; readonly secret: string }>();
  if (made === undefined) {
    const show = (name: string, secret: string) => {
      setMade({ name, secret });
      onMade();
    };
    return (
      <Dialog title={title} onClose={onClose}>
        <NameForm {...form} onMade={show} />
      </Dialog>
    );
  }
  return (
    <Dialog title={titleWhenDone(made.name)} onClose={onClose}>
      {showSecret(made.secret)}
      <Done onClose={onClose} />
    </Dialog>
  );
}

type NameFormProps = Pick<NamingDialogProps, 'label' | 'action' | 'findMistake' | 'create'> & {
  readonly onMade: (name: string, secret: string) => void;
};

function NameForm({ label, action, findMistake, create, onMade }: NameFormProps) {
  const { isBusy, problem, run } = useRequest();
  const [name, setName] = useState('');
  const mistake = name === '' ? undefined : findMistake?.(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(async () => onMade(name, await create(name)));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {label}
        <input
          required
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <Problem text={mistake ?? problem} />
      <button type="submit" className="primary" disabled={isBusy || name === '' || mistake !== undefined}>
        {action}
      </button>
    </form>
  );
}

/** The end of a dialog that showed something. */
export function Done({ onClose }: { readonly onClose: () => void }) {
  return (
    <p className="buttons">
      <button type="button" className="primary" onClick={onClose}>
        Done
      </button>
    </p>
  );
}
