/** Who wants to be told of something. */
export class Listeners {
  private readonly all = new Set<() => void>();

  add(listener: () => void): () => void {
    this.all.add(listener);
    return () => this.all.delete(listener);
  }

  call(): void {
    for (const listener of this.all) listener();
  }
}
