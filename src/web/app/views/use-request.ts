import { useState } from 'react';

export interface RequestState {
  readonly isBusy: boolean;
  /** Why the last one failed. */
  readonly problem: string | undefined;
  /** Does one thing at a time; what goes wrong is kept as a sentence. */
  readonly run: (task: () => Promise<void>) => void;
}

/** A button's work: busy while it lasts, a sentence when it failed. */
export function useRequest(): RequestState {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  return {
    isBusy,
    problem,
    run(task) {
      setBusy(true);
      setProblem(undefined);
      task()
        .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
        .finally(() => setBusy(false));
    },
  };
}
