/**
 * Databases that come under the name of one that is connected, and are the same: whether they come instead of it (its
 * connection is dead and nobody has noticed) or beside it (several targets lead to this instance) says the one that is
 * connected, which is asked.
 *
 * Without the question the two would displace each other for ever.
 */
export interface Holder {
  answers(): Promise<boolean>;
}

export interface Newcomer extends Holder {
  claimAgain(): void;
}

export class Newcomers {
  readonly #asked = new WeakMap<Newcomer, { readonly holder: Holder; isThere?: boolean }>();

  /** Undefined: it is being asked, and `claimAgain` of the newcomer follows. */
  isThere(newcomer: Newcomer, holder: Holder): boolean | undefined {
    const asked = this.#asked.get(newcomer);
    if (asked?.holder === holder) return asked.isThere;
    const question: { readonly holder: Holder; isThere?: boolean } = { holder };
    this.#asked.set(newcomer, question);
    void holder.answers().then((isThere) => {
      question.isThere = isThere;
      newcomer.claimAgain();
    });
    return undefined;
  }
}
