/** A sentence that says what went wrong; read out when it appears. */
export function Problem({ text }: { readonly text: string | undefined }) {
  return (
    <p className="problem" role="alert">
      {text}
    </p>
  );
}
